"""Which rows have a twin: bands propose, exact similarity decides, and a row goes only for one that stays."""

from __future__ import annotations

from collections.abc import Collection
from functools import partial
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from curate.core.record.tables import Columns
from curate.dedupe.pairs.kinds import Kind
from curate.dedupe.pairs.mates import TURNED, comparer, linked_bands, rows_of
from curate.dedupe.pairs.strides import in_strides
from curate.dedupe.rule import PairRule
from curate.native.pairs import Joined, Rows, Star

U8 = npt.NDArray[np.uint8]
U32 = npt.NDArray[np.uint32]
U64 = npt.NDArray[np.uint64]
F64 = npt.NDArray[np.float64]

Linkage = Literal["star", "single"]


class Twins(NamedTuple):
    """Rows that resemble a kept row, by row number, ascending; each array has one value a marked row."""

    row: U64
    kept: U64
    kind: U8
    similarity: F64
    clusters: pl.DataFrame  # row, cluster: rows that twins lead to, and the first of them; the same in any order


def find_twins(
    keys: Columns,
    rule: PairRule,
    drops: Collection[Kind],
    order: npt.NDArray[np.intp] | None = None,
    linkage: Linkage = "star",
    *,
    clusters: bool = True,
    frozen: int = 0,
) -> Twins:
    """Return the rows that resemble a kept row.

    With the linkage ``star`` rows are taken in order, and one goes when a row *that was kept* is its twin, so that no
    chain of likenesses can empty a source. With ``single`` all rows that twins lead to are one group, of which the
    first stays that goes for no other reason, and the similarity is that with it, which may be low.

    ``drops`` are the kinds for which a row goes; ``order`` is the order in which rows are taken (indexes of the rows
    of the table); None is theirs. ``clusters`` says whether they are wanted. The first so many as ``frozen`` stay,
    whatever they are to each other, and sharing their prompt is not told of. Each row takes about 100 bytes, and on
    disk 600 and eight a word.
    """
    places = keys.places()
    if len(places) == 0:
        none = np.empty(0, dtype=np.uint64)
        return Twins(none, none, np.empty(0, dtype=np.uint8), np.empty(0), _clusters(none, none, none))
    places = places if order is None else places[order]
    rows = rows_of(keys, rule, places)
    asks = (rows.asked_starts[1:] > rows.asked_starts[:-1]).astype(np.uint8)
    asks[places[:frozen]] = 0
    links = linked_bands(keys, places, "b")
    heads = linked_bands(keys, places, "p", use=asks, first=True) if rule.prompts and asks.any() else links[:, :0]
    pairs, alone = comparer(rows), np.arange(len(places), dtype=np.uint32)
    joined, single = None, linkage == "single" and Kind.NEAR in drops
    if clusters or single:  # the star draws its links shorter: who belongs together has links of its own
        joined = Joined(_copied(keys, links), alone.copy(), np.zeros(len(places), dtype=np.uint32), twins=True)
    if joined is not None:
        in_strides(keys, 0, len(places) if single else frozen, partial(pairs.join, joined))
    group = roots(joined.parents) if single and joined is not None else None
    star = Star.of(links, heads, sum(1 << kind for kind in drops), None if single else joined, group)
    if group is not None:
        star.stays[group[:frozen]] = group[:frozen] + 1
    in_strides(keys, frozen, len(places), partial(pairs.star, star))
    if group is not None:
        _mark(star, group, frozen, rows)
    first = alone if joined is None else roots(joined.parents)
    went = np.flatnonzero(first != alone)
    marked = np.flatnonzero(star.kind)
    own = keys.numbers("row")
    row, kept = own[places[marked]], own[places[star.match[marked]]]
    by_row = np.argsort(row, kind="stable")
    keys.relax(everything=True)
    found = _clusters(own[places], first, went)
    return Twins(row[by_row], kept[by_row], star.kind[marked][by_row], star.alike[marked][by_row], found)


def _copied(keys: Columns, links: U32) -> U32:
    """Return the links again, in a file of their own."""
    again = keys.scratch("links_again", (len(links), links.shape[1]))
    for start in range(0, len(links), TURNED):
        again[start : start + TURNED] = links[start : start + TURNED]
        keys.relax()
    return again


def _clusters(numbers: U64, first: npt.NDArray[np.integer], went: npt.NDArray[np.integer]) -> pl.DataFrame:
    """Return (row, cluster) of the rows that twins lead to; a cluster is called by its smallest row number."""
    heads = first[went]
    members = np.concatenate([went, np.unique(heads)])
    frame = pl.DataFrame({"row": numbers[members], "head": np.concatenate([heads, np.unique(heads)])})
    return frame.select("row", cluster=pl.col("row").min().over("head")).sort("row")


def _mark(star: Star, group: U32, frozen: int, rows: Rows) -> None:
    """Mark the rows that went for the one of their group that stays, with their own similarity to it."""
    after = star.stays[group]  # rows that come before it went for others
    ranks = np.arange(len(group))
    went = np.flatnonzero((after > 0) & (ranks >= after) & (ranks >= frozen))
    kept = after[went] - 1
    found = comparer(rows).compare(rows.at[went], rows.at[kept])
    sides = np.where(found[:, :2] < 0, np.inf, found[:, :2]).min(axis=1)
    star.kind[went], star.match[went], star.alike[went] = Kind.NEAR, kept, sides


def roots(parents: U32) -> U32:
    """Return the first of each row's group, where every parent is an earlier row of it, or the row itself."""
    while not np.array_equal(parents, higher := parents[parents]):
        parents = higher
    return parents
