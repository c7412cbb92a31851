"""Which chats of messages a record holds: what the checks of keys and tools walk."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from curate.core.read.layouts import Record
from curate.core.read.layouts.beside import verdict
from curate.core.read.layouts.layout import Path
from curate.core.read.layouts.preference import context_field, is_sharegpt, sides, tools_holder


class Turn(NamedTuple):
    """A message and its place."""

    message: Record
    at: Path
    taught: bool = True  # False for what the row shows as no example: a rejected answer, or a turn of weight 0


def chats(record: Record, layout: str) -> Iterator[tuple[Record, list[Turn]]]:
    """Yield each chat of a record that keeps its layout, with the object that declares its tools.

    A preference pair is two chats, as the model sees them: the context with either answer. What a ``label`` of
    false (KTO) calls bad is not taught.
    """
    good = verdict(record, layout) is not False
    if layout == "messages":
        yield record, _turns(record["messages"], ("messages",), taught=good)
    elif layout == "prompt_completion":
        turns = _turns(record["prompt"], ("prompt",))
        turns += _turns(record["completion"], ("completion",), taught=good)
        if turns:
            yield record, turns
    elif layout == "preference":
        field = context_field(record)
        context = _context(record, field)
        for taught, (name, kept) in zip((True, False), sides(record, field), strict=True):
            yield tools_holder(record, field), context[:kept] + _turns(record[name], (name,), taught=taught)
    elif layout == "sharegpt":
        yield record, []  # its calls are texts


def _context(record: Record, field: str | None) -> list[Turn]:
    if field is None:
        return []
    value = record[field]
    return _turns(value["messages"], (field, "messages")) if isinstance(value, dict) else _turns(value, (field,))


def _turns(value: Any, at: Path, *, taught: bool = True) -> list[Turn]:
    if is_sharegpt(value):
        return []
    if isinstance(value, dict):
        return [_turn(value, at, taught=taught)]
    messages = value if isinstance(value, list) else []
    return [_turn(message, (*at, index), taught=taught) for index, message in enumerate(messages)]


def _turn(message: Record, at: Path, *, taught: bool) -> Turn:
    return Turn(message, at, taught and message.get("weight") != 0)
