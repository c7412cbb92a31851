"""A server, settings that are quick to give up, and a client, for the tests of the client."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from curate.core.chat.client import Client
from curate.core.chat.reply import Reply
from curate.core.chat.request import Request, chat_request
from curate.core.chat.settings import ChatSettings
from curate.core.run.settings import validate
from tests.core.chat.server import Server

QUICK = {"backoff": 0.001, "max_backoff": 0.002, "timeout": 5.0, "attempts": 3}


@pytest.fixture
def serve() -> Iterator[Callable[..., Server]]:
    """Start servers that are stopped with the test."""
    with ExitStack() as stack:
        yield lambda *script, **answers: stack.enter_context(Server(*script, **answers))


def settings(url: str, *, limits: dict[str, Any] | None = None, **table: Any) -> ChatSettings:
    """Return settings for a server, with times short enough for a test."""
    chat = {"model": "m", "base_url": url, "cache": "chat.sqlite", "limits": QUICK | (limits or {}), **table}
    return validate(ChatSettings, chat, "[chat]")


def prompts(chat: ChatSettings, count: int, **options: Any) -> list[Request]:
    """Return requests that say ``question 0``, ``question 1``, ..."""
    return [chat_request(chat, [{"role": "user", "content": f"question {i}"}], **options) for i in range(count)]


def ask(chat: ChatSettings, requests: Sequence[Request], folder: Path) -> list[Reply]:
    """Return the replies of one run, whose log lies in the folder."""
    with Client(chat, folder, folder / "requests.jsonl") as client:
        return client.ask(requests)
