"""Chats in a field that is called as another layout's: ``{"conversations": [{"role": "user", "content": "Hi"}]}``."""

from __future__ import annotations

from curate.core.read.layouts import Record

_KINDS = {  # by layout: the field that holds the chat, the words of the other layout's turns, and its field
    "sharegpt": ("conversations", {"role", "content"}, "messages"),
    "messages": ("messages", {"from", "value"}, "conversations"),
}


def other_name(record: Record, layout: str | None) -> tuple[str, str] | None:
    """Return (ours, held): the field that the chat belongs in, and our name of that it is in; None if it is right."""
    if layout not in _KINDS:
        return None
    held, words, ours = _KINDS[layout]
    turns = record.get(held)
    if not isinstance(turns, list) or not turns:
        return None
    return (ours, held) if all(isinstance(turn, dict) and words <= turn.keys() for turn in turns) else None
