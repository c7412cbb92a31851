"""JSON as we write it: UTF-8, sorted keys, one newline at the end; the same value, the same bytes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson

SCHEMA_VERSION = 1


def canonical(value: Any) -> bytes:
    """Return a value as indented JSON for a file of its own."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS | orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def write_json(path: Path, value: Any) -> None:
    """Write a value to a file as canonical JSON."""
    path.write_bytes(canonical(value))
