"""Greedy star clustering: a row goes only for a row that stays.

Rows are taken in order; one goes when its verified similarity with an earlier row *that was kept* reaches the
threshold. Unlike connected components over proposed pairs, no chain of weak links can empty a source.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from curate.dedupe.buckets import Buckets
from curate.dedupe.shingles import I64

BATCH = 8192  # rows that are settled together, at most
CROWDED = 1 << 26  # mates of a batch above which it is cut: rows that go for the first need no look at each other
PAIRS = 1 << 22  # candidate pairs that are settled together
LOOKED = 1 << 17  # and of these, those held together
_OPEN, _KEPT, _GONE = 0, 1, 2

Mask = npt.NDArray[np.bool_]
Filter = Callable[[I64, I64], Mask]


@dataclass(frozen=True)
class Match:
    """A verified pair: ``row`` (a position) resembles the earlier, kept row ``kept``."""

    row: int
    kept: int
    similarity: float
    drops: bool
    reason: str


Verify = Callable[[I64, I64], list[Match]]


def star(buckets: Buckets, plausible: Filter, verify: Verify) -> tuple[dict[int, Match], dict[int, Match]]:
    """Return (dropped, warned): for each row that is marked, the match that marks it.

    ``plausible`` throws away pairs by their sketches; ``verify`` decides exactly. Of several kept rows that a row
    resembles the most similar is named, the earliest where they are even.
    """
    size = int(buckets.members[-1]) + 1 if len(buckets.members) else 0
    state = np.zeros(size, dtype=np.int8)
    dropped: dict[int, Match] = {}
    warned: dict[int, Match] = {}

    def settle(matches: list[Match]) -> None:
        """Apply verified matches whose kept row is settled."""
        for match in sorted(matches, key=lambda match: (match.row, -match.similarity, match.kept)):
            if state[match.row] == _GONE:
                continue
            if match.drops:
                state[match.row] = _GONE
                dropped[match.row] = match
                warned.pop(match.row, None)
            elif match.row not in warned or warned[match.row].similarity < match.similarity:
                warned[match.row] = match

    start = 0
    members = buckets.members
    while start < len(members):
        batch = members[start : start + BATCH]
        start += len(batch)
        batch = batch[state[batch] == _OPEN]
        if len(batch) == 0:
            continue
        fitting = max(1, int(np.searchsorted(np.cumsum(buckets.mates(batch)), CROWDED)))
        if fitting < len(batch):
            start = int(np.searchsorted(members, batch[fitting]))
            batch = batch[:fitting]
        _settle_inside(buckets, batch, state, plausible, verify, settle)
        kept = batch[state[batch] == _KEPT]
        later = np.zeros(size, dtype=bool)
        later[int(batch[-1]) + 1 :] = state[int(batch[-1]) + 1 :] == _OPEN
        for part in buckets.parts_of(kept, PAIRS):
            settle(_matches(buckets, part, later, plausible, verify))
    return dropped, warned


def _settle_inside(
    buckets: Buckets,
    batch: I64,
    state: npt.NDArray[np.int8],
    plausible: Filter,
    verify: Verify,
    settle: Callable[[list[Match]], None],
) -> None:
    """Settle the rows of a batch among themselves, in order; those left are kept."""
    inside = np.zeros(len(state), dtype=bool)
    inside[batch] = True
    by_row: dict[int, list[Match]] = {}
    for match in _matches(buckets, batch, inside, plausible, verify):
        by_row.setdefault(match.row, []).append(match)
    for row in batch.tolist():
        settle([match for match in by_row.get(row, ()) if state[match.kept] == _KEPT])
        if state[row] == _OPEN:
            state[row] = _KEPT


def _matches(buckets: Buckets, chosen: I64, alive: Mask, plausible: Filter, verify: Verify) -> list[Match]:
    """Return the verified matches of chosen rows with later ones that are alive."""
    matches: list[Match] = []
    for left, right in buckets.batches_of(chosen, alive, LOOKED):
        hopeful = plausible(left, right)
        matches += verify(left[hopeful], right[hopeful])
    return matches
