"""The counts of a manifest, of a run that drops nothing."""

from __future__ import annotations

from typing import Any


def all_kept(source: str, rows: int, added: int = 0) -> dict[str, Any]:
    """Return the counts of ``rows`` of one source and ``added`` ones, all kept: none has a reason, or a split."""
    kept = rows + added
    return {
        "in": rows,
        "added": added,
        "kept": kept,
        "dropped": 0,
        "by_reason": {},
        "by_warning": {},
        "by_split": {},
        "by_source": {source: {"kept": kept, "dropped": 0}},
    }
