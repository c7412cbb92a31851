"""Exact similarity of candidate pairs, from the texts themselves."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import polars as pl

from curate.dedupe.shingles import I64, shingles
from curate.dedupe.sides import ANSWERED_SALT, ASKED_SALT, jaccard, side_texts
from curate.dedupe.text import is_spaceless

CACHE_SHINGLES = 1 << 21  # about 130 MB of sets

Fetch = Callable[[pl.Series, list[str]], pl.DataFrame]


class Row(NamedTuple):
    """What a comparison needs of one row."""

    asked: frozenset[int]
    answered: frozenset[int]
    under: frozenset[int]  # shingles of system prompt and tools
    spaceless: bool
    texts: tuple[str, str]

    @property
    def size(self) -> int:
        """Return how many shingles the row holds."""
        return len(self.asked) + len(self.answered) + len(self.under)


class Similarity(NamedTuple):
    """How alike two rows are. A side is None where both rows lack it."""

    asked: float | None
    answered: float | None
    under: float
    whole: float  # both sides as one set
    by_characters: bool
    equal: bool  # the comparable texts are the same

    @property
    def lower(self) -> float:
        """Return the similarity of the side that is less alike."""
        sides = [side for side in (self.asked, self.answered) if side is not None]
        return min(sides) if sides else 0.0


class Verifier:
    """Compares rows by position, fetching their texts when it needs them and keeping the last ones."""

    def __init__(self, rows: pl.Series, fetch: Fetch) -> None:
        self._rows = rows
        self._fetch = fetch
        self._known: OrderedDict[int, Row] = OrderedDict()
        self._held = 0

    def similarities(self, left: I64, right: I64) -> list[Similarity]:
        """Return the exact similarity of each pair."""
        self._load(np.union1d(left, right))
        return [
            self._compare(self._known[a], self._known[b]) for a, b in zip(left.tolist(), right.tolist(), strict=True)
        ]

    def _compare(self, one: Row, other: Row) -> Similarity:
        asked, answered = jaccard(one.asked, other.asked), jaccard(one.answered, other.answered)
        under = jaccard(one.under, other.under)
        whole = jaccard(one.asked | one.answered, other.asked | other.answered)
        return Similarity(
            asked,
            answered,
            1.0 if under is None else under,
            whole or 0.0,
            one.spaceless or other.spaceless,
            one.texts == other.texts,
        )

    def _load(self, positions: I64) -> None:
        """Have the rows at hand; the ones used longest ago make room."""
        missing = []
        for position in positions.tolist():
            if position in self._known:
                self._known.move_to_end(position)
            else:
                missing.append(position)
        if missing:
            block = self._fetch(self._rows.gather(missing), ["messages", "tools"])
            for position, row in zip(missing, _rows(block), strict=True):
                self._known[position] = row
                self._held += row.size
        while self._held > CACHE_SHINGLES and len(self._known) > len(positions):
            self._held -= self._known.popitem(last=False)[1].size


def _rows(block: pl.DataFrame) -> list[Row]:
    texts = side_texts(block)
    asked, answered = shingles(texts["asked"], ASKED_SALT), shingles(texts["answered"], ANSWERED_SALT)
    under = shingles(texts["under"])
    spaceless = is_spaceless(texts["asked"]) | is_spaceless(texts["answered"])
    return [
        Row(asked.of(i), answered.of(i), under.of(i), bool(spaceless[i]), (first, second))
        for i, (first, second) in enumerate(texts.select("asked", "answered").iter_rows())
    ]
