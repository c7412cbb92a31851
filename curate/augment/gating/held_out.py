"""New rows that a validation or test row would know."""

from __future__ import annotations

from typing import ClassVar, Literal, NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from curate.core.record.block import LINE_BITS, row_of
from curate.core.record.marks import alive
from curate.core.record.tables import Engine, Table
from curate.core.record.views import prompt
from curate.dedupe.keys import near_keys
from curate.dedupe.rule import LOOSE_RECALL, PairRule
from curate.dedupe.seen import seen
from curate.steps.normalise import Normalise
from curate.steps.step import DECISIONS, SetStep

U64 = npt.NDArray[np.uint64]


class HeldOut(SetStep):
    """Drop new rows that are alike to a validation or test row, or share its prompt: by the rule of the split.

    Alike is the Jaccard similarity of word 5-grams of both sides as one set, computed for every pair.
    """

    use: Literal["held_out"] = "held_out"
    similarity: float
    normalise: Normalise
    held: tuple[int, ...]  # sources of validation and test rows
    frozen: int  # sources, the first of them, that hold no new rows
    reasons: ClassVar[dict[str, str]] = {
        "near_held_out": "A validation or test row is alike: training on this one would leak it.",
        "held_out_prompt": "A validation or test row has the same prompt.",
    }

    def keys(self, block: pl.DataFrame) -> pl.DataFrame:
        """Return the prompt's key and the shingles of new rows, and of validation and test rows."""
        source = int(block["source"][0])
        rows = block.filter(alive() & pl.col("messages").is_not_null())
        if source < self.frozen and source not in self.held:
            rows = rows.clear()
        shown = seen(rows)
        text = rows.select(prompt=prompt()).select(self.normalise.key(pl.col("prompt"))).to_series().fill_null("")
        told = pl.Series([f"\x1f{number}" if number else "" for number in shown.tolist()], dtype=pl.String)
        keyed = rows.select("row", prompt=pl.lit(text + told))  # of other pictures it is another question
        if rows.is_empty() or self.similarity == 0:
            none = pl.lit([], dtype=pl.List(pl.UInt64))
            return keyed.with_columns(shingles=none)
        rule = PairRule(self.similarity, self.similarity, LOOSE_RECALL, prompts=False)
        sets = near_keys(rows, rule).select("row", shingles=pl.col("asked").list.concat("answered"))
        sets = _apart(sets, dict(zip(rows["row"].to_list(), shown.tolist(), strict=True)) if shown.any() else {})
        return keyed.join(sets, on="row", how="left", maintain_order="left")

    def decide(self, keys: Table, engine: Engine) -> pl.DataFrame:
        """Mark new rows, each matched with the validation or test row that is most alike."""
        found = keys.read(["row", "prompt", "shingles"])
        held = found.filter((pl.col("row") // (1 << LINE_BITS)).is_in(self.held))
        new = found.filter(pl.col("row") >= row_of(self.frozen, 0))
        prompts = held.filter(pl.col("prompt") != "").unique("prompt", keep="first", maintain_order=True)
        same = new.join(prompts.select("prompt", matched="row"), on="prompt", how="inner", maintain_order="left")
        near = self._near(new.filter(~pl.col("row").is_in(same["row"].implode())), held)
        marked = [
            same.select("row", "matched", similarity=pl.lit(1.0), reason=pl.lit("held_out_prompt")),
            near.with_columns(reason=pl.lit("near_held_out")),
        ]
        nothing = {"detail": pl.lit(None, dtype=pl.String), "cluster": pl.lit(None, dtype=pl.UInt64)}
        decided = pl.concat(marked, how="diagonal").with_columns(drops=pl.lit(value=True), **nothing)
        return decided.select(DECISIONS.names()).cast(DECISIONS)

    def _near(self, new: pl.DataFrame, held: pl.DataFrame) -> pl.DataFrame:
        rows: list[tuple[int, int, float]] = []
        if self.similarity > 0:
            index = _index(held.drop_nulls("shingles"))
            for row, shingles in new.drop_nulls("shingles").select("row", "shingles").iter_rows():
                place, alike = _nearest(index, np.array(shingles, dtype=np.uint64))
                if alike >= self.similarity:
                    rows.append((row, int(index.rows[place]), round(alike, 6)))
        return pl.DataFrame(
            rows, schema={"row": pl.UInt64, "matched": pl.UInt64, "similarity": pl.Float64}, orient="row"
        )


class _Index(NamedTuple):
    """In which rows each shingle stands."""

    rows: U64
    sizes: npt.NDArray[np.int64]  # shingles of each row
    shingles: U64  # distinct, ascending
    starts: npt.NDArray[np.int64]  # of each shingle's owners
    owners: npt.NDArray[np.int64]  # places in ``rows``


def _apart(sets: pl.DataFrame, shown: dict[int, int]) -> pl.DataFrame:
    """Return sets of shingles in which rows that show something share none with those that show something else."""
    if not shown:
        return sets
    moved = [[one ^ shown[row] for one in own] for row, own in sets.iter_rows()]
    return sets.with_columns(shingles=pl.Series(moved, dtype=pl.List(pl.UInt64)))


def _index(held: pl.DataFrame) -> _Index:
    sizes = held["shingles"].list.len().to_numpy().astype(np.int64)
    values = held["shingles"].explode(empty_as_null=False).to_numpy().astype(np.uint64)
    owners = np.repeat(np.arange(len(held)), sizes)
    order = np.argsort(values, kind="stable")
    shingles, starts = np.unique(values[order], return_index=True)
    return _Index(held["row"].to_numpy(), sizes, shingles, np.append(starts, len(values)), owners[order])


def _nearest(index: _Index, shingles: U64) -> tuple[int, float]:
    """Return the place of the row with the highest Jaccard similarity, and that; 0 where none shares anything."""
    if not len(index.shingles):
        return 0, 0.0
    at = np.minimum(np.searchsorted(index.shingles, shingles), len(index.shingles) - 1)
    known = at[index.shingles[at] == shingles]
    if not len(known):
        return 0, 0.0
    owners = np.concatenate([index.owners[index.starts[one] : index.starts[one + 1]] for one in known])
    common = np.bincount(owners, minlength=len(index.rows))
    alike = common / (index.sizes + len(shingles) - common)
    best = int(np.argmax(alike))
    return best, float(alike[best])
