"""Requests and tokens a minute, evenly spaced; a server that asks to wait is left alone by all who would ask it."""

from __future__ import annotations

import time
from dataclasses import replace

from curate.core.chat.layers.breaker import Breaker
from curate.core.chat.reply import Chat, Reply
from curate.core.chat.request import Request
from curate.core.chat.settings import Limits
from curate.core.chat.tokens import estimated_tokens


class Pace:
    """Tells when the next may start, so that no minute sees more than its amount."""

    def __init__(self, per_minute: float | None) -> None:
        self._seconds_each = 60 / per_minute if per_minute else 0.0
        self._free = 0.0

    def wait(self, amount: float, now: float) -> float:
        """Book an amount; return the seconds until it may start."""
        start = max(self._free, now)
        self._free = start + amount * self._seconds_each
        return start - now

    def hold(self, until: float) -> None:
        """Let nothing start before a time."""
        self._free = max(self._free, until)


class Throttle:
    """A `Chat` that waits until limits allow a request."""

    def __init__(self, inner: Chat, limits: Limits, breaker: Breaker) -> None:
        self._inner = inner
        self._breaker = breaker
        self._requests = Pace(limits.requests_per_minute)
        self._tokens = Pace(limits.tokens_per_minute) if limits.tokens_per_minute else None
        self._max_wait = limits.max_wait

    async def reply(self, request: Request) -> Reply:
        """Return the reply, and the seconds that it took once it was sent."""
        now = time.monotonic()
        wait = self._requests.wait(1, now)
        if self._tokens is not None:
            wait = max(wait, self._tokens.wait(estimated_tokens(request) + request.max_output, now))
        await self._breaker.wait(wait)
        started = time.perf_counter()
        reply = await self._inner.reply(request)
        asked = reply.failure.retry_after if reply.failure else None
        if asked and asked <= self._max_wait:
            self._requests.hold(time.monotonic() + asked)
        return replace(reply, seconds=time.perf_counter() - started)
