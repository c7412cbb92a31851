"""A file of JSON Lines that was scored, read again column by column, in less than half the time of the first time."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import orjson
import polars as pl

from curate.core.read.decode import Record
from evalkit.predictions import PREDICTIONS, as_text, in_lists
from evalkit.read.records import Fields
from evalkit.read.rows import SECONDS, TOKENS, fault_of, number_of, prompt_of, slices_of

_PIECE = 1 << 18  # bytes of lines whose records are held at once
_ROWS = 8192  # of a frame
_SPECIAL = frozenset(("references", "schema", "check", "gold", "logprobs", "choices", "choice_logprobs"))
_TEXT = {str, type(None)}


class _SpecialError(Exception):
    """A row is not plain."""


def read_again(path: Path, sha256: str, fields: Fields) -> pl.DataFrame | None:
    """Return the rows of a file as ``to_frame(read_rows(...))`` has them; None where it has to be read that way.

    A file with this sha256 was read before, row by row: no line is at fault, and every id stands once. What is packed,
    has blank lines or no ids, or says more than answers, prompts, slices and usage is left to the other way.
    """
    names = (fields.id or "id", fields.prediction or "prediction", fields.reference or "reference")
    if fields.slices or any("." in name for name in (*names, fields.prompt or "")):
        return None
    frames: list[pl.DataFrame] = []
    columns: dict[str, list[Any]] = {name: [] for name in PREDICTIONS}
    with path.open("rb") as file:
        if hashlib.file_digest(file, "sha256").hexdigest() != sha256:
            return None
        file.seek(0)
        try:
            while lines := file.readlines(_PIECE):
                _add(columns, list(map(orjson.loads, lines)), names, fields.prompt)
                if len(columns["id"]) >= _ROWS:
                    frames.append(_frame(columns))
                    columns = {name: [] for name in PREDICTIONS}
        except (orjson.JSONDecodeError, _SpecialError):
            return None
    return pl.concat([*frames, _frame(columns)], rechunk=True)


def _add(columns: dict[str, list[Any]], records: Sequence[Record], names: Sequence[str], prompt: str | None) -> None:
    """Add the rows to the columns; a column that no row fills stays empty."""
    if any(record.__class__ is not dict for record in records):
        raise _SpecialError
    keys = set().union(*records)
    if not keys.isdisjoint(_SPECIAL):
        raise _SpecialError
    before = len(columns["id"])
    texts = [[record.get(name) for record in records] for name in names]
    if {*map(type, texts[0])} != {str} or not {*map(type, texts[1]), *map(type, texts[2])} <= _TEXT:
        raise _SpecialError
    for name, own in zip(("id", "prediction", "references"), texts, strict=True):
        columns[name] += own
    asked = [record.get(prompt or "prompt") for record in records]
    if {*map(type, asked)} <= _TEXT and (prompt is not None or "messages" not in keys):
        columns["prompt"] += asked
    else:
        columns["prompt"] += [prompt_of(record, prompt) for record in records]
    for name, of in _rare(keys):
        columns[name] += [None] * (before - len(columns[name]))
        columns[name] += [of(record) for record in records]


def _rare(keys: set[str]) -> Iterator[tuple[str, Callable[[Record], Any]]]:
    """Yield the columns of which some row may say something, and what it says."""
    if "slices" in keys:
        yield "slices", partial(_sliced, known={})
    if "cluster" in keys:
        yield "cluster", lambda record: as_text(record.get("cluster"))
    if "finish" in keys:
        yield "finish", lambda record: as_text(record.get("finish"))
    if "fault" in keys:
        yield "fault", lambda record: fault_of(record.get("fault"))
    if "usage" in keys:
        yield "tokens", partial(_used, words=TOKENS)
        yield "seconds", partial(_used, words=SECONDS)
        yield "cost", partial(_used, words=("cost",))


def _sliced(record: Record, known: dict[bytes, str | None]) -> str | None:
    """Return the slices of a row; ``known`` has those of rows before, as they were written."""
    written = orjson.dumps(record.get("slices"))
    if written not in known:
        known[written] = slices_of(record, ())
    return known[written]


def _used(record: Record, words: Sequence[str]) -> float | None:
    usage = record.get("usage")
    return number_of(usage, words) if isinstance(usage, dict) else None


def _frame(columns: dict[str, list[Any]]) -> pl.DataFrame:
    rows = len(columns["id"])
    made = []
    for name, kind in PREDICTIONS.items():
        values = columns[name] + [None] * (rows - len(columns[name]))
        if name == "references":
            made.append(in_lists(values))
        elif values.count(None) == rows:
            made.append(pl.Series(name, [None], kind).new_from_index(0, rows))
        else:
            made.append(pl.Series(name, values, kind))
    return pl.DataFrame(made)
