"""What is known of a run between its passes."""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

from curate.core.read.rows import Seen
from curate.curation.earlier.beside import Beside
from curate.curation.output.tally.tally import Tally
from curate.engines.columns import MAPPED_BYTES, ColumnTable
from curate.engines.local import LocalEngine
from curate.engines.tables import DiskTable


@dataclass
class Staged:
    """A run before its outputs are written: spilled blocks, the decisions on them, and the keys of the split."""

    blocks: DiskTable
    decisions: list[pl.DataFrame]  # of the last phase: not yet marked in the blocks
    seen: list[Seen]
    tally: Tally
    split_keys: DiskTable | None = None
    pair_keys: ColumnTable | None = None
    protected: DiskTable | None = None  # rows of protected files: compared with, never written
    protected_seen: list[Seen] = field(default_factory=list)
    mapped_bytes: int = MAPPED_BYTES  # of files that may stay in memory while rows are compared
    beside: Beside = field(default_factory=Beside)
    alike: list[pl.DataFrame] = field(default_factory=list)  # (a, b): the first of a cluster and one of its rows
    removals: list[pl.DataFrame] = field(default_factory=list)  # (a, b): a kept row and one that went for it
    tainted: list[pl.DataFrame] = field(default_factory=list)  # items of evaluation sets, as ``Contamination`` has them

    @property
    def engine(self) -> LocalEngine:
        """Return where decisions run: it fetches rows of the run, and protected ones."""
        return LocalEngine(self.blocks if self.protected is None else self.blocks.beside(self.protected))
