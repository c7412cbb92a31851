"""How well a tool removed near-duplicates, from the rows that it kept and the exact pairs.

All that is asked of a tool is which rows it kept, so that tools that tell no pairs are judged as the others. A *twin*
of a row is another row whose exact similarity with it reaches the threshold.

- removal precision: of the removed rows, the share that has a twin among the kept rows. A row that was removed for a
  row that went itself, or for none, is a loss.
- pair recall: of the pairs of twins, the share of which at least one row was removed. Where both stay, the pair was
  not found.
- twins left: kept rows that have an earlier kept twin: what a second run would still have to remove.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import orjson

from benchmarks.corpora.truth import Pairs

Mask = npt.NDArray[np.bool_]
F64 = npt.NDArray[np.float64]


class Score(NamedTuple):
    """What a tool removed and what it left."""

    removed: int
    right: int  # removed rows that have a kept twin
    left: int  # kept rows that have an earlier kept twin
    pairs: int
    found: int  # pairs of twins of which a row was removed

    @property
    def precision(self) -> float:
        """Return the share of the removed rows that have a kept twin; 1 where none was removed."""
        return self.right / self.removed if self.removed else 1.0

    @property
    def pair_recall(self) -> float:
        """Return the share of the pairs of twins that were found; 1 where there are none."""
        return self.found / self.pairs if self.pairs else 1.0


class Bin(NamedTuple):
    """Rows by the similarity of their nearest kept row: how many there are, and how many of them were removed."""

    low: float
    rows: int
    removed: int


def read_kept(path: Path, ids: Sequence[str]) -> Mask:
    """Return which rows stand in a tool's output, told by their ids."""
    kept = {orjson.loads(line)["id"] for line in path.read_bytes().splitlines() if line.strip()}
    return np.array([one in kept for one in ids], dtype=bool)


def score(pairs: Pairs, kept: Mask, threshold: float) -> Score:
    """Return the score of a tool at a threshold that the pairs reach down to."""
    twins = pairs.reaching(threshold)
    near = nearest_kept(twins, kept) > 0
    found = ~(kept[twins.left] & kept[twins.right])
    return Score(
        int(np.count_nonzero(~kept)),
        int(np.count_nonzero(near & ~kept)),
        int(np.count_nonzero(near & kept)),
        len(found),
        int(np.count_nonzero(found)),
    )


def nearest_kept(pairs: Pairs, kept: Mask) -> F64:
    """Return the highest similarity of each row with a kept row: an earlier one, for rows kept themselves; else 0."""
    nearest = np.zeros(len(kept))
    for row, other, late in ((pairs.right, pairs.left, True), (pairs.left, pairs.right, False)):
        counts = kept[other] if late else kept[other] & ~kept[row]
        np.maximum.at(nearest, row[counts], pairs.similarity[counts])
    return nearest


def by_similarity(pairs: Pairs, kept: Mask, lows: Iterable[float]) -> list[Bin]:
    """Return the bins that start at ``lows``, ascending; the last one ends with 1. Farther rows are in none."""
    nearest = nearest_kept(pairs, kept)
    edges = [*lows, 2.0]
    return [
        Bin(low, int(np.count_nonzero(inside)), int(np.count_nonzero(inside & ~kept)))
        for low, high in pairwise(edges)
        for inside in [(nearest >= low) & (nearest < high)]
    ]
