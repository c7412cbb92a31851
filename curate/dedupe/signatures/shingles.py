"""Texts to sets of hashed shingles: word 5-grams.

A word is a run of ``[0-9A-Za-z_]`` or of bytes above 0x7f. A text of fewer than ``MIN_WORDS`` words is one
shingle, its whole text: short texts are compared for equality alone, punctuation included ("C" is not "C++").
All hashes are 64 bits wide, taken modulo 2^64. The C kernel (``curate/native/minhash.c``) makes the same bits.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from curate.dedupe.text import MIN_WORDS, folded
from curate.native.kernel import kernel

U8 = npt.NDArray[np.uint8]
U64 = npt.NDArray[np.uint64]
I64 = npt.NDArray[np.int64]

SIZE = 5  # words a shingle
_WORD_BASE = np.uint64(0x9E3779B97F4A7C15)
_SHINGLE_BASE = np.uint64(0xD6E8FEB86659FD93)
_CHUNK_BYTES = 4 << 20

_IS_WORD = np.zeros(256, dtype=bool)
_IS_WORD[[*range(48, 58), *range(65, 91), 95, *range(97, 123), *range(128, 256)]] = True


class Sets(NamedTuple):
    """The sets of shingles of consecutive texts: that of text ``i`` is ``values[starts[i]:starts[i + 1]]``."""

    values: U64
    starts: I64  # n + 1
    digests: U64  # of the shingles in their order, those that repeat included

    def of(self, index: int) -> U64:
        """Return the set of text ``index``."""
        return self.values[self.starts[index] : self.starts[index + 1]]


def mix64(values: U64) -> U64:
    """Return MurmurHash3's 64-bit finaliser of each value (a bijection; Appleby 2011)."""
    mixed = values ^ (values >> np.uint64(33))
    mixed = mixed * np.uint64(0xFF51AFD7ED558CCD)
    mixed = mixed ^ (mixed >> np.uint64(33))
    mixed = mixed * np.uint64(0xC4CEB9FE1A85EC53)
    return np.asarray(mixed ^ (mixed >> np.uint64(33)))


def mixed(digests: pl.Series) -> U64:
    """Return a column of digests, mixed; 0 where there is none."""
    if digests.null_count() == len(digests):
        return np.zeros(len(digests), dtype=np.uint64)
    return mix64(digests.fill_null(0).to_numpy())


def buffers(texts: pl.Series) -> tuple[U8, I64]:
    """Return the bytes of the texts, one after another, and where each starts (n + 1)."""
    data = np.frombuffer(texts.str.join("").item().encode(), dtype=np.uint8)
    return data, np.concatenate([[0], texts.str.len_bytes().cum_sum().to_numpy()]).astype(np.int64)


def shingles(texts: pl.Series) -> Sets:
    """Return the shingles of texts that went through ``comparable``; an empty text has none."""
    native = kernel()
    if native is not None:
        signed = native.sign(texts, 0, MIN_WORDS, None)
        return Sets(signed.grams, signed.starts, signed.digests)
    return by_numpy(texts, 0, MIN_WORDS)


def by_numpy(texts: pl.Series, salt: int, min_words: int) -> Sets:
    """Return what the C kernel returns, where there is none; each set sorted."""
    data, offsets = buffers(folded(texts))
    parts, start, count = [], 0, len(offsets) - 1
    while start < count:
        end = max(start + 1, int(np.searchsorted(offsets, offsets[start] + _CHUNK_BYTES, side="right")) - 1)
        own = offsets[start : end + 1]
        values, starts = _shingles(data[own[0] : own[-1]], own - own[0], min_words)
        parts.append(_as_sets(mix64(values ^ np.uint64(salt)) if salt else values, starts))
        start = end
    sizes = [np.diff(part.starts) for part in parts]
    return Sets(
        np.concatenate([np.empty(0, dtype=np.uint64), *(part.values for part in parts)]),
        np.cumsum(np.concatenate([np.zeros(1, dtype=np.int64), *sizes])),
        np.concatenate([np.empty(0, dtype=np.uint64), *(part.digests for part in parts)]),
    )


