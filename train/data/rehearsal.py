"""General rows among the special ones, so that tuning forgets less."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from curate.core.record.draw import draws
from train.data.rows import Row


def rehearsal_rows(rows: int, share: float) -> int:
    """Return how many general rows beside so many others make ``share`` of the whole.

    Raises:
        ValueError: the share is not in [0, 1).
    """
    if not 0 <= share < 1:
        raise ValueError(f"a share of rehearsal is at least 0 and below 1, not {share}")
    return round(rows * share / (1 - share))


def with_rehearsal(rows: Sequence[Row], general: Sequence[Row], share: float, seed: int) -> list[Row]:
    """Return the rows, and after them as many general ones as make ``share`` of the whole, or all there are.

    Which ones is drawn from the seed and each row's digest: the order of the general file does not matter.
    """
    wanted = rehearsal_rows(len(rows), share)
    drawn = draws(seed, pl.Series("digest", [row.digest for row in general], dtype=pl.UInt64)).to_list()
    chosen = sorted(range(len(general)), key=lambda at: (drawn[at], at))[:wanted]
    return [*rows, *(general[at] for at in sorted(chosen))]
