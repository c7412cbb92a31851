"""Texts to sets of hashed shingles: word 5-grams.

A word is a run of ``[0-9A-Za-z_]`` or of bytes above 0x7f. A text of fewer than ``min_words`` words is one
shingle, its whole text: short texts are compared for equality alone, punctuation included ("C" is not "C++").
All hashes are 64 bits wide, taken modulo 2^64. The C kernel (``curate/native/minhash.c``) makes the same bits.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from curate.dedupe.text import folded
from curate.native.kernel import kernel

U8 = npt.NDArray[np.uint8]
U64 = npt.NDArray[np.uint64]
I64 = npt.NDArray[np.int64]

SIZE = 5  # words a shingle
MIN_WORDS = 8
_WORD_BASE = np.uint64(0x9E3779B97F4A7C15)
_SHINGLE_BASE = np.uint64(0xD6E8FEB86659FD93)
_CHUNK_BYTES = 4 << 20

_IS_WORD = np.zeros(256, dtype=bool)
_IS_WORD[[*range(48, 58), *range(65, 91), 95, *range(97, 123), *range(128, 256)]] = True


class Shingles(NamedTuple):
    """The shingles of consecutive texts: those of text ``i`` are ``values[offsets[i]:offsets[i + 1]]``."""

    values: U64
    offsets: I64  # n + 1

    def of(self, index: int) -> U64:
        """Return the shingles of text ``index``."""
        return self.values[self.offsets[index] : self.offsets[index + 1]].copy()

    def as_sets(self) -> Shingles:
        """Return the shingles of each text sorted, each once."""
        native = kernel()
        if native is not None:
            return Shingles(*native.sets(self.values, self.offsets))
        own = [np.unique(self.of(index)) for index in range(len(self.offsets) - 1)]
        sizes = np.cumsum([0, *map(len, own)], dtype=np.int64)
        return Shingles(np.concatenate([np.empty(0, dtype=np.uint64), *own]), sizes)


def mix64(values: U64) -> U64:
    """Return MurmurHash3's 64-bit finaliser of each value (a bijection; Appleby 2011)."""
    mixed = values ^ (values >> np.uint64(33))
    mixed = mixed * np.uint64(0xFF51AFD7ED558CCD)
    mixed = mixed ^ (mixed >> np.uint64(33))
    mixed = mixed * np.uint64(0xC4CEB9FE1A85EC53)
    return np.asarray(mixed ^ (mixed >> np.uint64(33)))


def buffers(texts: pl.Series) -> tuple[U8, I64]:
    """Return the bytes of the texts, one after another, and where each starts (n + 1)."""
    data = np.frombuffer(texts.str.join("").item().encode(), dtype=np.uint8)
    return data, np.concatenate([[0], texts.str.len_bytes().cum_sum().to_numpy()]).astype(np.int64)


def shingles(texts: pl.Series, salt: int = 0, min_words: int = MIN_WORDS) -> Shingles:
    """Return the shingles of texts that went through ``comparable``; an empty text has none.

    ``salt`` keeps the shingles of different sides apart, so that a union of sides is a disjoint one.
    """
    native = kernel()
    if native is not None:
        grams = native.shingles(*buffers(texts), salt, min_words)
        return Shingles(grams.values, grams.offsets)
    return by_numpy(texts, salt, min_words)


def by_numpy(texts: pl.Series, salt: int, min_words: int) -> Shingles:
    """Return what the C kernel returns, where there is none."""
    data, offsets = buffers(folded(texts))
    parts, start, count = [], 0, len(offsets) - 1
    while start < count:
        end = max(start + 1, int(np.searchsorted(offsets, offsets[start] + _CHUNK_BYTES, side="right")) - 1)
        own = offsets[start : end + 1]
        parts.append(_shingles(data[own[0] : own[-1]], own - own[0], min_words))
        start = end
    if not parts:
        return Shingles(np.empty(0, dtype=np.uint64), np.zeros(1, dtype=np.int64))
    values = np.concatenate([part.values for part in parts])
    starts = np.concatenate([[0], np.cumsum(np.concatenate([np.diff(part.offsets) for part in parts]))])
    return Shingles(mix64(values ^ np.uint64(salt)) if salt else values, starts.astype(np.int64))


def _shingles(data: U8, offsets: I64, min_words: int) -> Shingles:
    lengths = np.diff(offsets)
    count = len(lengths)
    is_word = _IS_WORD[data]
    first, last = np.zeros(len(data), dtype=bool), np.zeros(len(data), dtype=bool)
    filled = np.flatnonzero(lengths)
    first[offsets[:-1][filled]] = True
    last[offsets[1:][filled] - 1] = True
    begins = np.flatnonzero(is_word & (first | ~np.concatenate([[False], is_word[:-1]])))
    ends = np.flatnonzero(is_word & (last | ~np.concatenate([is_word[1:], [False]]))) + 1
    owner = np.searchsorted(offsets, begins, side="right") - 1
    short = (np.bincount(owner, minlength=count) < min_words) & (lengths > 0)
    grams, gram_owner = _grams(_segments(data, begins, ends), owner, short)
    whole = np.flatnonzero(short)
    values = np.concatenate([grams, _segments(data, offsets[whole], offsets[whole + 1])])
    owners = np.concatenate([gram_owner, whole])
    starts = np.concatenate([[0], np.cumsum(np.bincount(owners, minlength=count))])
    return Shingles(values[np.argsort(owners, kind="stable")], starts.astype(np.int64))


def _segments(data: U8, begins: I64, ends: I64) -> U64:
    """Return the hash of each run of bytes: h = h * B + byte + 1 from left to right, then mixed."""
    if len(begins) == 0:
        return np.empty(0, dtype=np.uint64)
    lengths = ends - begins
    powers = np.empty(int(lengths.max()) + 1, dtype=np.uint64)
    powers[0] = 1
    powers[1:] = _WORD_BASE
    powers = np.multiply.accumulate(powers)
    offsets = np.concatenate([[0], np.cumsum(lengths)[:-1]])
    within = np.arange(int(lengths.sum())) - np.repeat(offsets, lengths)
    picked = data[np.repeat(begins, lengths) + within].astype(np.uint64) + np.uint64(1)
    return mix64(np.add.reduceat(picked * powers[np.repeat(lengths - 1, lengths) - within], offsets))


def _grams(tokens: U64, owner: I64, short: npt.NDArray[np.bool_]) -> tuple[U64, I64]:
    """Return the hash of each run of ``SIZE`` tokens of one text, and its text; short texts have none."""
    if len(tokens) < SIZE:
        return np.empty(0, dtype=np.uint64), np.empty(0, dtype=np.int64)
    last = len(tokens) - SIZE + 1
    whole = (owner[:last] == owner[SIZE - 1 :]) & ~short[owner[:last]]
    mixed = np.zeros(last, dtype=np.uint64)
    for step in range(SIZE):
        mixed = mixed * _SHINGLE_BASE + tokens[step : step + last]
    return mix64(mixed[whole]), owner[:last][whole]
