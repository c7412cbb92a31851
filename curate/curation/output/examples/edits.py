"""The first rows that each step edited, as they came and as they are written: what a dry run shows of edits."""

from __future__ import annotations

from typing import Any

EACH = 3
_BEFORE, _AFTER = 20, 60  # characters shown around the first that changed


class Edits:
    """Up to three edited rows for each step."""

    def __init__(self) -> None:
        self._found: dict[str, list[dict[str, Any]]] = {}

    def add(self, source: str, row: dict[str, Any], written: bytes) -> None:
        """Take a row of a block as an example of the steps that edited it, and the line it is written as."""
        for step in row["edited_by"]:
            found = self._found.setdefault(step, [])
            if len(found) < EACH:
                before, after = _around(row["raw"].decode("utf-8", "replace"), written.decode("utf-8", "replace"))
                found.append({"id": row["id"], "source": source, "line": row["line"], "before": before, "after": after})

    def as_json(self, *, texts: bool) -> dict[str, list[dict[str, Any]]]:
        """Return the examples by step, without the texts of the data unless they are wanted."""
        hidden = () if texts else ("before", "after")
        return {
            step: [{name: value for name, value in one.items() if name not in hidden} for one in found]
            for step, found in self._found.items()
        }


def _around(before: str, after: str) -> tuple[str, str]:
    """Return both texts around the first character in which they differ."""
    pairs = enumerate(zip(before, after, strict=False))
    first = next((at for at, (a, b) in pairs if a != b), min(len(before), len(after)))
    start = max(first - _BEFORE, 0)
    return before[start : first + _AFTER], after[start : first + _AFTER]
