"""Rows that belong together, for a reader: the largest clusters of twins, and prompts that have several answers."""

from __future__ import annotations

from typing import Any

import polars as pl

from curate.core.record.marks import told_of
from curate.core.record.tables import Engine
from curate.core.record.views import answer, prompt

LARGEST, PLACES = 20, 10  # clusters, and rows of each whose places are told
SHOWN, CHARS = 3, 300  # rows of each whose texts are told, and how much of them
GROUPS, MEMBERS = 10, 6  # contradictions, and rows of each
_TEXTS = ("detail", "prompt", "answer")
AT_ODDS = ("contradiction", "other_answer")  # what the step calls them, the worse first


def largest_clusters(clusters: pl.DataFrame, names: list[str], engine: Engine, *, texts: bool) -> list[dict[str, Any]]:
    """Return the largest clusters (row, cluster) with the places of their rows, and what the first of them say."""
    largest = clusters.group_by("cluster").agg(pl.col("row").sort(), size=pl.len())
    largest = largest.sort("size", "cluster", descending=[True, False]).head(LARGEST)
    shown = largest["row"].list.head(SHOWN).explode() if texts and len(largest) else pl.Series("row", [], pl.UInt64)
    said = _said(shown, engine)
    told = []
    for cluster, rows, size in largest.iter_rows():
        places = [_place(row, names) | ({"text": said[row]} if row in said else {}) for row in rows[:PLACES]]
        told.append({"cluster": cluster, "size": size, "rows": places})
    return told


class AtOdds:
    """The rows that give a prompt another answer than other rows do, as they come by."""

    def __init__(self) -> None:
        self._found: list[pl.DataFrame] = []
        self._told: dict[str, Any] = {"groups": 0, "rows": 0, "told": []}

    def add(self, block: pl.DataFrame) -> None:
        """Take the marked rows of a block that has ``cluster`` beside its own columns."""
        word = pl.coalesce(
            pl.when((pl.col("reason") == word) | pl.col("warnings").list.contains(word)).then(pl.lit(word))
            for word in AT_ODDS
        )
        detail = pl.when(told_of() == word).then("detail")  # else it belongs to another word
        marked = block.select("row", "cluster", detail=detail, word=word, dropped=pl.col("reason").is_not_null())
        self._found.append(marked.filter(pl.col("word").is_not_null() & pl.col("cluster").is_not_null()))

    def choose(self, names: list[str], engine: Engine) -> None:
        """Choose the groups that are told: contradictions before the rest, then the largest; fetch what they say."""
        if not any(len(found) for found in self._found):
            return
        rows = pl.concat(self._found)
        worst = (pl.col("word") == AT_ODDS[0]).any().alias("worst")
        groups = rows.group_by("cluster").agg(pl.len().alias("size"), worst)
        first = groups.sort("worst", "size", "cluster", descending=[True, True, False]).head(GROUPS)
        members = rows.sort("row").group_by("cluster", maintain_order=True).head(MEMBERS)
        members = members.filter(pl.col("cluster").is_in(first["cluster"].implode()))
        said = _asked_and_answered(members["row"], engine)
        told = []
        for cluster, size in first.select("cluster", "size").iter_rows():
            mine = members.filter(cluster=cluster).select("row", "detail", "word", "dropped")
            places = [
                _place(row, names)
                | {"word": word, "decision": "dropped" if dropped else "kept"}
                | {"detail": detail and _piece(detail)}
                | said[row]
                for row, detail, word, dropped in mine.iter_rows()
            ]
            told.append({"cluster": cluster, "size": size, "rows": places})
        self._told = {"groups": len(groups), "rows": len(rows), "told": told}

    def as_json(self, *, texts: bool) -> dict[str, Any]:
        """Return how many groups and rows there are, and the chosen groups, without texts unless they are wanted."""
        told = [
            group
            | {"rows": [{name: row[name] for name in row if texts or name not in _TEXTS} for row in group["rows"]]}
            for group in self._told["told"]
        ]
        return self._told | {"told": told}


def _place(row: int, names: list[str]) -> dict[str, Any]:
    return {"source": names[row >> 40], "line": row & (1 << 40) - 1}


def _said(rows: pl.Series, engine: Engine) -> dict[int, str]:
    """Return the beginning of a few rows, as they came."""
    fetched = engine.fetch(rows.cast(pl.UInt64), ["row", "raw"])
    return {row: _piece(raw[: 4 * CHARS].decode("utf-8", "replace")) for row, raw in fetched.iter_rows()}


def _asked_and_answered(rows: pl.Series, engine: Engine) -> dict[int, dict[str, str | None]]:
    fetched = engine.fetch(rows.cast(pl.UInt64), ["row", "messages", "label"])
    views = fetched.select("row", "label", prompt=prompt(), answer=answer())
    return {
        row: {"prompt": asked and _piece(asked), "answer": _piece(said or label or "")}
        for row, label, asked, said in views.iter_rows()
    }


def _piece(text: str) -> str:
    return text if len(text) <= CHARS else f"{text[:CHARS]}…"
