"""Every pair of texts at or above a similarity, found without sketches: what a tool did is held against it.

The similarity is the engine's own measure: the exact Jaccard similarity of word 5-grams after folding
(``curate/dedupe/signatures/shingles.py``). Pairs are proposed by prefix filtering, which misses none (Chaudhuri, Ganti,
Kaushik 2006; Bayardo, Ma, Srikant 2007): with the shingles of every text in one order, two texts of similarity t share
one among the first n - ceil(t n) + 1 shingles of each. Rare shingles come first, so few texts share one by chance.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import orjson
import polars as pl

from curate.dedupe.signatures.shingles import Sets, shingles
from curate.dedupe.text import comparable

I64 = npt.NDArray[np.int64]
U64 = npt.NDArray[np.uint64]
F64 = npt.NDArray[np.float64]

_COUNTERS = 1 << 24  # at most: shingles that share one are told apart by their bits
_PROPOSALS_AT_ONCE = 1 << 23
_ROWS = 1 << 14  # rows whose prefixes are cut at once
_LOOKED_UP = 1 << 16  # shingles looked up at once: their columns fit the cache


class Pairs(NamedTuple):
    """Pairs of rows, ``left`` before ``right``, by position."""

    left: I64
    right: I64
    similarity: F64

    def reaching(self, threshold: float) -> Pairs:
        """Return the pairs at or above the threshold."""
        chosen = self.similarity >= threshold
        return Pairs(self.left[chosen], self.right[chosen], self.similarity[chosen])


class Rows(NamedTuple):
    """The rows of a benchmark file."""

    ids: list[str]
    texts: list[str]


def read_rows(path: Path) -> Rows:
    """Return the ids and texts of ``{"id": ..., "text": ...}`` rows."""
    rows = [orjson.loads(line) for line in path.read_bytes().splitlines() if line.strip()]
    return Rows([row["id"] for row in rows], [row["text"] for row in rows])


def find_pairs(texts: Sequence[str], least: float) -> Pairs:
    """Return every pair of texts whose similarity is at least ``least`` (above 0)."""
    sets = _sorted(shingles(comparable(pl.Series(texts, dtype=pl.String))))
    left, right = _proposed(sets, least)
    sizes = np.diff(sets.starts)
    common = _shared(sets, left, right)
    return Pairs(left, right, common / (sizes[left] + sizes[right] - common)).reaching(least)


def _sorted(sets: Sets) -> Sets:
    owner = np.repeat(np.arange(len(sets.starts) - 1), np.diff(sets.starts))
    return sets._replace(values=sets.values[np.lexsort((sets.values, owner))])


def _shared(sets: Sets, left: I64, right: I64) -> I64:
    """Return how many shingles each pair shares: those of the smaller set are looked up in the larger one."""
    sizes = np.diff(sets.starts)
    swap = sizes[left] > sizes[right]
    few, many = np.where(swap, right, left), np.where(swap, left, right)
    found: list[I64] = [np.empty(0, dtype=np.int64)]
    for start, end in _parts(np.cumsum(sizes[few]), _LOOKED_UP):
        counts = sizes[few[start:end]]
        owner = np.repeat(np.arange(end - start), counts)
        within = np.arange(len(owner)) - np.repeat(np.cumsum(counts) - counts, counts)
        wanted = sets.values[sets.starts[few[start:end]][owner] + within]
        low, ends = sets.starts[many[start:end]][owner], sets.starts[many[start:end] + 1][owner]
        high = ends
        while (open_ := low < high).any():  # a binary search of each shingle in its own set
            middle = (low + high) >> 1
            below = open_ & (sets.values[np.minimum(middle, len(sets.values) - 1)] < wanted)
            low, high = np.where(below, middle + 1, low), np.where(open_ & ~below, middle, high)
        hit = (low < ends) & (sets.values[np.minimum(low, len(sets.values) - 1)] == wanted)
        found.append(np.bincount(owner[hit], minlength=end - start))
    return np.concatenate(found)


def _proposed(sets: Sets, least: float) -> tuple[I64, I64]:
    tokens, rows = _prefixes(sets, least)
    order = np.lexsort((rows, tokens))
    tokens, rows = tokens[order], rows[order]
    ends = np.searchsorted(tokens, tokens, side="right")
    mates = ends - np.arange(len(tokens)) - 1
    sizes = np.diff(sets.starts)
    found: list[I64] = [np.empty(0, dtype=np.int64)]
    for start, end in _parts(np.cumsum(mates)):
        counts = mates[start:end]
        left = np.repeat(rows[start:end], counts)
        first = np.repeat(np.arange(start, end) + 1 - np.cumsum(counts) + counts, counts)
        right = rows[first + np.arange(len(left))]
        fits = least * np.maximum(sizes[left], sizes[right]) <= np.minimum(sizes[left], sizes[right]) + 1e-9
        found.append(np.unique(left[fits] << 32 | right[fits]))
    packed = np.unique(np.concatenate(found))
    return packed >> 32, packed & 0xFFFFFFFF


def _parts(ends: I64, together: int = _PROPOSALS_AT_ONCE) -> Iterator[tuple[int, int]]:
    start = 0
    while start < len(ends):
        before = ends[start - 1] if start else 0
        end = max(start + 1, int(np.searchsorted(ends, before + together, side="right")))
        yield start, end
        start = end


def _prefixes(sets: Sets, least: float) -> tuple[U64, I64]:
    """Return the shingles of each row's prefix, and the row of each."""
    low = np.uint64(min(_COUNTERS, 1 << len(sets.values).bit_length()) - 1)
    counts = np.bincount((sets.values & low).astype(np.int64))
    tokens, rows = [np.empty(0, dtype=np.uint64)], [np.empty(0, dtype=np.int64)]
    for start in range(0, len(sets.starts) - 1, _ROWS):
        offsets = sets.starts[start : start + _ROWS + 1]
        sizes = np.diff(offsets)
        values = sets.values[offsets[0] : offsets[-1]]
        owner = np.repeat(np.arange(len(sizes)), sizes)
        rarity = counts[(values & low).astype(np.int64)]
        order = np.lexsort((values, rarity, owner))
        place = np.arange(len(values)) - np.repeat(offsets[:-1] - offsets[0], sizes)
        longest = sizes - np.ceil(least * sizes - 1e-9).astype(np.int64) + 1
        inside = (place < longest[owner]) & (rarity[order] > 1)
        tokens.append(values[order][inside])
        rows.append(owner[inside] + start)
    return np.concatenate(tokens), np.concatenate(rows)
