"""Rows from one layout to another."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, ClassVar, Literal, NamedTuple

import orjson
import polars as pl

from curate.core.read.layouts import LAYOUTS, Draft, Record, renamed
from curate.core.read.layouts.unwritten import answers_unwritten
from curate.core.record.marks import alive
from curate.steps.step import Step

_ROW = ("layout", "messages", "tools", "rejected", "label")
_LISTS = {"messages": "messages", "sharegpt": "conversations"}  # layouts of objects, which hold any field, and where
_MESSAGES = {"messages": ("messages",), "prompt_completion": ("prompt", "completion")}  # where messages are read from
_OF_MESSAGES = frozenset({"role", "content", "tool_calls", "function_call", "tool_call_id", "name", "weight"})
_OF_SHAREGPT = frozenset({"from", "value"})
_OPTIONAL = frozenset({"system", "system_prompt", "history", "instruction", "input"})  # own fields that may go unread
NONE: Mapping[str, str] = MappingProxyType({})


class Convert(Step):
    """Drop rows that the output's layout cannot hold; a run has this step where ``[output] layout`` is set."""

    use: Literal["convert"] = "convert"
    layout: str
    reasons: ClassVar[dict[str, str]] = {"not_convertible": "The output's layout has no place for this row."}

    def apply(self, block: pl.DataFrame) -> pl.DataFrame:
        """Mark rows that cannot be written in the layout."""
        rows = block.filter(alive() & pl.col("messages").is_not_null() & (pl.col("layout") != self.layout))
        lost = [row["row"] for row in rows.select("row", "raw", *_ROW).iter_rows(named=True) if not self._holds(row)]
        detail = pl.format("a row of layout {} does not fit into layout {}", "layout", pl.lit(self.layout))
        return self.mark(
            block, pl.col("row").is_in(pl.Series(lost, dtype=pl.UInt64).implode()), "not_convertible", detail
        )

    def _holds(self, row: dict[str, Any]) -> bool:
        """Say whether the layout can hold a row, and an answer that is no text."""
        draft = draft_of(row)
        if LAYOUTS[self.layout].write(draft) is None:
            return False
        if self.layout in _LISTS or any((turn[1] or "").strip() for turn in draft.messages[-1:]):
            return True
        return not answers_unwritten(orjson.loads(row["raw"]), row["layout"])


def draft_of(row: dict[str, Any]) -> Draft:
    """Return a row of a block as layouts write it."""
    turns = [tuple(message.values()) for message in row["messages"]]
    return Draft(turns, row["tools"], row["rejected"], row["label"])


class Converted(NamedTuple):
    """A row in another layout."""

    line: bytes
    lost: list[str]  # fields that have a value, and no place in the layout


def converted(row: dict[str, Any], raw: bytes, target: str, fields: Mapping[str, str] = NONE) -> Converted:
    """Return a row in another layout; fields that no turn was read from are carried along, messages' own ones too.

    ``fields`` are the source's names for ours. Numbers keep their spelling.
    """
    written = LAYOUTS[target].write(draft_of(row))
    if written is None:
        raise ValueError(f"a row of layout {row['layout']} does not fit into layout {target}")
    record = json.loads(raw, parse_int=_as_it_is, parse_float=_as_it_is)
    named = renamed(record, fields)
    own = {fields.get(name, name) for name in LAYOUTS[row["layout"]].own - _unread(named, row["layout"])}
    rest = {key: value for key, value in record.items() if key not in own}
    turns = written.get(_LISTS.get(target, ""))
    extras = _extras(named, row["layout"])
    before: list[Record] = [{}] * (len(row["messages"]) - len(extras))  # of a system prompt in a field of its own
    lost = _carry([*before, *extras], turns)
    lost += [key for key, value in rest.items() if key in written and value is not None]
    carried = {key: value for key, value in rest.items() if key not in written}
    return Converted(orjson.dumps(written | carried), list(dict.fromkeys(lost)))


def _unread(record: Record, layout: str) -> set[str]:
    """Return the optional fields of a layout that have a value, and are no turn: a system prompt beside another one."""
    used = {path[0] for places in LAYOUTS[layout].strings(record) for path in places}
    return {name for name in _OPTIONAL - used if record.get(name) not in (None, "", [], {})}


def _carry(extras: Sequence[Record], turns: list[Record] | None) -> list[str]:
    """Put what messages have beside their turn into the turns as written; return the fields that have no place there.

    Where ``turns`` is None the layout has no place for any.
    """
    if turns is None:
        return [key for extra in extras for key, value in extra.items() if value is not None]
    lost = []
    for turn, extra in zip(turns, extras, strict=False):  # of some layouts no turn has more than its text
        lost += [key for key, value in extra.items() if value is not None and key in turn]
        turn.update({key: value for key, value in extra.items() if key not in turn})
    return lost


def _extras(record: Record, layout: str) -> list[Record]:
    """Return for each message of a record its fields that no turn of a block has."""
    if layout == "sharegpt":
        return [_without(turn, _OF_SHAREGPT) for turn in record["conversations"]]
    extras: list[Record] = []
    for name in _MESSAGES.get(layout, ()):
        messages = record[name] if isinstance(record[name], list) else [{}]
        extras += [_without(message, _OF_MESSAGES) for message in messages]
    return extras


def _without(message: Record, known: frozenset[str]) -> Record:
    return {key: value for key, value in message.items() if key not in known}


def _as_it_is(number: str) -> Any:
    return orjson.Fragment(number)
