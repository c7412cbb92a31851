"""Which rows are linked by similarity, in a chain of any length: what a split must keep together."""

from __future__ import annotations

from array import array
from collections.abc import Iterable

import numpy as np
import polars as pl

from curate.core.record.tables import Engine, Table
from curate.dedupe.engine import PairRule, Sketches, find_buckets_of
from curate.dedupe.shingles import I64
from curate.dedupe.star import BATCH, LOOKED
from curate.dedupe.verify import VERIFIED, Verifier


class Joined:
    """Groups that are joined pair by pair (union-find with path halving; Tarjan, van Leeuwen 1984)."""

    def __init__(self, size: int) -> None:
        self.parent = array("q", range(size))  # eight bytes a row, read one by one as fast as a list

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
        roots = np.frombuffer(self.parent, dtype=np.int64).copy()
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
    buckets = find_buckets_of(keys)
    look = Sketches(keys, buckets)
    verifier = Verifier(rows, engine.fetch, rule.least, whole=True)
    edges: list[tuple[int, int]] = []

    def consider(left: I64, right: I64) -> None:
        roots = joined.roots()
        apart = roots[left] != roots[right]
        left, right = left[apart], right[apart]
        hopeful = look.plausible(left, right, rule.least, both=False)
        left, right = left[hopeful], right[hopeful]
        for start in range(0, len(left), VERIFIED):
            some, others = left[start : start + VERIFIED], right[start : start + VERIFIED]
            roots = joined.roots()
            apart = roots[some] != roots[others]
            for one, other, pair in verifier.alike(some[apart], others[apart]):
                if pair.whole >= rule.least:
                    joined.join(one, other)
                    edges.append((one, other))

    for left, right in buckets.with_first(LOOKED):  # joins most of a large group at once: its other pairs need no look
        consider(left, right)
    everyone = np.ones(len(rows), dtype=bool)
    for start in range(0, len(buckets.members), BATCH):
        for left, right in buckets.batches_of(buckets.members[start : start + BATCH], everyone, LOOKED):
            consider(left, right)
    pairs = np.array(edges, dtype=np.int64).reshape(-1, 2)
    return pl.DataFrame({"a": numbers[pairs[:, 0]], "b": numbers[pairs[:, 1]]}, schema={"a": pl.UInt64, "b": pl.UInt64})
