"""Texts to sets of hashed shingles: word 5-grams, or character 5-grams where a script has no spaces.

A word is a run of ``[0-9A-Za-z_]`` or of bytes above 0x7f. A text of fewer than ``min_words`` words is one
shingle, its whole text: short texts are compared for equality alone, punctuation included ("C" is not "C++").
All hashes are 64 bits wide, taken modulo 2^64.
"""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from curate.dedupe.text import is_spaceless

U64 = npt.NDArray[np.uint64]
I64 = npt.NDArray[np.int64]

SIZE = 5  # words (or characters) a shingle
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
    words: npt.NDArray[np.uint32]  # n: words (or characters) a text
    spaceless: npt.NDArray[np.bool_]  # n: compared by characters
    short: npt.NDArray[np.bool_]  # n: compared for equality alone

    def of(self, index: int) -> frozenset[int]:
        """Return the set of text ``index``."""
        return frozenset(self.values[self.offsets[index] : self.offsets[index + 1]].tolist())


def mix64(values: U64) -> U64:
    """Return MurmurHash3's 64-bit finaliser of each value (a bijection; Appleby 2011)."""
    mixed = values ^ (values >> np.uint64(33))
    mixed = mixed * np.uint64(0xFF51AFD7ED558CCD)
    mixed = mixed ^ (mixed >> np.uint64(33))
    mixed = mixed * np.uint64(0xC4CEB9FE1A85EC53)
    return np.asarray(mixed ^ (mixed >> np.uint64(33)))


def shingles(texts: pl.Series, salt: int = 0, min_words: int = MIN_WORDS) -> Shingles:
    """Return the shingles of texts that went through ``comparable``; an empty text has none.

    ``salt`` keeps the shingles of different sides apart, so that a union of sides is a disjoint one.
    """
    flags = is_spaceless(texts).to_numpy()
    parts = [_shingles(texts[start:end], flags[start:end], min_words) for start, end in _chunks(texts)] or [
        _shingles(texts, flags, min_words)
    ]
    counts = np.concatenate([np.diff(part.offsets) for part in parts])
    values = np.concatenate([part.values for part in parts])
    if salt:
        values = mix64(values ^ np.uint64(salt))
    return Shingles(
        values,
        np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        np.concatenate([part.words for part in parts]),
        flags,
        np.concatenate([part.short for part in parts]),
    )


def _chunks(texts: pl.Series) -> list[tuple[int, int]]:
    """Return spans of texts of a few megabytes each: the arrays below are many times as large as their text."""
    ends = np.cumsum(texts.str.len_bytes().to_numpy())
    cuts = [0]
    while cuts[-1] < len(ends):
        done = int(ends[cuts[-1] - 1]) if cuts[-1] else 0
        cuts.append(max(cuts[-1] + 1, int(np.searchsorted(ends, done + _CHUNK_BYTES, side="right"))))
    return list(pairwise(cuts))


def _shingles(texts: pl.Series, spaceless: npt.NDArray[np.bool_], min_words: int) -> Shingles:
    encoded = [text.encode() for text in texts.to_list()]
    lengths = np.fromiter(map(len, encoded), dtype=np.int64, count=len(encoded))
    data = np.frombuffer(b" ".join(encoded) + b" ", dtype=np.uint8)
    starts = np.concatenate([[0], np.cumsum(lengths + 1)])[:-1]
    is_word = _IS_WORD[data]
    before = np.concatenate([[False], is_word[:-1]])
    begins = np.flatnonzero(is_word & ~before)
    ends = np.flatnonzero(~is_word & before)
    owner = np.searchsorted(starts, begins, side="right") - 1
    tokens = _segments(data, begins, ends)
    words = np.bincount(owner, minlength=len(encoded))
    if spaceless.any():
        tokens, owner, words = _with_characters(texts, spaceless, tokens, owner, words)
    short = (words < min_words) & (lengths > 0)
    grams, gram_owner = _grams(tokens, owner, short)
    whole = np.flatnonzero(short)
    whole_values = _segments(data, starts[whole], starts[whole] + lengths[whole])
    values = np.concatenate([grams, whole_values])
    owners = np.concatenate([gram_owner, whole])
    order = np.argsort(owners, kind="stable")
    offsets = np.concatenate([[0], np.cumsum(np.bincount(owners, minlength=len(encoded)))])
    return Shingles(values[order], offsets.astype(np.int64), words.astype(np.uint32), spaceless, short)


def _segments(data: npt.NDArray[np.uint8], begins: I64, ends: I64) -> U64:
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


def _with_characters(
    texts: pl.Series, spaceless: npt.NDArray[np.bool_], tokens: U64, owner: I64, words: I64
) -> tuple[U64, I64, I64]:
    """Replace the words of texts in scripts without spaces by their characters."""
    chosen = np.flatnonzero(spaceless)
    bare = texts.gather(chosen).str.replace_all(r"[\s\p{P}]", "").to_list()
    counts = np.fromiter(map(len, bare), dtype=np.int64, count=len(bare))
    points = np.frombuffer("".join(bare).encode("utf-32-le"), dtype=np.uint32).astype(np.uint64)
    stay = ~spaceless[owner]
    all_tokens = np.concatenate([tokens[stay], mix64(points + np.uint64(1))])
    all_owners = np.concatenate([owner[stay], np.repeat(chosen, counts)])
    order = np.argsort(all_owners, kind="stable")
    words = words.copy()
    words[chosen] = counts
    return all_tokens[order], all_owners[order], words


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
