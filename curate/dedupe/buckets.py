"""Which rows share a band: buckets of two rows or more, read one band at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from curate.dedupe.shingles import I64, U64


@dataclass(frozen=True)
class Buckets:
    """Entries (bucket, member), sorted by bucket, then by member; members are positions in the order of the rows.

    ``first_entry`` and ``entries`` lead from a member to its entries: those of the k-th of ``members``.
    """

    bucket: I64
    member: I64
    ends: I64  # for each entry the end of its bucket
    members: I64  # those that share a band with anyone, ascending
    entries: I64
    first_entry: I64

    def mates(self, chosen: I64) -> I64:
        """Return how many later members each chosen row meets, counted once for each bucket."""
        sizes = (self.ends - np.arange(len(self.ends)) - 1)[self.entries]
        sums = np.concatenate([[0], np.cumsum(sizes)])
        at = np.searchsorted(self.members, chosen)
        return np.asarray(sums[self.first_entry[at + 1]] - sums[self.first_entry[at]])

    def pairs_of(self, chosen: I64, alive: npt.NDArray[np.bool_]) -> tuple[I64, I64]:
        """Return the pairs (chosen, later member that is alive) that share a bucket, each pair once."""
        spans = [
            self.entries[self.first_entry[k] : self.first_entry[k + 1]] for k in np.searchsorted(self.members, chosen)
        ]
        mine = np.concatenate(spans) if spans else np.empty(0, dtype=np.int64)
        sizes = self.ends[mine] - mine - 1
        left = np.repeat(self.member[mine], sizes)
        offsets = np.arange(int(sizes.sum())) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        right = self.member[np.repeat(mine + 1, sizes) + offsets]
        keep = alive[right]
        packed = np.unique(left[keep] << np.int64(32) | right[keep])
        return packed >> np.int64(32), packed & np.int64(0xFFFFFFFF)

    def batches_of(self, chosen: I64, alive: npt.NDArray[np.bool_], size: int) -> Iterator[tuple[I64, I64]]:
        """Yield ``pairs_of`` in parts, about ``size`` pairs at a time."""
        part = np.cumsum(self.mates(chosen)) // size
        for number in np.unique(part):
            yield self.pairs_of(chosen[part == number], alive)


def find_buckets(bands: Iterable[U64]) -> Buckets:
    """Return the buckets of rows whose key in a band is equal; each band is an array of one key a row."""
    found_buckets: list[I64] = []
    found_members: list[I64] = []
    count = 0
    for keys in bands:
        order = np.argsort(keys, kind="stable")
        ordered = keys[order]
        fresh = np.concatenate([[True], ordered[1:] != ordered[:-1]]) if len(ordered) else np.empty(0, dtype=bool)
        run = np.cumsum(fresh) - 1
        shared = (np.bincount(run)[run] > 1) if len(run) else fresh
        found_buckets.append(run[shared] + count)
        found_members.append(order[shared].astype(np.int64))
        count += len(keys)
    bucket, member = np.concatenate(found_buckets), np.concatenate(found_members)
    last = np.concatenate([bucket[1:] != bucket[:-1], [True]]) if len(bucket) else np.empty(0, dtype=bool)
    ends_of_runs = np.flatnonzero(last) + 1
    ends = ends_of_runs[np.cumsum(last) - last] if len(bucket) else np.empty(0, dtype=np.int64)
    by_member = np.argsort(member, kind="stable")
    members, sizes = np.unique(member, return_counts=True)
    return Buckets(bucket, member, ends, members, by_member, np.concatenate([[0], np.cumsum(sizes)]))
