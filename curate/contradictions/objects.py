"""Two answers that are JSON objects, held together field by field: a value against another one."""

from __future__ import annotations

import json
from typing import Any

FREE = 3  # a text of more words is prose, and may be put in other words
_ABSENT = object()


def objects(one: str, other: str) -> tuple[dict[str, Any], dict[str, Any]] | None:
    """Return both answers as JSON objects; None where one is something else."""
    if not (one.lstrip().startswith("{") and other.lstrip().startswith("{")):
        return None
    try:
        left, right = json.loads(one), json.loads(other)
    except (ValueError, RecursionError):
        return None
    return (left, right) if isinstance(left, dict) and isinstance(right, dict) else None


def other_field(left: dict[str, Any], right: dict[str, Any], place: str = "") -> str:
    """Return the first field that both have with values that exclude each other: ``intent repair / intent advice``.

    Lists may be in another order, and texts of more than three words in other words: neither is told.
    """
    for key, value in left.items():
        new = right.get(key, _ABSENT)
        where = f"{place}{key}"
        if isinstance(value, dict) and isinstance(new, dict):
            found = other_field(value, new, f"{where}.")
            if found:
                return found
        elif new is not _ABSENT and _settled(value) and _settled(new) and _said(value) != _said(new):
            return f"{where} {_said(value)} / {where} {_said(new)}"
    return ""


def _settled(value: Any) -> bool:
    """Say whether a value is one that another excludes."""
    if isinstance(value, str):
        return len(value.split()) <= FREE
    return value is None or isinstance(value, bool | int | float)


def _said(value: Any) -> str:
    """Return a value without what does not count: case and white space of a text, the spelling of a number."""
    if isinstance(value, str):
        return " ".join(value.casefold().split())
    if isinstance(value, int | float) and not isinstance(value, bool):
        return f"{value:g}" if abs(value) < 10**6 else str(value)
    return json.dumps(value)
