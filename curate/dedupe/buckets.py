"""Which rows share a band: buckets of two rows or more, read one band at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from curate.dedupe.shingles import I64, U64

I32 = npt.NDArray[np.int32]
Mask = npt.NDArray[np.bool_]
T = TypeVar("T", bound=np.integer)

_TOGETHER = 1 << 18  # keys looked up at once
CROWDED = 4096  # mates of one row from which they are collected in a mask instead of being sorted


@dataclass(frozen=True)
class Buckets:
    """Entries (bucket, member), sorted by bucket, then by member; members are positions in the order of the rows.

    ``first_entry`` and ``entries`` lead from a member to its entries: those of the k-th of ``members``. There may be
    many entries a row, and they are held in 12 bytes each.
    """

    member: I32
    ends: I32  # for each entry the end of its bucket
    members: I64  # those that share a band with anyone, ascending
    entries: I32
    first_entry: I64

    def mates(self, chosen: I64) -> I64:
        """Return how many later members each chosen row meets, counted once for each bucket."""
        mine, counts = self._entries_of(chosen)
        if len(mine) == 0:
            return np.zeros(len(chosen), dtype=np.int64)
        sums: I64 = np.add.reduceat((self.ends[mine] - mine - 1).astype(np.int64), np.cumsum(counts) - counts)
        return sums

    def pairs_of(self, chosen: I64, alive: Mask) -> tuple[I64, I64]:
        """Return the pairs (chosen, later member that is alive) that share a bucket, each pair once."""
        crowded = self.mates(chosen) >= CROWDED
        packed = [self._sorted(chosen[~crowded], alive), *(self._masked(row, alive) for row in chosen[crowded])]
        pairs = np.concatenate(packed)
        if len(packed) > 1:
            pairs.sort()
        return pairs >> np.int64(32), pairs & np.int64(0xFFFFFFFF)

    def batches_of(self, chosen: I64, alive: Mask, size: int) -> Iterator[tuple[I64, I64]]:
        """Yield ``pairs_of`` in parts, about ``size`` pairs at a time."""
        for part in self.parts_of(chosen, size):
            yield self.pairs_of(part, alive)

    def parts_of(self, chosen: I64, size: int) -> Iterator[I64]:
        """Yield the chosen rows in parts that have about ``size`` mates each, counted once for each bucket."""
        part = np.cumsum(self.mates(chosen)) // size
        for number in np.unique(part):
            yield chosen[part == number]

    def with_first(self, size: int) -> Iterator[tuple[I64, I64]]:
        """Yield the pairs (first member of a bucket, another member), about ``size`` at a time, in each part once."""
        for start in range(0, len(self.member), size):
            here = np.arange(start, min(start + size, len(self.member)))
            first = np.searchsorted(self.ends, self.ends[here])
            others = here != first
            packed = distinct(_packed(self.member[first[others]], self.member[here[others]]))
            yield packed >> np.int64(32), packed & np.int64(0xFFFFFFFF)

    def _entries_of(self, chosen: I64) -> tuple[I32, I64]:
        """Return the entries of the chosen rows, one row's after another's, and how many each has."""
        at = np.searchsorted(self.members, chosen)
        counts = self.first_entry[at + 1] - self.first_entry[at]
        return self.entries[_ranges(self.first_entry[at], counts)], counts

    def _sorted(self, chosen: I64, alive: Mask) -> I64:
        mine, _ = self._entries_of(chosen)
        sizes = (self.ends[mine] - mine - 1).astype(np.int64)
        right = self.member[_ranges(mine.astype(np.int64) + 1, sizes)]
        keep = alive[right]
        return distinct(_packed(np.repeat(self.member[mine], sizes)[keep], right[keep]))

    def _masked(self, row: np.int64, alive: Mask) -> I64:
        """Return the pairs of one row with many mates, most of whom it meets in many buckets."""
        met = np.zeros(len(alive), dtype=np.bool_)
        for entry in self._entries_of(np.array([row]))[0].tolist():
            met[self.member[entry + 1 : self.ends[entry]]] = True
        right = np.flatnonzero(met & alive)
        return _packed(np.full(len(right), row), right)


def distinct(values: npt.NDArray[T]) -> npt.NDArray[T]:
    """Return the values sorted, each once: as ``np.unique``, which hashes first and takes three times as long."""
    values = np.sort(values)
    return values[np.concatenate([[True], values[1:] != values[:-1]])] if len(values) else values


def _packed(left: npt.NDArray[np.integer], right: npt.NDArray[np.integer]) -> I64:
    return np.asarray(left.astype(np.int64) << np.int64(32) | right)


def _ranges(starts: I64, counts: I64) -> I64:
    """Return ``counts[0]`` numbers from ``starts[0]`` on, then those of the next."""
    ends = np.cumsum(counts)
    total = int(ends[-1]) if len(ends) else 0
    return np.asarray(np.arange(total) + np.repeat(starts - (ends - counts), counts))


def find_buckets(bands: Iterable[U64]) -> Buckets:
    """Return the buckets of rows whose key in a band is equal; each band is an array of one key a row."""
    found_members: list[I32] = []
    found_ends: list[I32] = []
    count = 0
    for keys in bands:
        shared = repeated(keys)
        own = keys[shared]
        order = np.argsort(own, kind="stable")
        ordered = own[order]
        last = np.concatenate([ordered[1:] != ordered[:-1], [True]]) if len(ordered) else np.empty(0, dtype=bool)
        ends = np.flatnonzero(last) + 1
        found_members.append(shared[order].astype(np.int32))
        found_ends.append((count + np.repeat(ends, np.diff(ends, prepend=0))).astype(np.int32))
        count += len(order)
    member = np.concatenate(found_members)
    entries = np.argsort(member, kind="stable").astype(np.int32)
    members, sizes = np.unique(member, return_counts=True)
    first_entry = np.concatenate([[0], np.cumsum(sizes)])
    return Buckets(member, np.concatenate(found_ends), members.astype(np.int64), entries, first_entry)


def repeated(keys: U64) -> I64:
    """Return the positions, ascending, of the keys that stand more than once: few, as a rule."""
    ordered = np.sort(keys)
    twice = distinct(ordered[1:][ordered[1:] == ordered[:-1]])
    del ordered
    if len(twice) == 0:
        return np.empty(0, dtype=np.int64)
    found = []
    for start in range(0, len(keys), _TOGETHER):
        part = keys[start : start + _TOGETHER]
        at = np.minimum(np.searchsorted(twice, part), len(twice) - 1)
        found.append(np.flatnonzero(twice[at] == part) + start)
    return np.concatenate(found)
