"""Which base an adapter belongs to, by the card that a training run writes beside it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson

from curate.core.run.errors import InputError

CARD = "thresher.json"  # beside an adapter: its name, version, parent and base


def read_card(adapter: Path) -> dict[str, Any]:
    """Return what ``thresher.json`` beside an adapter says; nothing where another tool made it."""
    try:
        found = orjson.loads((adapter / CARD).read_bytes())
    except (OSError, orjson.JSONDecodeError):
        return {}
    return found if isinstance(found, dict) else {}


def refuse_other_base(adapter: Path, called: str, sha256: str) -> None:
    """Refuse an adapter whose card names another base, by the hash of its weights.

    Raises:
        InputError: it does.
    """
    told = read_card(adapter).get("base")
    if isinstance(told, dict) and told.get("sha256") not in (None, sha256):
        raise InputError(
            f"{adapter} is an adapter for another base",
            f"trained on {told.get('name')}, {str(told['sha256'])[:12]}",
            f"given is {called}, {sha256[:12]}",
            hint="name the base that it was trained on",
        )
