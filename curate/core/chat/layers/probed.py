"""What the endpoint can do is found out before the first request is sent, and never where the cache has every reply."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from curate.core.chat.reply import Chat, Reply
from curate.core.chat.request import Request


class Probed:
    """A `Chat` that has something done once, before it sends anything."""

    def __init__(self, inner: Chat, first: Callable[[], Awaitable[None]]) -> None:
        self._inner = inner
        self._first = first
        self._lock = asyncio.Lock()
        self._done = False

    async def reply(self, request: Request) -> Reply:
        """Return the reply; requests at the same time wait until it is done."""
        async with self._lock:
            if not self._done:
                await self._first()
                self._done = True
        return await self._inner.reply(request)
