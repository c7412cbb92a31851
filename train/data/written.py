"""The turns of a record as they came: with what they hold beside the fields that every layout reads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from curate.core.read.layouts import Record
from curate.core.read.layouts.preference import context_field, pair_fields

_READ = frozenset({"role", "content", "tool_calls", "function_call", "tool_call_id", "name", "weight", "from", "value"})
_CHATS = {"messages": ("messages",), "sharegpt": ("conversations",), "prompt_completion": ("prompt", "completion")}


def written_turns(record: Record, layout: str) -> list[Record]:
    """Return the turns of the chats that a layout, by its name, trains; a text in a chat's place is an empty turn.

    A system prompt in a field of its own is none of them.
    """
    chats = (context_field(record), pair_fields(record)[0]) if layout == "preference" else _CHATS.get(layout, ())
    return [turn for name in chats if name is not None for turn in _turns(record.get(name))]


def extras(written: Sequence[Record], turns: int) -> list[Record]:
    """Return what each of so many turns holds beside: templates read ``reasoning_content``, ``thinking`` and others.

    They are told off from the end: what only one of the two has comes first.
    """
    held = [{key: value for key, value in turn.items() if key not in _READ} for turn in written]
    return [*({} for _ in range(turns - len(held))), *held[max(0, len(held) - turns) :]]


def _turns(chat: Any) -> Iterator[Record]:
    """Yield the turns of a chat: a text, a turn, a list of turns, or an object that has them."""
    if isinstance(chat, dict):
        chat = chat.get("messages", [chat])
    if isinstance(chat, str):
        yield {}
    elif isinstance(chat, list):
        yield from (turn if isinstance(turn, dict) else {} for turn in chat)
