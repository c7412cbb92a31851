"""Rows that are nearly the same as a protected row: bands propose, exact similarity decides."""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from curate.core.record.tables import Columns
from curate.dedupe.pairs.kinds import Kind
from curate.dedupe.pairs.mates import comparer, rows_of
from curate.dedupe.pairs.strides import in_strides
from curate.dedupe.rule import PairRule
from curate.native.pairs import Star

U32 = npt.NDArray[np.uint32]
U64 = npt.NDArray[np.uint64]
_SURE = (Kind.NEAR, Kind.INSTRUCTIONS)  # told before any that is alike by its prompt alone


class Near(NamedTuple):
    """Rows that are like a protected one, one value a row."""

    row: U64
    held: U64  # the protected row that is most alike
    kind: npt.NDArray[np.uint8]
    similarity: npt.NDArray[np.float64]


def near_held(keys: Columns, ours: U32, theirs: U32, rule: PairRule) -> Near:
    """Return which rows at ``ours`` are like one at ``theirs``, both places in the columns.

    Only pairs of a row and a protected row are proposed: the protected rows are settled from the start, none of them
    can go, and of ours those alone are looked at that share a band with one.
    """
    asked_starts = keys.lists("asked")[1]
    asks = np.diff(asked_starts) > 0
    found = {prefix: _proposed(keys, prefix, ours, theirs, asks) for prefix in "bp"}
    hit = np.zeros(len(ours), dtype=bool)
    for bands in found.values():
        for band in bands:
            hit[band.ours] = True
    some = np.flatnonzero(hit)
    ranks = np.full(len(ours), -1, dtype=np.int64)
    ranks[some] = len(theirs) + np.arange(len(some))
    places = np.concatenate([theirs, ours[some]])
    rows = rows_of(keys, rule, places)
    links, firsts = (_links(found[prefix], ranks, len(places), first=prefix == "p") for prefix in "bp")
    star = Star.of(links, firsts, sum(1 << kind for kind in _SURE))
    pairs = comparer(rows)
    in_strides(keys, len(theirs), len(places), partial(pairs.star, star))
    marked = np.flatnonzero(star.kind)
    numbers = keys.numbers("row")
    told = Near(numbers[places[marked]], numbers[places[star.match[marked]]], star.kind[marked], star.alike[marked])
    keys.relax(everything=True)
    return told


class _Band(NamedTuple):
    """What a band proposes: positions of our rows with the last, or first, protected rank of the same key."""

    ours: npt.NDArray[np.int64]
    last: npt.NDArray[np.int64]
    first: npt.NDArray[np.int64]
    theirs: npt.NDArray[np.int64]  # protected ranks that are not the first with their key
    before: npt.NDArray[np.int64]  # and the rank before each
    heads: npt.NDArray[np.int64]  # for each protected rank the first with its key; -1 where it has no key


def _proposed(keys: Columns, prefix: str, ours: U32, theirs: U32, asks: npt.NDArray[np.bool_]) -> list[_Band]:
    names = [name for name in keys.columns if name[0] == prefix and name[1:].isdigit()]
    bands = []
    for name in names:
        column = keys.numbers(name)
        used = np.flatnonzero(asks[theirs]) if prefix == "p" else np.arange(len(theirs))
        key = column[theirs[used]]
        order = np.argsort(key, kind="stable")
        ordered, ranks = key[order], used[order]
        own = np.flatnonzero(asks[ours]) if prefix == "p" else np.arange(len(ours))
        wanted = column[ours[own]]
        left, right = np.searchsorted(ordered, wanted, side="left"), np.searchsorted(ordered, wanted, side="right")
        met = np.flatnonzero(right > left)
        again = np.flatnonzero(ordered[1:] == ordered[:-1]) + 1
        heads = np.full(len(theirs), -1, dtype=np.int64)
        heads[ranks] = ranks[np.searchsorted(ordered, ordered, side="left")]
        bands.append(_Band(own[met], ranks[right[met] - 1], ranks[left[met]], ranks[again], ranks[again - 1], heads))
        keys.relax()
    return bands


def _links(bands: list[_Band], ranks: npt.NDArray[np.int64], count: int, *, first: bool) -> U32:
    """Return the links of each band, by rank: to the last row before with the same key, or to the first of all."""
    links = np.zeros((count, len(bands)), dtype=np.uint32)
    for own, band in zip(links.T, bands, strict=True):
        if first:
            own[: len(band.heads)] = 1 + band.heads
        else:
            own[band.theirs] = 1 + band.before
        own[ranks[band.ours]] = 1 + (band.first if first else band.last)
    return links
