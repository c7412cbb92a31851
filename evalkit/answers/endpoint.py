"""Answers of an endpoint that speaks as OpenAI's does, by the chat client: cached, budgeted, retried."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from curate.core.chat.client import Client
from curate.core.chat.estimate import Estimate, estimate
from curate.core.chat.reply import Reply
from curate.core.chat.request import Request, chat_request, completion_request
from curate.core.chat.settings import ChatSettings, Prices
from curate.core.run.errors import ConfigError, ThresherError
from curate.core.run.progress import Progress
from evalkit.answers.bare import bare_text
from evalkit.answers.generation import Generation
from evalkit.answers.item import BARE, IGNORED, Item, Said, fault
from evalkit.answers.items import spelt_calls
from evalkit.answers.likelihood import Continuation, Scored, conditions, continuations, delivered, space_after


class Endpoint:
    """Asks an endpoint, by chats, or with the template ``none`` by bare texts (``/completions``)."""

    def __init__(self, settings: ChatSettings, generation: Generation, folder: Path, *, times: bool = False) -> None:
        if generation.template not in (None, BARE):
            raise ConfigError(
                "an endpoint has a chat template of its own", hint="--template none sends bare texts, without any"
            )
        self._generation = generation
        self._bare = generation.template == BARE
        self._folder = folder
        self._times = times
        self.settings = _settings(settings, generation)
        self._client: Client | None = None
        self._lines: list[str] = []

    def open(self, log: Path) -> Self:
        """Open the connections and the cache; ``log`` becomes ``requests.jsonl``."""
        self._client = Client(self.settings, self._folder, log)
        return self

    def __enter__(self) -> Self:
        if self._client is not None:
            self._client.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._client is not None:
            self._client.close()

    @property
    def model(self) -> dict[str, Any]:
        """Return the name, the address, and what the user says stands behind them."""
        settings = self.settings
        found: dict[str, Any] = {"kind": "openai", "name": settings.model, "base_url": settings.base_url}
        return found | ({"revision": settings.revision} if settings.revision else {})

    def estimate(self, items: Sequence[Item]) -> Estimate:
        """Return what asking would use; nothing is sent."""
        return estimate(self.settings, [self._request(item) for item in items if self._is_asked(item)], self._folder)

    def answer(self, items: Sequence[Item], progress: Progress | None = None) -> list[Said]:
        """Return what the endpoint says to each item.

        Raises:
            BudgetError: the budget is reached; what was bought is kept.
            ChatError: the endpoint does not work.
        """
        empty = fault("empty_prompt") if self._generation.answers else None
        said = [Said(fault=empty if item.asks_nothing else None) for item in items]
        asked = [place for place, item in enumerate(items) if self._is_asked(item)]
        replies = self._ask([self._request(items[place]) for place in asked], progress)
        for place, reply in zip(asked, replies, strict=True):
            said[place] = _said(reply, self.settings.prices, times=self._times)
        self._likelihoods(items, said, progress)
        return said

    def _ask(self, requests: Sequence[Request], progress: Progress | None) -> list[Reply]:
        if self._client is None:
            raise RuntimeError("the endpoint is not open")
        return self._client.ask(requests, progress)

    def _is_asked(self, item: Item) -> bool:
        return self._generation.answers and not item.choices and not item.asks_nothing

    def _request(self, item: Item) -> Request:
        seed = self._generation.seed_of(item)
        if self._bare:
            return completion_request(self.settings, _text(item), seed=seed)
        system = self._generation.system
        first = [{"role": "system", "content": system}] if system and item.turns[0]["role"] != "system" else []
        return chat_request(self.settings, [*first, *item.turns], seed=seed, tools=item.tools)

    def _likelihoods(self, items: Sequence[Item], said: list[Said], progress: Progress | None) -> None:
        """Take log-likelihoods where the endpoint tells them; else say of each item why there are none."""
        wanted = continuations(items, self._generation)
        if not wanted:
            return
        why = "an endpoint tells likelihoods of bare texts alone: --template none" if not self._bare else ""
        if not why and self._client is not None:
            found = self._client.echoes()
            if found.state == "unknown":
                raise ThresherError(f"whether the endpoint tells log-probabilities is unknown: {found.how}")
            why = "" if found.state == "available" else found.how
        told = conditions(template=BARE, bos="server", window=None, stride=None, delimiter="space")
        if why:
            self._lines.append(f"no log-likelihoods: {why}")
            delivered(items, said, [(one, fault(IGNORED, why)) for one in wanted], told)
            return
        texts = [_parts(items[one.place], one) for one in wanted]
        requests = [completion_request(self.settings, context + text, echo=True) for context, text in texts]
        replies = self._ask(requests, progress)
        sums = [_summed(reply, *text) for reply, text in zip(replies, texts, strict=True)]
        delivered(items, said, list(zip(wanted, sums, strict=True)), told)

    def summary(self) -> list[str]:
        """Return the client's sums, and what the endpoint cannot do."""
        sums = [] if self._client is None else self._client.summary.text().split("\n")
        return [*sums, *self._lines]

    def run(self) -> dict[str, Any]:
        """Return what the requests came to."""
        return {} if self._client is None else {"chat": self._client.summary.as_json()}


