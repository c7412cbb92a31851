"""The first rows of each reason and warning, with a piece of their text: for the summary and the report."""

from __future__ import annotations

from typing import Any

import polars as pl

EACH = 3
CHARS = 600


class Examples:
    """Up to three rows for each word that marks rows."""

    def __init__(self) -> None:
        self._found: dict[str, list[dict[str, Any]]] = {}

    def add(self, ledger: pl.DataFrame, raws: pl.Series) -> None:
        """Take examples from a part of the ledger and the lines of its rows."""
        rows = ledger.with_columns(raw=raws)
        wanted = rows.filter(pl.col("reason").is_not_null() | (pl.col("warnings").list.len() > 0))
        words = wanted.select(
            pl.concat_list(pl.concat_list("reason"), "warnings").alias("word"), *ledger.columns, "raw"
        ).explode("word")
        for row in words.drop_nulls("word").group_by("word", maintain_order=True).head(EACH).iter_rows(named=True):
            found = self._found.setdefault(row["word"], [])
            if len(found) < EACH:
                found.append(_example(row))

    def as_json(self, *, texts: bool) -> dict[str, list[dict[str, Any]]]:
        """Return the examples by word, without the texts of the data unless they are wanted."""
        if texts:
            return dict(self._found)
        hidden = ("text", "detail")
        return {
            word: [{name: value for name, value in example.items() if name not in hidden} for example in found]
            for word, found in self._found.items()
        }


def _example(row: dict[str, Any]) -> dict[str, Any]:
    text = row["raw"][: 4 * CHARS].decode("utf-8", "replace")
    return {
        "id": row["id"],
        "source": row["source"],
        "line": row["line"],
        "decision": row["decision"],
        "detail": row["detail"],
        "matched_id": row["matched_id"],
        "similarity": row["similarity"],
        "text": text if len(text) <= CHARS else f"{text[:CHARS]}…",
    }
