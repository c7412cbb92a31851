"""Sets of shingles that are looked up: which of them shares most with another set."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

U64 = npt.NDArray[np.uint64]
I64 = npt.NDArray[np.int64]


class Near(NamedTuple):
    """The row that shares most, and the share; 0 where none shares anything."""

    row: int
    share: float


class Sets:
    """The sets of some rows, by shingle."""

    def __init__(self, rows: Sequence[int], sets: pl.Series) -> None:
        self._rows = rows
        self._sizes = sets.list.len().to_numpy().astype(np.int64)
        values = sets.explode(empty_as_null=False).to_numpy().astype(np.uint64)
        owners = np.repeat(np.arange(len(sets)), self._sizes)
        order = np.argsort(values, kind="stable")
        self.shingles, starts = np.unique(values[order], return_index=True)  # distinct, ascending
        self._starts = np.append(starts, len(values))
        self._owners = owners[order]

    def jaccard(self, own: U64) -> Near:
        """Return the row with the highest Jaccard similarity to a set."""
        common = self._common(own)
        return self._best(common / np.maximum(self._sizes + len(own) - common, 1))

    def contained(self, own: U64) -> Near:
        """Return the row of which most stands in a set."""
        return self._best(self._common(own) / np.maximum(self._sizes, 1))

    def _common(self, own: U64) -> I64:
        """Return how many shingles each row shares with a set."""
        none = np.zeros(len(self._rows), dtype=np.int64)
        if not len(self.shingles):
            return none
        at = np.minimum(np.searchsorted(self.shingles, own), len(self.shingles) - 1)
        known = at[self.shingles[at] == own]
        if not len(known):
            return none
        owners = np.concatenate([self._owners[self._starts[one] : self._starts[one + 1]] for one in known])
        return np.bincount(owners, minlength=len(self._rows)).astype(np.int64)

    def _best(self, shares: npt.NDArray[np.float64]) -> Near:
        if not len(shares):
            return Near(0, 0.0)
        best = int(np.argmax(shares))
        return Near(int(self._rows[best]), float(shares[best]))
