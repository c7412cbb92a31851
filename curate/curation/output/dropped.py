"""The lines of ``dropped.jsonl``: why a row went, and the row as it came."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

import orjson
import polars as pl

from curate.curation.output.matched import Matched

TOLD = ("id", "source", "line", "step", "reason", "detail", "matched", "similarity", "raw")
_NOT_A_VALUE = "read"  # the step that drops what is no JSON, or no UTF-8


def dropped_lines(rows: pl.DataFrame, matched: Matched, *, records: bool) -> Iterator[bytes]:
    """Yield a line for each dropped row; ``rows`` have the columns ``TOLD``, the source by its name."""
    columns = [rows[name].to_list() for name in TOLD]
    for id_, source, line, step, reason, detail, other, similarity, raw in zip(*columns, strict=True):
        entry = {
            "id": id_,
            "source": source,
            "line": line,
            "step": step,
            "reason": reason,
            "detail": detail,
            "matched": None if other is None else matched.told(other),
            "similarity": similarity,
        }
        if records:
            entry["record"] = _record(raw, step)
        yield orjson.dumps(entry)


def _record(raw: bytes, step: str) -> Any:
    """Return a row as it came: the value itself, a string where it is no JSON, base64 where it is no UTF-8."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(raw).decode()}
    if step != _NOT_A_VALUE:
        return orjson.Fragment(raw)
    try:
        orjson.dumps(orjson.loads(raw))
    except (orjson.JSONDecodeError, orjson.JSONEncodeError):
        return text
    return orjson.Fragment(raw)
