"""The lists of chat messages in a record, put together to the conversations that a trainer sees."""

from __future__ import annotations

from typing import Any

from curate.core.read.layouts import Record
from curate.core.read.layouts.layout import Path
from curate.core.read.layouts.preference import context_field, pair_fields

Placed = tuple[Record, Path]  # a message and its place in the record


def conversations(record: Record, layout: str) -> list[list[Placed]]:
    """Return each conversation of a record without structural faults; none where its layout knows no messages.

    A completion continues its prompt, and both answers of a pair continue the same context: a tool turn in one
    may answer a call in the other. Where the turns are plain strings the conversation is empty, but it is there:
    the record may declare tools.
    """
    if layout == "messages":
        return [_placed(record["messages"], ("messages",))]
    if layout == "prompt_completion":
        return [_placed(record["prompt"], ("prompt",)) + _placed(record["completion"], ("completion",))]
    if layout == "preference":
        field = context_field(record)
        context = _context(record.get(field), (field,))
        return [context + _placed(record[name], (name,)) for name in pair_fields(record)]
    return [[]] if layout == "sharegpt" else []


def tools_holder(record: Record, layout: str) -> Record:
    """Return the object that declares the tools: OpenAI's pairs keep them beside the messages of ``input``."""
    nested = record.get("input") if layout == "preference" else None
    return nested if isinstance(nested, dict) else record


def _context(value: Any, at: Path) -> list[Placed]:
    return _placed(value["messages"], (*at, "messages")) if isinstance(value, dict) else _placed(value, at)


def _placed(value: Any, at: Path) -> list[Placed]:
    if isinstance(value, dict):
        return [(value, at)]
    return [(message, (*at, index)) for index, message in enumerate(value)] if isinstance(value, list) else []
