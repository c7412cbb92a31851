"""Exact similarity of candidate pairs, from the texts themselves."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
import polars as pl

from curate.dedupe.jaccard import jaccard, shared
from curate.dedupe.shingles import I64, U64, shingles
from curate.dedupe.sides import ANSWERED_SALT, ASKED_SALT, side_texts
from curate.dedupe.text import is_spaceless

VERIFIED = 1 << 11  # pairs whose rows are held together
FETCHED = 1 << 11  # rows whose texts are held together
CACHE_SHINGLES = 1 << 21  # 16 MB of them

Fetch = Callable[[pl.Series, list[str]], pl.DataFrame]


class Row(NamedTuple):
    """What a comparison needs of one row."""

    asked: U64  # sorted, each once
    answered: U64
    under: U64  # shingles of system prompt and tools
    spaceless: bool
    texts: bytes  # a digest of the comparable texts

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
    """Compares rows by position, fetching their texts when it needs them and keeping the last ones.

    Pairs that do not reach ``least`` are passed over: both sides as one set if ``whole``; else the prompt side, or the
    answer side of rows that ask nothing.
    """

    def __init__(self, rows: pl.Series, fetch: Fetch, least: float, *, whole: bool) -> None:
        self._rows = rows
        self._fetch = fetch
        self._least = least
        self._whole = whole
        self._known: OrderedDict[int, Row] = OrderedDict()
        self._held = 0

    def alike(self, left: I64, right: I64) -> Iterator[tuple[int, int, Similarity]]:
        """Yield the pairs that reach ``least``, each with its exact similarity."""
        for start in range(0, len(left), VERIFIED):
            yield from self._alike(left[start : start + VERIFIED], right[start : start + VERIFIED])

    def _alike(self, left: I64, right: I64) -> Iterator[tuple[int, int, Similarity]]:
        positions = np.union1d(left, right)
        self._load(positions)
        rows = [self._known[position] for position in positions.tolist()]
        a, b = np.searchsorted(positions, left), np.searchsorted(positions, right)
        asks = np.array([len(row.asked) for row in rows], dtype=np.int64)
        answers = np.array([len(row.answered) for row in rows], dtype=np.int64)
        both_ask, both_answer = asks[a] + asks[b], answers[a] + answers[b]
        ask_alike, answer_alike = (
            shared([row.asked for row in rows], a, b),
            shared([row.answered for row in rows], a, b),
        )
        asked, answered = jaccard(ask_alike, both_ask), jaccard(answer_alike, both_answer)
        whole = jaccard(ask_alike + answer_alike, both_ask + both_answer)  # one side's shingles are never the other's
        reach = whole if self._whole else np.where(both_ask > 0, asked, answered)
        chosen = np.flatnonzero(reach >= self._least)
        a, b = a[chosen], b[chosen]
        under_sizes = np.array([len(row.under) for row in rows], dtype=np.int64)
        under = jaccard(shared([row.under for row in rows], a, b), under_sizes[a] + under_sizes[b])
        for k, one, other, below in zip(chosen.tolist(), a.tolist(), b.tolist(), under.tolist(), strict=True):
            yield (
                int(left[k]),
                int(right[k]),
                Similarity(
                    float(asked[k]) if both_ask[k] else None,
                    float(answered[k]) if both_answer[k] else None,
                    1.0 if below != below else below,  # noqa: PLR0124 - NaN: neither has instructions
                    float(whole[k]),
                    rows[one].spaceless or rows[other].spaceless,
                    rows[one].texts == rows[other].texts,
                ),
            )

    def _load(self, positions: I64) -> None:
        """Have the rows at hand; the ones used longest ago make room."""
        missing = []
        for position in positions.tolist():
            if position in self._known:
                self._known.move_to_end(position)
            else:
                missing.append(position)
        for start in range(0, len(missing), FETCHED):
            some = missing[start : start + FETCHED]
            block = self._fetch(self._rows.gather(some), ["messages", "tools"])
            for position, row in zip(some, _rows(block), strict=True):
                self._known[position] = row
                self._held += row.size
        while self._held > CACHE_SHINGLES and len(self._known) > len(positions):
            self._held -= self._known.popitem(last=False)[1].size


def _rows(block: pl.DataFrame) -> list[Row]:
    texts = side_texts(block)
    asked = shingles(texts["asked"], ASKED_SALT).as_sets()
    answered = shingles(texts["answered"], ANSWERED_SALT).as_sets()
    under = shingles(texts["under"]).as_sets()
    spaceless = is_spaceless(texts["asked"]) | is_spaceless(texts["answered"])
    # only texts in scripts without spaces are compared as a whole, and those are few
    whole = texts.select(pl.concat_str("asked", "answered", separator="\x00")).to_series().to_list()
    return [
        Row(asked.of(i), answered.of(i), under.of(i), bool(spaceless[i]), _digest(text) if spaceless[i] else b"")
        for i, text in enumerate(whole)
    ]


def _digest(text: str) -> bytes:
    return hashlib.blake2b(text.encode(), digest_size=16).digest()
