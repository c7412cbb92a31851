"""The decisions of the set steps of one phase, one step after another on what the others kept."""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

from curate.core.record.block import EARLIER, row_of
from curate.curation.earlier.beside import equal_to_earlier
from curate.curation.passes.staged import Decided, Staged
from curate.engines.columns import ColumnTable
from curate.engines.tables import DiskTable
from curate.index.earlier import Earlier
from curate.steps.exact_duplicates import ExactDuplicates
from curate.steps.near_duplicates import NearDuplicates
from curate.steps.step import SetStep


@dataclass
class Deciding:
    """Set steps with the keys of all rows; they may decide more than once."""

    steps: tuple[SetStep, ...]
    tables: list[DiskTable | ColumnTable]  # of each step; rows of earlier runs come to them once they are looked for
    prints: DiskTable
    staged: Staged
    frozen: int  # sources, the first of them, whose rows stay whatever is decided
    _joined: set[int] = field(default_factory=set)  # the steps to whose keys earlier rows came

    def decide(self, barred: pl.Series) -> Decided:
        """Return what the steps decide, as if the rows of the numbers ``barred`` were not there."""
        earlier, engine = self.staged.beside.against, self.staged.engine
        last = int(self.staged.blocks.last_row)
        gone = barred
        found = Decided([], [], [])
        for place, step in enumerate(self.steps):
            if not self.tables[place].rows:
                continue
            if earlier is not None and isinstance(step, ExactDuplicates) and self.prints.rows:
                prints = self.prints.without(gone).read(self.prints.columns)
                equal = _sparing(equal_to_earlier(prints, step, earlier), self.frozen)
                gone = pl.concat([gone, equal.filter("drops")["row"]])
                found.removals.append(equal.filter("drops").select(a="matched", b="row"))
                found.marks.append(equal.drop_nulls("reason").drop("cluster"))
            if earlier is not None and isinstance(step, NearDuplicates):
                self._join(place, step, gone, earlier)
            deciding = step.sparing(row_of(self.frozen, 0))
            decided = _sparing(deciding.decide(self.tables[place].without(gone), engine).sort("row"), self.frozen)
            dropped = decided.filter("drops")
            gone = pl.concat([gone, dropped["row"]])
            seen = (pl.col("matched") <= last) | (pl.col("matched") >= EARLIER)
            own = dropped.filter(seen)  # a protected row is in no cluster, and in no split
            found.removals.append(own.select(a="matched", b="row"))
            found.alike.append(decided.drop_nulls("cluster").select(a="cluster", b="row"))
            found.marks.append(decided.drop_nulls("reason").drop("cluster"))
        return found

    def _join(self, place: int, step: NearDuplicates, gone: pl.Series, earlier: Earlier) -> None:
        """Put the keys of earlier rows that may be alike last; those of fewer rows later on are among them."""
        table = self.tables[place]
        if place in self._joined or not isinstance(table, ColumnTable):
            return
        self._joined.add(place)
        rows = earlier.alike(table.without(gone), step.rule, step.compare, step.rule.agreement(step.rule.least))
        if not rows.is_empty():
            self.tables[place] = table.extended(rows.with_columns(worth=pl.lit(0.0)))


def _sparing(decided: pl.DataFrame, frozen: int) -> pl.DataFrame:
    """Return the decisions without those on rows of frozen sources; what they belong to is still told."""
    if not frozen:
        return decided
    free = pl.col("row") >= row_of(frozen, 0)
    told = (pl.when(free).then(name).alias(name) for name in ("reason", "detail", "matched", "similarity"))
    return decided.with_columns(*told, drops=pl.col("drops") & free)
