"""New rows beside rows whose split is settled: which joins which, and which would bridge two and has to go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from curate.core.record.tables import Columns
from curate.dedupe.pairs.mates import comparer, linked_bands, rows_of
from curate.dedupe.rule import PairRule
from curate.native.pairs import LINK, Joined
from curate.split.draw import NAMES

U32 = npt.NDArray[np.uint32]

SPLITS = range(len(NAMES))
QUESTION, ASKED_BEFORE = "question", "asked before"  # names of keys: what a row asks last, and at an earlier turn
_MEETS = {QUESTION: (QUESTION, ASKED_BEFORE), ASKED_BEFORE: (QUESTION,)}  # keys that a key joins; others their own name


class Row(NamedTuple):
    """A row to settle: its number, its values that keep rows together, and the splits of earlier rows that have one.

    A row that ``stays`` is an earlier one itself: its split is the first. Nothing joins rows of two groups.
    """

    number: int
    keys: tuple[tuple[str, int], ...]
    splits: tuple[int, ...]
    stays: bool = False
    group: int = 0


class Old(NamedTuple):
    """The split of an earlier row, and the group of rows that it is alike."""

    split: int
    group: int


class Settled(NamedTuple):
    """Of each row its group: a split by its number, or else another row; and the splits that those that go bridge."""

    split: dict[int, int]
    group: dict[int, int]  # of rows that no split holds: the first row of the group
    bridges: dict[int, tuple[int, ...]]


def settle(rows: Sequence[Row], keys: Columns | None, earlier: Mapping[int, Old], rule: PairRule | None) -> Settled:
    """Return what rows join, one after another: those that stay first, then those that belong with an earlier row.

    One that would join two splits goes.

    ``keys`` are the pair keys of these rows and of ``earlier`` ones, among others. A row that goes brings no others
    together: what it joined within its group is undone.
    """
    ordered = sorted(rows, key=lambda row: (row.group, not row.stays, not row.splits, row.number))
    ranks = _Ranks(ordered, earlier)
    joining = _Joining(ranks, earlier, None if keys is None or rule is None else _Likeness(ranks, keys, rule))
    bridges: dict[int, tuple[int, ...]] = {}
    for row in ordered:
        if row.stays:
            joining.stay(row)
        elif len(reached := joining.join(row)) > 1:
            bridges[row.number] = reached
    if keys is not None:
        keys.relax(everything=True)
    split: dict[int, int] = {}
    group: dict[int, int] = {}
    first: dict[int, int] = {}  # root -> row
    for row in sorted(ordered, key=lambda row: row.number):
        if row.number in bridges:
            continue
        root = joining.root(row)
        if (held := root - ranks.bases[row.group]) in SPLITS:
            split[row.number] = held
        else:
            group[row.number] = first.setdefault(root, row.number)
    return Settled(split, group, bridges)


class _Joining:
    """Who belongs together so far: of every rank another one of its group, in the end the lowest, a split's if any."""

    def __init__(self, ranks: _Ranks, earlier: Mapping[int, Old], alike: _Likeness | None) -> None:
        self._ranks = ranks
        self._alike = alike
        self._parents = np.arange(ranks.count, dtype=np.uint32)
        for number, old in earlier.items():
            self._parents[ranks.of[number]] = ranks.bases[old.group] + old.split
        self._holders: dict[tuple[int, str, int], list[int]] = {}  # who has a value; of those joined already, one

    def root(self, row: Row) -> int:
        """Return the lowest rank of those that a row belongs to."""
        return _root(self._parents, self._ranks.of[row.number])

    def stay(self, row: Row) -> None:
        """Join an earlier row with its split, which holds its values from now on."""
        split = self._ranks.bases[row.group] + row.splits[0]
        self._parents[self._ranks.of[row.number]] = split
        for key in row.keys:
            held = self._holders.setdefault((row.group, *key), [])
            if split not in held:
                held.append(split)

    def join(self, row: Row) -> tuple[int, ...]:
        """Join a row with all before it that it has something in common with, and return the splits that it reaches.

        If these are several it joins nothing, and brings no others together.
        """
        rank, base = self._ranks.of[row.number], self._ranks.bases[row.group]
        before = self._parents[base : rank + 1].copy()  # likeness shortens paths anywhere in it
        for other in [*(base + split for split in row.splits), *self._met(row)]:
            _join(self._parents, rank, other)
        if self._alike is not None:
            self._alike.join(self._parents, rank)
        reached = tuple(split for split in SPLITS if _root(self._parents, base + split) == self.root(row))
        if len(reached) > 1:
            self._parents[base : rank + 1] = before
            if self._alike is not None:
                self._alike.forget(rank)
        else:
            self._hold(row, rank)
        return reached

    def _met(self, row: Row) -> list[int]:
        """Return who holds a value that joins one of a row's."""
        met = [(row.group, other, value) for name, value in row.keys for other in _MEETS.get(name, (name,))]
        return [one for key in met for one in self._holders.get(key, ())]

    def _hold(self, row: Row, rank: int) -> None:
        """Note the values of a row that has joined: chats that ask the same before their last question are apart."""
        for name, value in row.keys:
            held = self._holders.setdefault((row.group, name, value), [])
            if name == ASKED_BEFORE or not held:
                held.append(rank)
            if name == QUESTION:  # they belong with this row now, and with each other
                self._holders.pop((row.group, ASKED_BEFORE, value), None)


