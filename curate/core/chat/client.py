"""The client: the stack of a run, opened from its settings, and the loop that asks many requests at once."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from curate.core.chat.backend import OpenAIBackend
from curate.core.chat.layers.breaker import Breaker, ChatError
from curate.core.chat.layers.budget import BudgetError, Purse
from curate.core.chat.layers.cache import Cache
from curate.core.chat.layers.probed import Probed
from curate.core.chat.layers.retry import Retry
from curate.core.chat.layers.store import Store
from curate.core.chat.layers.throttle import Throttle
from curate.core.chat.log import Log, Summary
from curate.core.chat.probe import PROBES, REFUSALS, Finding, kept_findings, probe, probe_echo
from curate.core.chat.reply import Chat, Reply
from curate.core.chat.request import Request
from curate.core.chat.settings import ChatSettings
from curate.core.run.errors import ThresherError
from curate.core.run.progress import Progress


class Client:
    """Asks a model, as ``[chat]`` says. A context manager: it holds connections, the file of replies and the log."""

    def __init__(self, settings: ChatSettings, folder: Path, log: Path | None = None) -> None:
        """Prepare the client; nothing is asked yet.

        Args:
            settings: the table ``[chat]``.
            folder: what the paths in the settings are relative to.
            log: where ``requests.jsonl`` is written, if anywhere.
        """
        self.settings = settings
        self._folder = folder
        self._log_path = log
        self._runner = asyncio.Runner()
        self._stack = AsyncExitStack()
        self._relied_on: tuple[str, ...] = ()
        self.findings: dict[str, Finding] = {}

    def __enter__(self) -> Self:
        try:
            self._runner.run(self._open())
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    async def _open(self) -> None:
        settings = self.settings
        backend = await self._stack.enter_async_context(OpenAIBackend(settings))
        self._store = self._stack.enter_context(Store(settings.cache_path(self._folder)))
        self._log = self._stack.enter_context(Log(self._log_path, settings))
        breaker = Breaker(settings)
        purse = Purse(Throttle(backend, settings.limits, breaker), settings.budget, settings.prices)
        self._once: Chat = purse
        self._account = purse.account
        self._probing: Chat = Retry(purse, settings.limits, breaker, REFUSALS)
        sending = Probed(Retry(purse, settings.limits, breaker), self._probe)
        self._chat: Chat = Cache(sending, self._store)
        self.summary = Summary(settings.prices, purse.spent)

    def close(self) -> None:
        """Close connections and files."""
        try:
            self._runner.run(self._stack.aclose())
        finally:
            self._runner.close()

    def ask(self, requests: Sequence[Request], progress: Progress | None = None) -> list[Reply]:
        """Return a reply for each request, in their order, however they came.

        Raises:
            BudgetError: the budget is reached; what was bought is kept.
            ChatError: the endpoint does not work.
            ConfigError: something must be sent, and no key is in the environment, or the ``openai`` package is missing.
            OutputError: a reply could not be kept.
        """
        return self._runner.run(self._ask(requests, progress))

    def rely_on(self, names: Sequence[str]) -> None:
        """Have capabilities of the endpoint found out before anything is sent; ``findings`` has what is known of them.

        Each is asked for once: the file of replies keeps it. Where the cache has every reply nothing is asked.
        """
        self._relied_on = tuple(names)
        self.findings = kept_findings(self.settings, self._store, names)

    def capabilities(self, *names: str) -> dict[str, Finding]:
        """Return what the endpoint can do of some capabilities, of all if none is named; they are asked for now.

        Raises:
            BudgetError, ChatError: as `ask`.
        """
        return self._runner.run(probe(self.settings, self._probing, self._store, names or tuple(PROBES)))

    async def _probe(self) -> None:
        self.findings = await probe(self.settings, self._probing, self._store, self._relied_on)

    def echoes(self) -> Finding:
        """Return whether the endpoint tells log-probabilities of a prompt. It is asked once, as `capabilities`.

        Raises:
            BudgetError: as `ask`.
        """
        return self._runner.run(probe_echo(self.settings, self._once, self._store))

    async def _ask(self, requests: Sequence[Request], progress: Progress | None) -> list[Reply]:
        replies: dict[int, Reply] = {}
        ends: list[ThresherError] = []
        waiting = deque(enumerate(requests))  # one for all workers: each takes the next

        async def work() -> None:
            while waiting:
                number, request = waiting.popleft()
                try:
                    reply = await self._chat.reply(request)
                except (BudgetError, ChatError) as end:  # nothing more is sent, but the cache still has replies
                    ends.append(end)
                    continue
                except ThresherError as end:  # what cannot be kept is not bought
                    ends.append(end)
                    waiting.clear()
                    continue
                replies[number] = reply
                self.summary.add(reply)
                self._log.write(request, reply)
                if progress:
                    progress.tell("asking", len(replies), len(requests))

        async with asyncio.TaskGroup() as group:
            for _ in range(min(self.settings.limits.concurrency, len(requests))):
                group.create_task(work())
        if ends:
            end = ends[0]
            told = (self._account(),) if isinstance(end, BudgetError) else end.details  # what was in flight is home now
            end.details = (*told, _missing(len(requests), replies))
            raise end
        return [replies[number] for number in range(len(requests))]


def _missing(requests: int, replies: dict[int, Reply]) -> str:
    answered = sum(reply.fault is None for reply in replies.values())
    return f"{answered:,} of {requests:,} requests have an answer; {requests - len(replies):,} were not answered at all"
