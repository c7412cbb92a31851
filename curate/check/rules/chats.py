"""Which chats of messages a record holds: what the checks of keys and tools walk."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from curate.core.read.layouts import Record
from curate.core.read.layouts.layout import Path
from curate.core.read.layouts.preference import context_field, is_sharegpt, sides, tools_holder

Turn = tuple[Record, Path]  # a message and its place


def chats(record: Record, layout: str) -> Iterator[tuple[Record, list[Turn]]]:
    """Yield each chat of a record that keeps its layout, with the object that declares its tools.

    A preference pair is two chats, as the model sees them: the context with either answer.
    """
    if layout == "messages":
        yield record, _turns(record["messages"], ("messages",))
    elif layout == "prompt_completion":
        turns = _turns(record["prompt"], ("prompt",)) + _turns(record["completion"], ("completion",))
        if turns:
            yield record, turns
    elif layout == "preference":
        field = context_field(record)
        context = _context(record, field)
        for name, kept in sides(record, field):
            yield tools_holder(record, field), context[:kept] + _turns(record[name], (name,))
    elif layout == "sharegpt":
        yield record, []  # its calls are texts


def _context(record: Record, field: str | None) -> list[Turn]:
    if field is None:
        return []
    value = record[field]
    return _turns(value["messages"], (field, "messages")) if isinstance(value, dict) else _turns(value, (field,))


def _turns(value: Any, at: Path) -> list[Turn]:
    if is_sharegpt(value):
        return []
    if isinstance(value, dict):
        return [(value, at)]
    return [(message, (*at, index)) for index, message in enumerate(value)] if isinstance(value, list) else []
