"""Groups to splits: the draw of a group depends on the seed and its smallest digest, on nothing else.

A row added or taken away moves no other row, unless their groups change.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from curate.core.record.draw import draws

I64 = npt.NDArray[np.int64]

NAMES = ("train", "validation", "test")


class Sizes(NamedTuple):
    """What was asked for: shares below 1, or counts of rows. Train is what the others leave."""

    validation: float
    test: float
    cap: int  # most rows of validation, and of test


def assign(keys: pl.DataFrame, groups: pl.DataFrame, sizes: Sizes, seed: int) -> pl.DataFrame:
    """Return (row, split) of each row.

    Shares are thresholds on the draw, test at the top and validation below it, so that sizes come out approximate;
    counts, and the cap, fill with whole groups in the order of the draw, the highest first, and a group that does not
    fit is passed over.
    """
    frame = keys.select("row", "digest").join(groups, on="row", how="left", maintain_order="left")
    of_group = frame.group_by("group").agg(digest=pl.col("digest").min(), size=pl.len())
    drawn = of_group.with_columns(draw=draws(seed, of_group["digest"])).sort(
        ["draw", "digest", "group"], descending=[True, False, False]
    )
    draw, size = drawn["draw"].to_numpy(), drawn["size"].to_numpy()
    split = np.zeros(len(drawn), dtype=np.int8)
    taken = np.zeros(len(drawn), dtype=bool)
    top = 1.0
    for number, wanted in ((2, sizes.test), (1, sizes.validation)):
        if wanted <= 0:
            continue
        if wanted < 1:
            inside = ~taken & (draw >= top - wanted) & (draw < top)
            top -= wanted
            room = sizes.cap
        else:
            inside, room = ~taken, int(wanted)
        chosen = _fill(np.flatnonzero(inside), size, room)
        split[chosen] = number
        taken[chosen] = True
    names = pl.Series("split", np.array(NAMES, dtype=object)[split].tolist(), dtype=pl.String)
    return (
        frame.select("row", "group")
        .join(drawn.select("group").with_columns(names), on="group", how="left", maintain_order="left")
        .select("row", "group", "split")
    )


def _fill(candidates: I64, size: npt.NDArray[np.uint32], room: int) -> list[int]:
    """Return the groups that fit into ``room`` rows, in their order."""
    chosen = []
    for group in candidates.tolist():
        if size[group] <= room:
            chosen.append(group)
            room -= int(size[group])
        if room == 0:
            break
    return chosen


def detectable(rows: int, discordant: float = 0.1) -> float:
    """Return the smallest difference of two accuracies that a paired test of ``rows`` items can show.

    Two-sided level 5%, power 80%, with ``discordant`` the share of items on which the models differ in being right
    (Connor 1987, the normal approximation of McNemar's test).
    """
    return float((1.959964 + 0.841621) * (discordant / rows) ** 0.5) if rows else 1.0
