"""What ``curate/native/pairs.c`` does, in plain Python: for machines without a C compiler, and as its oracle."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from curate.dedupe.pairs.kinds import Kind
from curate.native.pairs import F64, U8, U32, U64, Joined, Rows, Star


class Pairs:
    """The verbs on rows, as the kernel's ``Pairs`` has them."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def star(self, star: Star, start: int, end: int) -> None:
        """Settle the ranks from ``start`` to ``end``; those before are settled."""
        rows, by_prompt = self._rows, bool(star.drops >> Kind.SAME_PROMPT & 1)
        for row in range(start, end):
            if star.group is not None and star.stays[star.group[row]]:
                star.gone[row] = 1
            if not star.gone[row]:
                agreement = rows.agreement
                for mate in dict.fromkeys(_mates(star.links, row)):
                    if star.gone[mate] or not self._plausible(mate, row, agreement):
                        continue
                    self._meet(star, mate, row, may_drop=True)
                    goes = star.drops >> int(star.kind[row]) & 1 and star.alike[row] >= rows.threshold
                    if goes and not by_prompt:
                        agreement = rows.agreement_near  # it is not told of what is less alike
                star.gone[row] = star.drops >> int(star.kind[row]) & 1
            if not star.gone[row] and (by_prompt or star.kind[row] == Kind.ALONE):
                for kept in _first_kept(star, row):
                    self._meet(star, kept, row, may_drop=by_prompt)
                star.gone[row] = star.drops >> int(star.kind[row]) & 1
            if star.group is not None and not star.gone[row]:
                star.stays[star.group[row]] = row + 1
        if star.joined is not None:
            self.join(star.joined, start, end)

    def join(self, joined: Joined, start: int, end: int) -> None:
        """Join the ranks from ``start`` to ``end`` with earlier ones alike: as one set, or as twins on both sides."""
        rows, parents = self._rows, joined.parents
        for row in range(start, end):
            for mate in sorted(set(_mates(joined.links, row))):
                one, other = _root(parents, mate), _root(parents, row)
                agreement = rows.agreement_near if joined.twins else rows.agreement
                if one == other or not self._plausible(mate, row, agreement):
                    continue
                if joined.twins:
                    alike = self._judge(mate, row)[0] is Kind.NEAR
                else:
                    alike = self._similarity(int(rows.at[mate]), int(rows.at[row]))[2] >= rows.least
                if alike:
                    parents[max(one, other)] = min(one, other)

    def compare(self, left: U32, right: U32) -> F64:
        """Return the exact similarity (n x 3) of positions: asked, answered, both as one set."""
        found = [self._similarity(a, b) for a, b in zip(left.tolist(), right.tolist(), strict=True)]
        return np.array(found, dtype=np.float64).reshape(-1, 3)

    def _plausible(self, mate: int, row: int, agreement: int) -> bool:
        one, other = self._rows.sketches[self._rows.at[mate]], self._rows.sketches[self._rows.at[row]]
        return int(np.count_nonzero(one == other)) >= agreement

    def _meet(self, star: Star, mate: int, row: int, *, may_drop: bool) -> None:
        kind, alike = self._judge(mate, row)
        drops = bool(star.drops >> kind & 1)
        if kind is Kind.ALONE or (drops and not may_drop):
            return
        before = (bool(star.drops >> int(star.kind[row]) & 1), star.alike[row], -int(star.match[row]))
        if star.kind[row] == Kind.ALONE or (drops, alike, -mate) > before:
            star.kind[row], star.alike[row], star.match[row] = kind, alike, mate

    def _judge(self, mate: int, row: int) -> tuple[Kind, float]:
        rows = self._rows
        one, other = int(rows.at[mate]), int(rows.at[row])
        asked, answered, _ = self._similarity(one, other)
        lower = min((side for side in (asked, answered) if side >= 0), default=-1.0)
        if 0 <= asked < rows.least:
            return Kind.ALONE, 0.0
        if lower >= rows.threshold:
            signs = {int(rows.signs[at]) for at in (one, other)}
            if rows.beside[one] != rows.beside[other] or (lower == 1 and len(signs) > 1 and 0 not in signs):
                return Kind.APART, lower
            if not self._last_are_alike(one, other):
                return Kind.APART, lower
            if rows.under[one] != rows.under[other]:
                return Kind.INSTRUCTIONS, lower
            by_characters = rows.spaceless[one] or rows.spaceless[other]
            return Kind.CHARACTERS if by_characters and rows.digests[one] != rows.digests[other] else Kind.NEAR, lower
        if lower >= rows.least:
            return Kind.NEARLY, lower
        return (Kind.SAME_PROMPT, asked) if asked >= rows.threshold and answered >= 0 else (Kind.ALONE, 0.0)

    def _last_are_alike(self, one: int, other: int) -> bool:
        rows = self._rows
        held = [rows.last[rows.last_starts[at] : rows.last_starts[at + 1]] for at in (one, other)]
        if not all(map(len, held)):
            return len(held[0]) == len(held[1])
        turns = [(last[1 : 1 + int(last[0])], last[1 + int(last[0]) :]) for last in held]
        return all(found < 0 or found >= rows.threshold for found in map(_jaccard, *turns))

    def _similarity(self, one: int, other: int) -> tuple[float, float, float]:
        rows = self._rows
        asked = [rows.asked[rows.asked_starts[at] : rows.asked_starts[at + 1]] for at in (one, other)]
        answered = [rows.answered[rows.answered_starts[at] : rows.answered_starts[at + 1]] for at in (one, other)]
        whole = [np.concatenate(sides) for sides in zip(asked, answered, strict=True)]
        return _jaccard(*asked), _jaccard(*answered), _jaccard(*whole)


def link(keys: U64, rows: U32, use: U8 | None, links: U32, *, first: bool) -> None:
    """Write into ``links`` (one a rank, zero) the last row before with the same key, or the first."""
    last: dict[int, int] = {}
    for rank, position in enumerate(rows.tolist()):
        if use is not None and not use[position]:
            continue
        key = int(keys[position])
        found = last.get(key)
        if found is None or not first:
            last[key] = rank
        if found is not None or first:
            links[rank] = 1 + (rank if found is None else found)


def _mates(links: U32, row: int) -> Iterator[int]:
    for band in links.T:
        mate = int(band[row])
        while mate:
            yield mate - 1
            mate = int(band[mate - 1])


def _first_kept(star: Star, row: int) -> Iterator[int]:
    """Yield the first kept row of each prompt band, each once, this row's own place among them being settled."""
    found: set[int] = set()
    for band in star.firsts.T:
        first = int(band[row])
        if not first:
            continue
        kept = next((mate for mate in range(first - 1, row) if band[mate] == first and not star.gone[mate]), None)
        if kept is not None and kept not in found:
            found.add(kept)
            yield kept


def _jaccard(one: U64, other: U64) -> float:
    common = len(np.intersect1d(one, other, assume_unique=True))
    sizes = len(one) + len(other)
    return common / (sizes - common) if sizes else -1.0


def _root(parents: U32, row: int) -> int:
    while parents[row] != row:
        row = int(parents[row])
    return row
