"""The block: a Polars frame of consecutive records, the unit that is read, processed and spilled."""

from __future__ import annotations

import polars as pl

MESSAGE = pl.Struct(
    {
        "role": pl.String,
        "text": pl.String,
        "parts": pl.Binary,  # the content as JSON bytes, where it came as parts
        "calls": pl.Binary,  # tool_calls (or function_call) as JSON bytes
        "call_id": pl.String,
        "name": pl.String,
        "weight": pl.Int8,
    }
)

_COLUMNS: dict[str, pl.DataType | type[pl.DataType]] = {
    "row": pl.UInt64,  # source << 40 | line: unique, every join uses it
    "source": pl.UInt32,
    "line": pl.UInt64,
    "id": pl.String,
    "digest": pl.UInt64,  # of the incoming line; all draws use it
    "layout": pl.String,
    "raw": pl.Binary,
    "messages": pl.List(MESSAGE),
    "tools": pl.Binary,
    "rejected": pl.String,
    "label": pl.String,
    "verdict": pl.Boolean,  # on the answer, as KTO has it: good or bad; null where none is given
    "media": pl.UInt64,  # digest of the pictures, sounds and films that fields name; null where there are none
    "shown": pl.UInt64,  # digest of the parts of turns that ask, which are no text
    "taught": pl.UInt64,  # digest of what is answered beside texts: reasoning, refusals, other parts, weights
    "origin": pl.String,
    "parents": pl.List(pl.UInt64),
    "edited_by": pl.List(pl.String),
    "reason": pl.String,
    "detail": pl.String,
    "matched": pl.UInt64,
    "similarity": pl.Float64,
    "warnings": pl.List(pl.String),
}
BLOCK = pl.Schema(_COLUMNS)

MARKS = ("reason", "detail", "matched", "similarity", "warnings", "edited_by")
LINE_BITS = 40
EARLIER = 1 << 63  # rows of earlier runs have this bit in their numbers: they come after all others, and never go


def row_of(source: int, line: int) -> int:
    """Return the row number of a line of a source; both are found in it again by ``place_of``."""
    return source << LINE_BITS | line


def place_of(row: int) -> tuple[int, int]:
    """Return (source, line) of a row number."""
    return row >> LINE_BITS, row & (1 << LINE_BITS) - 1
