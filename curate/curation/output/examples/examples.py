"""The first rows of each reason and warning, each with a piece of its text and of its twin's."""

from __future__ import annotations

from typing import Any

import polars as pl

from curate.core.record.marks import told_of
from curate.core.record.tables import Engine
from curate.curation.output.matched import Matched

EACH = 3
CHARS = 600
_TEXTS = ("text", "detail")


class Examples:
    """Up to three rows for each word that marks rows."""

    def __init__(self) -> None:
        self._found: dict[str, list[dict[str, Any]]] = {}
        self._twins: dict[int, dict[str, Any]] = {}

    def add(self, ledger: pl.DataFrame, raws: pl.Series, matched: pl.Series) -> None:
        """Take examples from a part of the ledger, the lines of its rows, and the rows they are matched with."""
        rows = ledger.with_columns(raw=raws, matched=matched)
        wanted = rows.filter(pl.col("reason").is_not_null() | (pl.col("warnings").list.len() > 0))
        words = wanted.select(
            pl.concat_list(pl.concat_list("reason"), "warnings").alias("word"),
            told_of().alias("told_of"),
            *ledger.columns,
            "raw",
            "matched",
        ).explode("word")
        for row in words.drop_nulls("word").group_by("word", maintain_order=True).head(EACH).iter_rows(named=True):
            found = self._found.setdefault(row["word"], [])
            if len(found) < EACH:
                found.append(_example(row))

    def add_twins(self, engine: Engine, matched: Matched) -> None:
        """Fetch the rows that the examples are matched with."""
        rows = sorted({one["matched"] for found in self._found.values() for one in found if one["matched"] is not None})
        texts = matched.texts(rows, engine)
        for row in rows:
            raw = texts.get(row)
            self._twins[row] = {**matched.told(row), "text": None if raw is None else _piece(raw)}

    def as_json(self, *, texts: bool) -> dict[str, list[dict[str, Any]]]:
        """Return the examples by word, without the texts of the data unless they are wanted."""
        return {word: [self._told(example, texts=texts) for example in found] for word, found in self._found.items()}

    def _told(self, example: dict[str, Any], *, texts: bool) -> dict[str, Any]:
        told = {name: value for name, value in example.items() if name != "matched" and (texts or name not in _TEXTS)}
        twin = self._twins.get(example["matched"])
        told["twin"] = twin and {name: value for name, value in twin.items() if texts or name not in _TEXTS}
        return told


def _example(row: dict[str, Any]) -> dict[str, Any]:
    own = row["word"] == row["told_of"]  # else detail and twin belong to another word
    return {
        "id": row["id"],
        "source": row["source"],
        "line": row["line"],
        "decision": row["decision"],
        "detail": row["detail"] if own else None,
        "matched": row["matched"] if own else None,
        "matched_id": row["matched_id"] if own else None,
        "similarity": row["similarity"] if own else None,
        "text": _piece(row["raw"]),
    }


def _piece(raw: bytes) -> str:
    text = raw[: 4 * CHARS].decode("utf-8", "replace")
    return text if len(text) <= CHARS else f"{text[:CHARS]}…"
