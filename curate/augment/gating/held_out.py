"""New rows that a validation or test row would know."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import ClassVar, Literal, Self

import numpy as np
import numpy.typing as npt
import polars as pl
from pydantic import PrivateAttr

from curate.augment.gating.nearest import Near, Sets
from curate.augment.gating.prompts import prompt_keys, up_to_earlier_answers
from curate.core.record.block import row_of
from curate.core.record.marks import alive
from curate.core.record.tables import Engine, Table
from curate.dedupe.keys import near_keys
from curate.dedupe.rule import LOOSE_RECALL, PairRule
from curate.dedupe.seen import seen
from curate.steps.normalise import Normalise
from curate.steps.step import DECISIONS, SetStep

U64 = npt.NDArray[np.uint64]

EVIDENCE = 12  # 5-grams, of 16 words or more: of fewer, a question may hold most and ask something else
_SET = pl.List(pl.UInt64)
_KINDS: dict[str, pl.DataType | type[pl.DataType]] = {
    "row": pl.UInt64,
    "prompts": pl.List(pl.String),  # of each answer; of one that is held out of its last alone, which is its question
    "asked": _SET,
    "answered": _SET,
}
_KEYS = pl.Schema(_KINDS)
_NEAR = {"row": pl.UInt64, "matched": pl.UInt64, "similarity": pl.Float64}


class HeldOut(SetStep):
    """Drop new rows that are alike to a validation or test row, or ask what it asks: by the rule of the split.

    Alike is the Jaccard similarity of word 5-grams of both sides as one set. To ask the same is to have its prompt, but
    for case, white space and marks, before any answer; or as large a share of the 5-grams of its prompt that no
    training prompt has, where there are twelve of them: what many rows share, a template say, tells of none. Every pair
    is compared exactly.
    """

    use: Literal["held_out"] = "held_out"
    similarity: float
    normalise: Normalise
    held: tuple[int, ...]  # sources of validation and test rows
    frozen: int  # sources, the first of them, that hold no new rows
    reasons: ClassVar[dict[str, str]] = {
        "near_held_out": "A validation or test row is alike: training on this one would leak it.",
        "held_out_prompt": "A validation or test row has the same prompt.",
        "near_held_out_prompt": "Most of what only the prompt of a validation or test row says stands in this one's.",
    }
    _held: pl.DataFrame = PrivateAttr(default_factory=_KEYS.to_frame)
    _asked: U64 = PrivateAttr(default_factory=lambda: np.empty(0, dtype=np.uint64))

    def beside(self, blocks: Iterable[pl.DataFrame]) -> Self:
        """Return the step with the rows that new ones may know nothing of."""
        step = self.model_copy()
        step._held = pl.concat([_KEYS.to_frame(), *(self._keyed(block) for block in blocks)])
        step._asked = np.unique(_flat(step._held["asked"]))
        return step

    @property
    def holds(self) -> bool:
        """Say whether there is a row that new ones may know nothing of."""
        return not self._held.is_empty()

    def keys(self, block: pl.DataFrame) -> pl.DataFrame:
        """Return prompts and shingles of new rows, and what training prompts share with those that are held out."""
        if int(block["source"][0]) >= self.frozen:
            return self._keyed(block, every=True)
        if int(block["source"][0]) in self.held or not len(self._asked):
            return _KEYS.to_frame()
        found = np.intersect1d(_flat(self._keyed(block)["asked"]), self._asked).tolist()
        told = {"row": block["row"][:1], "prompts": [[]], "asked": [found], "answered": [[]]}
        return pl.DataFrame(told, schema=_KEYS) if found else _KEYS.to_frame()

    def _keyed(self, block: pl.DataFrame, *, every: bool = False) -> pl.DataFrame:
        rows = block.filter(alive() & pl.col("messages").is_not_null())
        shown = seen(rows)
        asking = pl.concat([up_to_earlier_answers(rows), rows]) if every else rows
        told = asking.select("row", prompts=prompt_keys(asking, self.normalise))
        keyed = told.group_by("row", maintain_order=True).agg("prompts").sort("row")
        if rows.is_empty() or self.similarity == 0:
            none = pl.lit([], dtype=_SET)
            return keyed.with_columns(asked=none, answered=none)
        rule = PairRule(self.similarity, self.similarity, LOOSE_RECALL, prompts=False)
        sets = near_keys(rows, rule).select("row", "asked", "answered")
        sets = _apart(sets, dict(zip(rows["row"].to_list(), shown.tolist(), strict=True)) if shown.any() else {})
        return keyed.join(sets, on="row", how="left", maintain_order="left")

    def decide(self, keys: Table, engine: Engine) -> pl.DataFrame:
        """Mark new rows, each matched with the validation or test row that is most alike."""
        found = keys.read(_KEYS.names())
        new = found.filter(pl.col("row") >= row_of(self.frozen, 0))
        trained = np.unique(_flat(found.filter(pl.col("row") < row_of(self.frozen, 0))["asked"]))
        same = self._same(new)
        left = new.filter(~pl.col("row").is_in(same["row"].implode())) if self.similarity > 0 else new.clear()
        whole = pl.col("asked").list.concat("answered")
        near = self._near(left.select("row", sets=whole), _sets(self._held.select("row", sets=whole)).jaccard)
        left = left.filter(~pl.col("row").is_in(near["row"].implode()))
        asks = self._near(left.select("row", sets="asked"), _sets(_own(self._held, trained)).contained)
        marked = [
            same.with_columns(similarity=pl.lit(1.0), reason=pl.lit("held_out_prompt")),
            near.with_columns(reason=pl.lit("near_held_out")),
            asks.with_columns(reason=pl.lit("near_held_out_prompt")),
        ]
        decided = pl.concat(marked, how="diagonal").with_columns(
            drops=pl.lit(value=True), cluster=pl.lit(None, dtype=pl.UInt64)
        )
        return decided.select(DECISIONS.names()).cast(DECISIONS)

    def _same(self, new: pl.DataFrame) -> pl.DataFrame:
        """Return (row, matched, detail) of rows one of whose prompts is that of a row held out, the first of them."""
        held = self._held.select("prompts", matched="row").explode("prompts").filter(pl.col("prompts") != "")
        depths = pl.int_ranges(1, pl.col("prompts").list.len() + 1)
        asked = new.select("row", "prompts", depth=depths, answers=pl.col("prompts").list.len())
        same = asked.explode("prompts", "depth").join(
            held.unique("prompts", keep="first", maintain_order=True), on="prompts", maintain_order="left"
        )
        place = pl.format("the prompt of answer {} of {}", "depth", "answers")
        detail = pl.when(pl.col("answers") > 1).then(place)
        return same.unique("row", keep="first", maintain_order=True).select("row", "matched", detail=detail)

    def _near(self, new: pl.DataFrame, nearest: Callable[[U64], Near]) -> pl.DataFrame:
        rows: list[tuple[int, int, float]] = []
        for row, shingles in new.drop_nulls("sets").iter_rows():
            near = nearest(np.array(shingles, dtype=np.uint64))
            if near.share >= self.similarity:
                rows.append((row, near.row, round(near.share, 6)))
        return pl.DataFrame(rows, schema=_NEAR, orient="row")


def _sets(held: pl.DataFrame) -> Sets:
    own = held.drop_nulls("sets")
    return Sets(own["row"].to_list(), own["sets"])


def _own(held: pl.DataFrame, trained: U64) -> pl.DataFrame:
    """Return the shingles of each prompt that no training prompt has, where they are enough to tell it by."""
    asked = [np.array(one or [], dtype=np.uint64) for one in held["asked"].to_list()]
    told = held.select("row", sets=pl.Series([np.setdiff1d(one, trained).tolist() for one in asked], dtype=_SET))
    return told.filter(pl.col("sets").list.len() >= EVIDENCE)


def _flat(sets: pl.Series) -> U64:
    return sets.drop_nulls().explode(empty_as_null=False).to_numpy().astype(np.uint64)


def _apart(sets: pl.DataFrame, shown: dict[int, int]) -> pl.DataFrame:
    """Return sets of shingles in which rows that show something share none with those that show something else."""
    if not shown:
        return sets
    moved = {
        name: pl.Series(
            [[one ^ shown[row] for one in own] for row, own in sets.select("row", name).iter_rows()],
            dtype=_SET,
        )
        for name in ("asked", "answered")
    }
    return sets.with_columns(**moved)