class _Ranks:
    """The places of all that is joined, group after group: its splits, the earlier rows in it, then its own in order.

    So all that a row may have joined lies between its group's first place (``bases``) and its own.
    """

    def __init__(self, ordered: Sequence[Row], earlier: Mapping[int, Old]) -> None:
        members: dict[int, list[int]] = {row.group: [] for row in ordered}
        for number in sorted(earlier):
            members.setdefault(earlier[number].group, []).append(number)
        for row in ordered:
            members[row.group].append(row.number)
        self.bases: dict[int, int] = {}
        self.of: dict[int, int] = {}
        self.count = 0
        for group, numbers in members.items():
            self.bases[group] = self.count
            self.of |= {number: self.count + len(NAMES) + at for at, number in enumerate(numbers)}
            self.count += len(NAMES) + len(numbers)


class _Likeness:
    """The rows of the pair keys that take part, by rank."""

    def __init__(self, ranks: _Ranks, keys: Columns, rule: PairRule) -> None:
        own = keys.numbers("row")
        wanted, rank = np.array(list(ranks.of), dtype=np.uint64), np.array(list(ranks.of.values()), dtype=np.uint32)
        at = np.minimum(np.searchsorted(own, wanted), len(own) - 1)
        here = own[at] == wanted
        places, rank = at[here].astype(np.uint32), rank[here]
        links = linked_bands(keys, places, "b")
        self._links = np.zeros((ranks.count, links.shape[1]), dtype=np.uint32)
        led = np.concatenate([np.zeros(1, dtype=np.uint32), rank + np.uint32(1)])
        self._links[rank] = led[links]
        later, bands = np.nonzero(self._links)
        self._next = np.zeros_like(self._links)  # the other way: to the one row that has a link to this one
        self._next[self._links[later, bands] - 1, bands] = later + 1
        self._known = np.zeros(ranks.count, dtype=np.bool_)
        self._known[rank] = True
        self._seen = np.zeros(ranks.count, dtype=np.uint32)
        of_rank = np.zeros(ranks.count, dtype=np.uint32)
        of_rank[rank] = places
        self._pairs = comparer(rows_of(keys, rule, of_rank))

    def join(self, parents: U32, rank: int) -> None:
        """Join a row with the ranks before it that it is alike."""
        if self._known[rank]:
            self._pairs.join(Joined(self._links, parents, self._seen, twins=False), rank, rank + 1)

    def forget(self, rank: int) -> None:
        """Take a row out of the links, so that nothing leads through it."""
        if self._known[rank]:
            before, after = self._links[rank] & LINK, self._next[rank]
            led = np.flatnonzero(after)
            self._links[after[led] - 1, led] = before[led]
            self._links[rank] = 0


def _root(parents: U32, rank: int) -> int:
    while parents[rank] != rank:
        rank = int(parents[rank])
    return rank


def _join(parents: U32, one: int, other: int) -> None:
    one, other = _root(parents, one), _root(parents, other)
    parents[max(one, other)] = min(one, other)
