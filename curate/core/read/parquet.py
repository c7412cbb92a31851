"""Rows of a Parquet file as lines of JSON."""

from __future__ import annotations

import math
from collections.abc import Iterator
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
    NaN, by which pandas says null, goes with them; an infinite number stays, and is the row's fault.

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
    """Return the value without null fields of objects, at any depth; bytes become text."""
    if isinstance(value, dict):
        return {key: _present(inner) for key, inner in value.items() if not _is_missing(inner)}
    if isinstance(value, list):
        return [_present(inner) for inner in value]
    if isinstance(value, bytes):
        return value.decode("utf-8", "backslashreplace")
    if isinstance(value, float) and math.isinf(value):
        return orjson.Fragment("Infinity" if value > 0 else "-Infinity")
    return value


def _is_missing(value: Any) -> bool:
    return value is None or (isinstance(value, float) and math.isnan(value))
