"""The cache: what was answered once is not asked, nor paid, again."""

from __future__ import annotations

import asyncio

from curate.core.chat.layers.store import Store
from curate.core.chat.reply import Chat, Reply, decode, encode
from curate.core.chat.request import Request


class Cache:
    """A `Chat` that keeps what the model replied, refusals and cut answers too; failures on the way are asked again."""

    def __init__(self, inner: Chat, store: Store) -> None:
        self._inner = inner
        self._store = store
        self._asking: dict[bytes, asyncio.Event] = {}

    async def reply(self, request: Request) -> Reply:
        """Return the kept reply, or ask and keep. Of equal requests at the same time only one is sent."""
        key = request.key
        while True:
            if (kept := self._store.get(key)) is not None:
                return decode(kept)
            if (asking := self._asking.get(key)) is None:
                break
            await asking.wait()
        asking = self._asking[key] = asyncio.Event()
        try:
            reply = await self._inner.reply(request)
            return reply if reply.failure else self._keep(request, reply)
        finally:
            del self._asking[key]
            asking.set()

    def _keep(self, request: Request, reply: Reply) -> Reply:
        """Keep a reply before anything is done with it; return the one that stands."""
        fault = reply.fault.kind if reply.fault else ""
        model = str(request.body["model"])
        if self._store.put(request.key, encode(reply), model=model, fault=fault, tokens=reply.usage or (0, 0)):
            return reply
        stands = self._store.get(request.key)  # another process was faster: all that use the file go on with its reply
        return reply if stands is None else decode(stands)
