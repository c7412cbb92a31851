"""Fields of records, read from their lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import orjson
import polars as pl

from curate.core.record.exact import exactly


def field_values(raws: pl.Series, names: Sequence[str]) -> Iterator[list[Any]]:
    """Yield the values of the fields of each record, null where it lacks one; a name with dots leads into objects.

    Numbers keep all their digits: they are written by ``written``.
    """
    for raw in raws:
        record = orjson.loads(raw)
        found = [field_of(record, name) for name in names]
        if any(isinstance(value, (float, list, dict)) for value in found):
            record = exactly(raw)
            found = [field_of(record, name) for name in names]
        yield found


def field_of(record: Any, name: str) -> Any:
    """Return the value of a field; a name with dots leads into objects; null where there is none."""
    if isinstance(record, dict) and name in record:
        return record[name]
    found = record
    for part in name.split("."):
        found = found.get(part) if isinstance(found, dict) else None
    return found
