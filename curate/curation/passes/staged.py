"""What is known of a run between its passes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

import polars as pl

from curate.core.read.rows import Seen
from curate.curation.earlier.beside import Beside
from curate.curation.output.tally.tally import Tally
from curate.engines.columns import MAPPED_BYTES, ColumnTable
from curate.engines.local import LocalEngine
from curate.engines.tables import DiskTable


class Decided(NamedTuple):
    """What the set steps of a phase decided."""

    marks: list[pl.DataFrame]  # of one step after another, their rows ascending
    removals: list[pl.DataFrame]  # (a, b): a kept row and one that went for it
    alike: list[pl.DataFrame]  # (a, b): the first of a cluster and one of its rows


@dataclass
class Staged:
    """A run before its outputs are written: spilled blocks, the decisions on them, and the keys of the split."""

    blocks: DiskTable
    seen: list[Seen]
    tally: Tally
    split_keys: DiskTable | None = None
    pair_keys: ColumnTable | None = None
    protected: DiskTable | None = None  # rows of protected files: compared with, never written
    protected_seen: list[Seen] = field(default_factory=list)
    mapped_bytes: int = MAPPED_BYTES  # of files that may stay in memory while rows are compared
    beside: Beside = field(default_factory=Beside)
    decided: list[Decided] = field(default_factory=list)  # of each phase
    again: Callable[[pl.Series], Decided] | None = None  # decides the last phase without some rows
    bridges: list[pl.DataFrame] = field(default_factory=list)  # rows that the split drops, as the decisions of a step
    tainted: list[pl.DataFrame] = field(default_factory=list)  # items of evaluation sets, as ``Contamination`` has them

    @property
    def decisions(self) -> list[pl.DataFrame]:
        """Return the decisions that are not yet marked in the blocks: those of the last phase, and of the split."""
        return [*(self.decided[-1].marks if self.decided else ()), *self.bridges]

    @property
    def removals(self) -> list[pl.DataFrame]:
        """Return (a, b): kept rows, and those that went for them."""
        return [found for phase in self.decided for found in phase.removals]

    @property
    def alike(self) -> list[pl.DataFrame]:
        """Return (a, b): the first rows of clusters, and their rows."""
        return [found for phase in self.decided for found in phase.alike]

    def decide_again(self) -> None:
        """Decide the last phase as if the rows that the split drops were not there."""
        if self.again is not None:
            self.decided[-1] = self.again(pl.concat([found["row"] for found in self.bridges]))

    @property
    def twins_of_bridges(self) -> int:
        """Return how many rows went for one that the split drops: none of the two is kept."""
        return self._twins(self.decided[-1:])

    @property
    def lost_twins(self) -> int:
        """Return how many rows went so before the last phase, which alone is decided again."""
        return self._twins(self.decided[:-1])

    def _twins(self, phases: list[Decided]) -> int:
        gone = [found["row"] for found in self.bridges]
        if not any(map(len, gone)):
            return 0
        twins = pl.col("drops") & pl.col("matched").is_in(pl.concat(gone).implode())
        return sum(len(found.filter(twins)) for phase in phases for found in phase.marks)

    @property
    def engine(self) -> LocalEngine:
        """Return where decisions run: it fetches rows of the run, and protected ones."""
        return LocalEngine(self.blocks if self.protected is None else self.blocks.beside(self.protected))
