"""Which rows are linked by similarity, in a chain of any length: what a split must keep together."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import polars as pl

from curate.core.record.tables import Engine, Table
from curate.dedupe.buckets import Buckets
from curate.dedupe.engine import PairRule, Sketches, find_buckets_of
from curate.dedupe.shingles import I64
from curate.dedupe.star import BATCH, PAIRS
from curate.dedupe.verify import Verifier

VERIFIED = 1 << 14  # pairs compared exactly before the groups are joined anew


class Joined:
    """Groups that are joined pair by pair (union-find with path halving; Tarjan, van Leeuwen 1984)."""

    def __init__(self, size: int) -> None:
        self.parent = list(range(size))

    def root(self, member: int) -> int:
        """Return the smallest member of the group."""
        parent = self.parent
        while parent[member] != member:
            parent[member] = parent[parent[member]]
            member = parent[member]
        return member

    def join(self, one: int, other: int) -> None:
        """Join the groups of two members."""
        one, other = self.root(one), self.root(other)
        self.parent[max(one, other)] = min(one, other)

    def roots(self) -> I64:
        """Return the root of every member."""
        roots = np.array(self.parent, dtype=np.int64)
        while not np.array_equal(roots, higher := roots[roots]):
            roots = higher
        return roots


def linked(keys: Table, engine: Engine, rule: PairRule, known: Iterable[tuple[int, int]]) -> pl.DataFrame:
    """Return (a, b), row numbers: enough pairs at or above ``rule.least``, both sides as one, to join their groups.

    ``known`` are pairs of rows that are joined already, and need no look.
    """
    rows = keys.read(["row"])["row"]
    numbers = rows.to_numpy()
    joined = Joined(len(rows))
    for a, b in known:
        one, other = np.searchsorted(numbers, [a, b])
        if max(one, other) < len(numbers) and numbers[one] == a and numbers[other] == b:
            joined.join(int(one), int(other))
    rank = np.arange(len(rows))
    buckets = find_buckets_of(keys, rank)
    look = Sketches(keys, buckets, rank)
    verifier = Verifier(rows, engine.fetch)
    edges: list[tuple[int, int]] = []

    def consider(left: I64, right: I64) -> None:
        for start in range(0, len(left), PAIRS):
            a, b = left[start : start + PAIRS], right[start : start + PAIRS]
            roots = joined.roots()
            apart = roots[a] != roots[b]
            a, b = a[apart], b[apart]
            hopeful = look.plausible(a, b, rule.least, both=False)
            a, b = a[hopeful], b[hopeful]
            for cut in range(0, len(a), VERIFIED):
                some, others = a[cut : cut + VERIFIED], b[cut : cut + VERIFIED]
                roots = joined.roots()
                apart = roots[some] != roots[others]
                some, others = some[apart], others[apart]
                for one, other, pair in zip(
                    some.tolist(), others.tolist(), verifier.similarities(some, others), strict=True
                ):
                    if pair.whole >= rule.least:
                        joined.join(one, other)
                        edges.append((one, other))

    consider(*_with_first(buckets))  # joins most of a large group at once, so that its other pairs need no look
    everyone = np.ones(len(rows), dtype=bool)
    for start in range(0, len(buckets.members), BATCH):
        for left, right in buckets.batches_of(buckets.members[start : start + BATCH], everyone, PAIRS):
            consider(left, right)
    pairs = np.array(edges, dtype=np.int64).reshape(-1, 2)
    return pl.DataFrame({"a": numbers[pairs[:, 0]], "b": numbers[pairs[:, 1]]}, schema={"a": pl.UInt64, "b": pl.UInt64})


def _with_first(buckets: Buckets) -> tuple[I64, I64]:
    """Return the pairs (first member of a bucket, another member), each once."""
    fresh = (
        np.concatenate([[True], buckets.bucket[1:] != buckets.bucket[:-1]])
        if len(buckets.bucket)
        else np.empty(0, bool)
    )
    first = buckets.member[np.flatnonzero(fresh)[np.cumsum(fresh) - 1]] if len(fresh) else buckets.member
    packed = np.unique(first[~fresh] << np.int64(32) | buckets.member[~fresh])
    return packed >> np.int64(32), packed & np.int64(0xFFFFFFFF)