def _settings(settings: ChatSettings, generation: Generation) -> ChatSettings:
    stop = {"stop": list(generation.stop)} if generation.stop else {}
    return settings.model_copy(
        update={
            "temperature": generation.temperature,
            "max_output_tokens": generation.max_tokens,
            "extra": {**settings.extra, **stop},
        }
    )


def _text(item: Item) -> str:
    """Return an item as one bare text, without the token that ends earlier answers: only the endpoint knows it."""
    return bare_text(item.turns, "")


def _parts(item: Item, one: Continuation) -> tuple[str, str]:
    """Return the context, and the text after it."""
    context = _text(item)
    return context, (space_after(context) if one.choice is not None else "") + one.text


def _said(reply: Reply, prices: Prices | None, *, times: bool) -> Said:
    """Return a reply as an answer: one that was cut is an answer too, and says so; a fault is none."""
    usage: dict[str, Any] | None = None
    if reply.usage is not None:
        usage = {"prompt_tokens": reply.usage.prompt, "completion_tokens": reply.usage.completion}
        usage |= {} if prices is None else {"cost": prices.cost(*reply.usage)}
        usage |= {"seconds": round(reply.seconds, 4)} if times and not reply.cached else {}
    choice = reply.choices[0] if reply.choices else None
    found = reply.fault
    if choice is not None and found is not None and found.kind == "cut_at_length" and choice.said.strip():
        found = None
    finish = reply.finish or None
    if found is not None:
        told: Mapping[str, Any] = fault(found.kind, found.detail) | ({"status": found.status} if found.status else {})
        return Said(finish=finish, usage=usage, fault=told)
    said = choice.said if choice is not None else ""
    if choice is not None and choice.calls and not said.strip():
        said = spelt_calls(choice.calls)
    return Said(said, finish, usage)


def _summed(reply: Reply, context: str, text: str) -> Scored | Mapping[str, Any]:
    """Return the log-likelihood of the text that follows its context in an echo; a fault where it is not told."""
    if reply.fault is not None:
        return fault(reply.fault.kind, reply.fault.detail)
    told = reply.choices[0].logprobs or []
    start = len(context) + _begin(told, context + text)
    tokens = [one for one in told if start <= one["offset"] < start + len(text)]
    values = [one["logprob"] for one in tokens]
    if not tokens or not all(isinstance(value, int | float) for value in values):
        return fault(IGNORED, "the reply does not tell a log-probability of each token")
    if tokens[0]["offset"] != start:
        return fault("straddles", "a token reaches from the prompt into the text after it")
    return Scored(math.fsum(values), len(values))


def _begin(told: Sequence[Mapping[str, Any]], text: str) -> int:
    """Return how far offsets are moved by a beginning-of-text token, which some servers count as if it were typed."""
    first = str(told[0].get("token") or "") if told else ""
    is_typed = text.startswith(first)
    return 0 if is_typed or len(told) < 2 else int(told[1]["offset"])
