"""Blocks of a few rows for the tests: a conversation is a list of (role, text) or (role, text, calls)."""

from __future__ import annotations

from typing import Any

import polars as pl

from curate.core.record.block import BLOCK, row_of

Turn = tuple[Any, ...]


def block(*conversations: list[Turn] | None, **columns: list[Any]) -> pl.DataFrame:
    """Return a block with a row for each conversation."""
    rows = len(conversations)
    messages = [None if turns is None else [message(*turn) for turn in turns] for turns in conversations]
    given: dict[str, list[Any]] = {
        "row": [row_of(0, line) for line in range(1, rows + 1)],
        "line": list(range(1, rows + 1)),
        "messages": messages,
        "warnings": [[]] * rows,
        "edited_by": [[]] * rows,
    }
    given |= columns
    return pl.DataFrame({name: given.get(name, [None] * rows) for name in BLOCK}, schema=BLOCK)


def message(role: str, text: str | None, calls: bytes | None = None) -> dict[str, Any]:
    """Return a message as the block holds it."""
    return dict.fromkeys(("parts", "call_id", "name", "weight")) | {"role": role, "text": text, "calls": calls}
