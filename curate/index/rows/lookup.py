"""Rows of an index that share a value with rows of ours.

Where a column is not sorted, one cheap pass over it finds them: what is looked for marks bits by its low bits, and only
the values whose bit is marked are compared.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from curate.core.record.tables import Columns
from curate.index.parquet.pages import ranges

U64 = npt.NDArray[np.uint64]
I64 = npt.NDArray[np.int64]
U32 = npt.NDArray[np.uint32]

_VALUES_AT_ONCE = 1 << 16  # so many stay in the cache
_LEAST_BITS, _MOST_BITS = 16, 24
_PAIRS = 1 << 15  # sketches compared together
_MANY_MATES = 64  # rows that share a band with more of ours than this are taken without a look at the sketches


def positions_of(column: U64, wanted: U64) -> I64:
    """Return where in the column, ascending, a value stands that is in ``wanted``, which ascends."""
    if len(wanted) == 0 or len(column) == 0:
        return np.empty(0, dtype=np.int64)
    width = min(max(int(len(wanted) * 8).bit_length(), _LEAST_BITS), _MOST_BITS)
    mask = np.uint64((1 << width) - 1)
    marked = np.zeros(1 << width, dtype=np.bool_)
    marked[(wanted & mask).view(np.int64)] = True
    found = []
    for start in range(0, len(column), _VALUES_AT_ONCE):
        part = column[start : start + _VALUES_AT_ONCE]
        near = np.flatnonzero(marked[(part & mask).view(np.int64)])
        at = np.minimum(np.searchsorted(wanted, part[near]), len(wanted) - 1)
        found.append(near[wanted[at] == part[near]] + start)
    return np.concatenate(found)


class _Met(NamedTuple):
    """Rows held that meet rows of ours in a band: of row ``i`` ours are ``mates[starts[i]:][:counts[i]]``."""

    positions: I64
    starts: I64
    counts: I64
    mates: U32


class Banded(Protocol):
    """Rows that are found by their keys in bands."""

    def band(self, number: int, wanted: U64) -> tuple[I64, I64]:
        """Return the positions of rows that have one of some keys in a band, and for each the place of the key."""
        ...

    def sketches(self, positions: I64) -> npt.NDArray[np.uint8]:
        """Return the sketches (rows x 128) of the rows at ``positions``."""
        ...


def sharing(held: Sequence[Banded], keys: Columns, agreement: int) -> list[I64]:
    """Return for each of some places the positions of rows that share a band with a row of ``keys``.

    The sketches of both agree as far as they must.
    """
    bands = [name for name in keys.columns if name[0] == "b" and name[1:].isdigit()]
    places = keys.places()
    met: list[list[_Met]] = [[] for _ in held]
    for number, name in enumerate(bands):
        own = _Own.of(keys.numbers(name)[places], places)
        for one, found in zip(held, met, strict=True):
            found.append(own.meet(*one.band(number, own.values)))
        keys.relax()
    return [_chosen(one, found, keys, agreement) for one, found in zip(held, met, strict=True)]


def _chosen(held: Banded, met: list[_Met], keys: Columns, agreement: int) -> I64:
    """Return the positions of the rows that were met and agree."""
    some = np.unique(np.concatenate([one.positions for one in met])) if met else np.empty(0, dtype=np.int64)
    if len(some) == 0:
        return some
    sketches = held.sketches(some)
    chosen = np.zeros(len(some), dtype=np.bool_)
    for one in met:
        rank = np.searchsorted(some, one.positions)
        chosen[rank[one.counts > _MANY_MATES]] = True
        open_ = np.flatnonzero(~chosen[rank])
        chosen[_agreeing(one, open_, rank, sketches, keys.numbers("sketch"), agreement)] = True
        keys.relax()
    return some[chosen]


class _Own(NamedTuple):
    """Our keys of a band, each once and ascending, and the places of the rows that have each."""

    values: U64
    starts: I64
    counts: I64
    places: U32

    @classmethod
    def of(cls, keys: U64, places: U32) -> _Own:
        order = np.argsort(keys, kind="stable")
        values, starts, counts = np.unique(keys[order], return_index=True, return_counts=True)
        return cls(values, starts, counts, places[order])

    def meet(self, positions: I64, which: I64) -> _Met:
        """Return what is met by rows at ``positions``, each of which has the key at a place of ``values``."""
        if len(positions) == 0:
            return _Met(positions, which, which, self.places[:0])
        used, which = np.unique(which, return_inverse=True)
        counts = np.minimum(self.counts[used], _MANY_MATES + 1)
        mates = self.places[ranges(self.starts[used], counts)]
        starts = np.cumsum(counts) - counts
        return _Met(positions, starts[which], counts[which], mates)


def _agreeing(
    met: _Met, few: I64, rank: I64, sketches: npt.NDArray[np.uint8], own: npt.NDArray[np.uint8], agreement: int
) -> I64:
    """Return the ranks, of some rows that were met, of those whose sketch agrees with that of a row of ours."""
    found = [np.empty(0, dtype=np.int64)]
    ends = np.cumsum(met.counts[few])
    start = 0
    while start < len(few):
        before = int(ends[start - 1]) if start else 0
        end = max(start + 1, int(np.searchsorted(ends, before + _PAIRS, side="right")))
        part = few[start:end]
        counts = met.counts[part]
        theirs = np.repeat(rank[part], counts)
        ours = met.mates[ranges(met.starts[part], counts)]
        alike = np.count_nonzero(sketches[theirs] == own[ours], axis=1) >= agreement
        found.append(theirs[alike])
        start = end
    return np.concatenate(found)
