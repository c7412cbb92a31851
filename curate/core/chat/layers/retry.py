"""Asking again what may work the next time, after a jittered wait that doubles."""

from __future__ import annotations

import random
from dataclasses import replace

from curate.core.chat.layers.breaker import Breaker
from curate.core.chat.reply import Chat, Fault, Reply
from curate.core.chat.request import Request
from curate.core.chat.settings import Limits


class Retry:
    """A `Chat` that asks again after a failure that may pass, and ends the run where nothing works."""

    def __init__(self, inner: Chat, limits: Limits, breaker: Breaker, spared: frozenset[str] = frozenset()) -> None:
        """Take failures of the kinds ``spared`` for what they say of their request, and of nothing else."""
        self._inner = inner
        self._spared = spared
        self._limits = limits
        self._breaker = breaker
        self._random = random.Random()  # noqa: S311 - spreads clients out; no result depends on it

    async def reply(self, request: Request) -> Reply:
        """Return the first reply that is no passing failure, or the last failure.

        Raises:
            ChatError: the endpoint does not work at all.
        """
        attempt = 1
        while True:
            self._breaker.check()
            reply = await self._inner.reply(request)
            wait = self._wait(reply.failure, attempt)
            if wait is None:
                if reply.failure is None or reply.failure.kind not in self._spared:
                    self._breaker.note(reply)
                return reply if attempt == 1 else replace(reply, attempts=attempt)
            await self._breaker.wait(wait)
            attempt += 1

    def _wait(self, fault: Fault | None, attempt: int) -> float | None:
        """Return the seconds until the next attempt; None where there is none. `Throttle` waits as the server asks."""
        if fault is None or not fault.sort.retried or attempt >= self._limits.attempts:
            return None
        if (fault.retry_after or 0.0) > self._limits.max_wait:
            return None
        longest: float = min(self._limits.max_backoff, self._limits.backoff * 2 ** (attempt - 1))
        return longest * self._random.uniform(0.5, 1.0)
