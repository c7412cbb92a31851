"""Records that hold items of evaluation sets."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar, Literal, Self

import numpy as np
import polars as pl
from pydantic import BaseModel, ConfigDict, Field, PrivateAttr

from curate.contamination.hits import ANSWERED, ASKED, CONTAMINATED, HITS, OVERLAP, best_first
from curate.contamination.search import Search
from curate.core.items.read import Asking, ItemFile, read_items
from curate.core.read.source import Wanted, find_sources
from curate.core.record.marks import alive, reject, warn
from curate.steps.step import Step

_WORDS = {
    CONTAMINATED: "contaminated",
    OVERLAP: "evaluation_overlap",
    ANSWERED: "evaluation_answer",
    ASKED: "evaluation_question",
}


TAINTED = pl.Schema(
    {
        "suite": pl.String,
        "id": pl.String,
        "rule": pl.String,
        "score": pl.Float64,
        "row": pl.UInt64,
        "item": pl.Int64,
        "means": pl.Int8,
    }
)


class EvaluationSet(BaseModel):
    """A file of evaluation items with what is special about it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: str = Field(description="A file (JSON Lines, .json, .csv, .parquet, packed or not), folder or glob.")
    name: str | None = Field(None, description="What the suite is called; as the file, if absent.")
    layout: str | None = Field(None, description="The layout of its items; told from them if absent.")
    question: str | None = Field(None, description="The field of the question, where no layout is known.")
    answer: str | None = Field(None, description="The field of the right answer, or of the list of them.")
    id: str | None = Field(None, description="The field that names an item.")


class Contamination(Step):
    """Drop records that hold an item of an evaluation set; warn of those that share a part of one.

    A row goes where most of a question stands in it word for word, or where it is a short question with its right
    answer. Passages below half of an item, an answer without its question and a short question with another answer only
    warn; so does any item in a row with pictures, sounds or films: its words may be asked of others there. Every item
    that was found is listed in ``tainted.jsonl``.
    """

    use: Literal["contamination"] = "contamination"
    sets: tuple[str | EvaluationSet, ...] = Field(
        min_length=1, description="Evaluation sets: files, folders or globs, or tables with path and what is special."
    )
    rule: Literal["ngram8_half", "ngram13", "longest_match", "substring50", "idf_containment"] = Field(
        "ngram8_half", description="What of an item must stand in a row for the item to count as found."
    )
    threshold: float | None = Field(
        None, ge=0, lt=1, description="Share of an item above which it counts; as the rule has it, if absent."
    )
    seed: int | None = Field(None, description="Seed of the substrings that are drawn; the run's, if absent.")
    reasons: ClassVar[dict[str, str]] = {
        "contaminated": "Most of an item of an evaluation set stands in the row.",
        "evaluation_overlap": "The row shares a passage with an item of an evaluation set.",
        "evaluation_answer": "The right answer of an evaluation item stands in the row, without its question.",
        "evaluation_question": "The row asks a short question of an evaluation set, and answers otherwise.",
    }
    guesses: ClassVar[frozenset[str]] = frozenset({"evaluation_overlap", "evaluation_answer", "evaluation_question"})
    _files: list[ItemFile] = PrivateAttr(default_factory=list)
    _search: Search | None = PrivateAttr(default=None)

    def at(self, base: Path) -> Self:
        """Return the step with its evaluation sets read."""
        asked = [EvaluationSet(path=one) if isinstance(one, str) else one for one in self.sets]
        read = self.model_copy()
        read._files = [
            read_items(source.name, base, Asking(one.name, one.layout, one.question, one.answer, one.id))
            for one in asked
            for source in find_sources([Wanted(one.path)], base)
        ]
        read._search = Search(read._files, self.rule, self.threshold, self.seed or 0)
        return read

    @property
    def files(self) -> list[ItemFile]:
        """Return the evaluation sets; none before they are read."""
        return self._files

    def apply(self, block: pl.DataFrame) -> pl.DataFrame:
        """Mark the rows that hold items, the surest mark first."""
        hits = self._hits(block, alive())
        for means, word in _WORDS.items():
            rows = hits.filter(pl.col("means") == means)
            if not rows.is_empty():
                block = self._marked(block, rows, word)
        return block

    def tainted(self, block: pl.DataFrame) -> pl.DataFrame:
        """Return a row of ``TAINTED`` for each item found in rows that this step has marked.

        Of several rows with an item the one that holds most of it is told, the first of those that are even.
        """
        marked = pl.col("reason").is_in(list(self.reasons))
        for word in self.reasons:
            marked |= pl.col("warnings").list.contains(word)
        hits = self._hits(block, marked).unique("item", keep="first", maintain_order=True)
        suites, ids = (self._search.suites, self._search.ids) if self._search else ([], [])
        return hits.select(
            pl.Series("suite", [suites[item] for item in hits["item"]], dtype=pl.String),
            pl.Series("id", [ids[item] for item in hits["item"]], dtype=pl.String),
            "rule",
            "score",
            pl.lit(block["row"].gather(hits["row"])).alias("row"),
            "item",
            "means",
        )

    def _hits(self, block: pl.DataFrame, where: pl.Expr) -> pl.DataFrame:
        """Return the hits in some rows of the block, by their place in it, best first."""
        here = block.select((where & pl.col("messages").is_not_null()).fill_null(value=False)).to_series()
        if self._search is None or not here.any():
            return HITS.to_frame()
        places = pl.Series(np.flatnonzero(here.to_numpy()))
        hits = self._search.hits(block.filter(here).select("messages", "rejected"))
        return best_first(hits.with_columns(row=places.gather(hits["row"])))

    def _marked(self, block: pl.DataFrame, hits: pl.DataFrame, word: str) -> pl.DataFrame:
        """Return the block with the rows of hits of one meaning marked."""
        more = hits.group_by("row").agg(more=pl.len() - 1)
        best = hits.unique("row", keep="first", maintain_order=True).join(more, on="row", maintain_order="left")
        where = np.zeros(len(block), dtype=np.bool_)
        where[best["row"].to_numpy()] = True
        places = pl.DataFrame({"row": np.arange(len(block))}).join(best, on="row", how="left", maintain_order="left")
        here, score = pl.lit(pl.Series(where)), pl.lit(places["score"])
        details = pl.Series([None] * len(block), dtype=pl.String).scatter(
            best["row"].to_list(),
            [self._told(*hit) for hit in best.select("item", "rule", "score", "more").iter_rows()],
        )
        told = pl.lit(details)
        if self.drops(word):
            asked_of = pl.any_horizontal(
                pl.col("media", "shown").is_not_null()
            )  # of other pictures than the item, maybe
            block = reject(block, here & ~asked_of, word, told, None, score)
            here &= asked_of
        return warn(block, here, word, told, None, score)

    def _told(self, item: int, rule: str, score: float, more: int) -> str:
        """Return a hit in words."""
        suite, id_ = (self._search.suites[item], self._search.ids[item]) if self._search else ("", "")
        others = f", and {more} more" if more else ""
        return f"{suite} {id_}: {score:.2f} of it by {rule}{others}"
