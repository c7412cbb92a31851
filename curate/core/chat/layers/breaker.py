"""The circuit breaker: where nothing works, the run stops at once and says why, and pays for nothing more."""

from __future__ import annotations

import asyncio

from curate.core.chat.reply import Fault, Reply
from curate.core.chat.settings import ChatSettings
from curate.core.run.errors import ThresherError

AT_ONCE = frozenset({"wrong_key", "no_credit"})
BEFORE_ANY_REPLY = frozenset({"forbidden", "not_found", "unreachable"})


class ChatError(ThresherError):
    """The endpoint does not work; asking on is no use. Exit 2."""


class Breaker:
    """Counts failures in a row; once open it stays open, and whoever waits is told."""

    def __init__(self, settings: ChatSettings) -> None:
        self._settings = settings
        self._failed = 0
        self._works = False
        self._opened = asyncio.Event()
        self._why = Fault("unreachable")

    def check(self) -> None:
        """Raise ChatError if nothing may be sent any more."""
        if self._opened.is_set():
            raise self._error()

    async def wait(self, seconds: float) -> None:
        """Wait, but not past the moment at which the breaker opens; then raise ChatError."""
        if seconds > 0:
            try:
                async with asyncio.timeout(seconds):
                    await self._opened.wait()
            except TimeoutError:
                pass
        self.check()

    def note(self, reply: Reply) -> None:
        """Take note of what a request came to, all its attempts made; raise ChatError if that is the end."""
        fault = reply.failure
        if fault is None or fault.sort.replied:
            self._works, self._failed = True, 0
            return
        if fault.kind == "rejected" and self._works:
            return  # it is about this request: its prompt is too long, say
        self._failed += 1
        hopeless = fault.kind in AT_ONCE or (fault.kind in BEFORE_ANY_REPLY and not self._works)
        if not self._opened.is_set() and (hopeless or self._failed >= self._settings.limits.breaker):
            self._why = fault
            self._opened.set()
        self.check()

    def _error(self) -> ChatError:
        settings, fault = self._settings, self._why
        answered = f"{settings.base_url} answered {fault.status}" if fault.status else settings.base_url
        said = f"{answered}: {fault.detail}" if fault.detail else answered
        problem, hint = _told(settings, fault, self._failed)
        return ChatError(problem, said, hint=hint)


def _told(settings: ChatSettings, fault: Fault, failed: int) -> tuple[str, str]:
    """Return the problem and what to do about it."""
    variable = settings.key_variable
    if fault.kind == "wrong_key":
        return (
            f"the endpoint refused the key in {variable}"
            if variable
            else "the endpoint wants a key, and none was sent",
            f"export a valid key in {variable}" if variable else "name the variable that holds it: chat.api_key_env",
        )
    if fault.kind == "no_credit":
        return "the account has no credit left", "top it up and run again; what was answered is in the cache"
    if fault.kind == "forbidden":
        return f"the endpoint does not let this key use {settings.model!r}", "check chat.model and the key's rights"
    if fault.kind == "not_found":
        return (
            f"the endpoint knows no model {settings.model!r}, or its address is wrong",
            "check chat.model and chat.base_url, which most often ends in /v1",
        )
    if fault.kind == "unreachable":
        return "the endpoint cannot be reached", "start the server, or check chat.base_url"
    return (
        f"{failed} requests in a row failed; the last: {fault.kind}",
        "see what the server says and run again; what was answered is in the cache",
    )
