"""Rows of a Parquet file as lines of JSON."""

from __future__ import annotations

import math
from base64 import b64encode
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import orjson
import polars as pl

from curate.core.read.lines import Lines
from curate.core.run.errors import InputError

ROWS = 10_000


def read_parquet(path: Path, name: str) -> Iterator[Lines]:
    """Yield the rows as JSON objects; the number of a row is its ordinal, from 1.

    Null fields are left out: Parquet has one set of fields for every row and cannot tell an absent field from null.
    NaN, by which pandas says null, goes with them; an infinite number stays, and is the row's fault. Decimals are
    numbers with all their digits; bytes are text, or ``{"base64": "..."}`` where they are no UTF-8.

    Raises:
        InputError: the file is no Parquet, or holds a type that JSON has no form for.
    """
    first = 1
    try:
        for frame in pl.scan_parquet(path, glob=False).collect_batches(chunk_size=ROWS, maintain_order=True):
            for part in frame.iter_slices(ROWS):
                rows = [orjson.dumps(_present(row), default=str) for row in part.iter_rows(named=True)]
                yield Lines(first, rows, places=list(range(first, first + len(rows))))
                first += len(rows)
    except (pl.exceptions.PolarsError, TypeError, OSError) as error:
        reason = str(error).splitlines()[0]
        raise InputError(
            f"{name} cannot be read as Parquet: {reason}", hint="check the file with another reader"
        ) from error


def _present(value: Any) -> Any:
    """Return the value as JSON has it, at any depth: without null fields of objects."""
    if isinstance(value, dict):
        return {key: _present(inner) for key, inner in value.items() if not _is_missing(inner)}
    if isinstance(value, list):
        return [_present(inner) for inner in value]
    if isinstance(value, bytes):
        return _as_text(value)
    if isinstance(value, Decimal):
        return orjson.Fragment(f"{value:f}")
    if isinstance(value, float) and math.isinf(value):
        return orjson.Fragment("Infinity" if value > 0 else "-Infinity")
    return value


def _as_text(value: bytes) -> str | dict[str, str]:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return {"base64": b64encode(value).decode("ascii")}


def _is_missing(value: Any) -> bool:
    return value is None or (isinstance(value, float) and math.isnan(value))
