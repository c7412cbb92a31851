"""Groups to splits: the draw of a group depends on the seed and its smallest digest, on nothing else.

A row added or taken away moves no other row, unless their groups change.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from curate.core.record.draw import draws
from curate.split.repeated import repeated

I64 = npt.NDArray[np.int64]

NAMES = ("train", "validation", "test")
_ROWS_AT_ONCE = 1 << 18  # that are drawn for


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
    owners = groups if groups["row"].equals(keys["row"]) else keys.select("row").join(groups, on="row", how="left")
    group, digest = owners["group"].to_numpy(), keys["digest"].to_numpy()
    units = _units(group, digest, seed)
    split = np.zeros(len(units.draw), dtype=np.uint8)
    taken = units.size == 0
    top = 1.0
    for number, wanted in ((2, sizes.test), (1, sizes.validation)):
        if wanted <= 0:
            continue
        if wanted < 1:
            inside = ~taken & (units.draw >= top - wanted) & (units.draw < top)
            top -= wanted
            room = sizes.cap
        else:
            inside, room = ~taken, int(wanted)
        candidates = np.flatnonzero(inside)
        order = np.lexsort((units.group[candidates], units.digest[candidates], -units.draw[candidates]))
        chosen = _fill(candidates[order], units.size, room)
        split[chosen] = number
        taken[chosen] = True
    of_row = split[: len(group)]
    of_row[units.shared] = split[len(group) + units.owner]
    return pl.DataFrame({"row": keys["row"], "group": group, "split": pl.Series(of_row).cat.to(pl.Enum(NAMES))})


class _Units(NamedTuple):
    """What is drawn as a whole: a place for each row, empty where the row is one of a group, then those groups.

    Nearly all rows are groups of their own, and a table of groups would take many times the memory of the rows.
    """

    draw: npt.NDArray[np.float64]
    size: npt.NDArray[np.uint32]
    digest: npt.NDArray[np.uint64]  # the smallest of the group
    group: npt.NDArray[np.uint64]
    shared: I64  # rows that are one of a group, and which group that is
    owner: I64


def _units(group: npt.NDArray[np.uint64], digest: npt.NDArray[np.uint64], seed: int) -> _Units:
    shared = repeated(group)
    names, owner, counts = np.unique(group[shared], return_inverse=True, return_counts=True)
    least = np.full(len(names), np.iinfo(np.uint64).max, dtype=np.uint64)
    np.minimum.at(least, owner, digest[shared])
    size = np.ones(len(group) + len(names), dtype=np.uint32)
    size[shared] = 0
    size[len(group) :] = counts
    digests = np.concatenate([digest, least])
    parts = (digests[start : start + _ROWS_AT_ONCE] for start in range(0, len(digests), _ROWS_AT_ONCE))
    drawn = [draws(seed, pl.Series(part)).to_numpy() for part in parts]
    draw = np.concatenate(drawn) if drawn else np.empty(0)
    return _Units(draw, size, digests, np.concatenate([group, names]), shared, owner)


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