def _as_sets(values: U64, starts: I64) -> Sets:
    """Return the set of each text, and the digest of its shingles: h = h * B + shingle in their order, then mixed."""
    sizes = np.diff(starts)
    powers = np.empty(int(sizes.max(initial=0)) + 1, dtype=np.uint64)
    powers[0], powers[1:] = 1, _SHINGLE_BASE
    powers = np.multiply.accumulate(powers)
    within = np.arange(len(values)) - np.repeat(starts[:-1], sizes)
    weighted = np.append(values * powers[np.repeat(sizes, sizes) - 1 - within], np.uint64(0))
    digests = np.where(sizes > 0, np.add.reduceat(weighted, starts[:-1]), np.uint64(0))
    owner = np.repeat(np.arange(len(sizes)), sizes)
    order = np.lexsort((values, owner))
    owner, values = owner[order], values[order]
    fresh = np.ones(len(values), dtype=bool)
    fresh[1:] = (owner[1:] != owner[:-1]) | (values[1:] != values[:-1])
    left = np.bincount(owner[fresh], minlength=len(sizes))
    return Sets(values[fresh], np.concatenate([[0], np.cumsum(left)]).astype(np.int64), mix64(digests))


def words_by_numpy(texts: pl.Series) -> tuple[U64, I64]:
    """Return what the C kernel's ``words`` returns, where there is none."""
    data, offsets = buffers(folded(texts))
    hashes, owner = _words_of(data, offsets)
    return hashes, np.concatenate([[0], np.cumsum(np.bincount(owner, minlength=len(texts)))]).astype(np.int64)


def _words_of(data: U8, offsets: I64) -> tuple[U64, I64]:
    """Return the hash of each word, and its text."""
    is_word = _IS_WORD[data]
    first, last = np.zeros(len(data), dtype=bool), np.zeros(len(data), dtype=bool)
    filled = np.flatnonzero(np.diff(offsets))
    first[offsets[:-1][filled]] = True
    last[offsets[1:][filled] - 1] = True
    begins = np.flatnonzero(is_word & (first | ~np.concatenate([[False], is_word[:-1]])))
    ends = np.flatnonzero(is_word & (last | ~np.concatenate([is_word[1:], [False]]))) + 1
    return _words(data, begins, ends), np.searchsorted(offsets, begins, side="right") - 1


def _shingles(data: U8, offsets: I64, min_words: int) -> tuple[U64, I64]:
    count = len(offsets) - 1
    words, owner = _words_of(data, offsets)
    short = (np.bincount(owner, minlength=count) < min_words) & (np.diff(offsets) > 0)
    grams, gram_owner = _grams(words, owner, short)
    whole = np.flatnonzero(short)
    values = np.concatenate([grams, _segments(data, offsets[whole], offsets[whole + 1])])
    owners = np.concatenate([gram_owner, whole])
    starts = np.concatenate([[0], np.cumsum(np.bincount(owners, minlength=count))])
    return values[np.argsort(owners, kind="stable")], starts.astype(np.int64)


def _words(data: U8, begins: I64, ends: I64) -> U64:
    """Return the hash of each word: over eight bytes at a time, the last filled up with zeros."""
    hashes = np.zeros(len(begins), dtype=np.uint64)
    windows = np.lib.stride_tricks.sliding_window_view(np.concatenate([data, np.zeros(8, dtype=np.uint8)]), 8)
    going, at = np.arange(len(begins)), begins
    while len(going):
        left = ends[going] - at
        eight = np.ascontiguousarray(windows[at]).view("<u8")[:, 0]
        short = np.minimum(left, 8).astype(np.uint64) * np.uint64(8)
        eight = eight & (np.uint64(0xFFFFFFFFFFFFFFFF) >> (np.uint64(64) - short))
        mixed = (hashes[going] ^ eight) * _WORD_BASE
        hashes[going] = mixed ^ (mixed >> np.uint64(32))
        going, at = going[left > 8], at[left > 8] + 8
    return hashes * _SHINGLE_BASE


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
