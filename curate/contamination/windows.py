"""Passages of a fixed number of characters, looked for in texts all at once."""

from __future__ import annotations

import numpy as np
import polars as pl

from curate.contamination.grams import I64, U64, unique_pairs
from curate.dedupe.signatures.shingles import mix64

_BASE = 0x9E3779B97F4A7C15
_INVERSE = pow(_BASE, -1, 1 << 64)
_SPARSE = 64  # places of the filter for each passage in it


class Windows:
    """Passages of ``size`` characters, by their polynomial hash modulo 2^64."""

    def __init__(self, passages: list[str], size: int) -> None:
        self._size = size
        hashes, _ = _hashes(pl.Series(passages, dtype=pl.String), size)
        self._order = np.argsort(hashes, kind="stable")
        self._keys = hashes[self._order]
        bits = max(12, (len(passages) * _SPARSE).bit_length())
        self._shift = np.uint64(64 - bits)
        self._filter = np.zeros(1 << bits, dtype=np.bool_)
        self._filter[self._keys >> self._shift] = True

    def inside(self, texts: pl.Series) -> tuple[I64, I64]:
        """Return (text, passage), each once and in order, of the passages that stand in texts."""
        hashes, owner = _hashes(texts, self._size)
        likely = np.flatnonzero(self._filter[hashes >> self._shift])
        at = np.minimum(np.searchsorted(self._keys, hashes[likely]), max(len(self._keys) - 1, 0))
        known = self._keys[at] == hashes[likely] if len(self._keys) else np.zeros(0, dtype=np.bool_)
        return unique_pairs(owner[likely[known]], self._order[at[known]], len(self._keys))


def _hashes(texts: pl.Series, size: int) -> tuple[U64, I64]:
    """Return the hash of each run of ``size`` characters of one text, and its text.

    With s(i) the sum of c(k) B^k over the first i characters, a run from i on has (s(i + size) - s(i)) / B^i: B is
    odd and has an inverse modulo 2^64.
    """
    characters = np.frombuffer(texts.str.join("").item().encode("utf-32-le"), dtype=np.uint32).astype(np.uint64)
    count = len(characters) - size + 1
    if count <= 0:
        return np.empty(0, dtype=np.uint64), np.empty(0, dtype=np.int64)
    total = np.zeros(len(characters) + 1, dtype=np.uint64)
    np.cumsum((characters + np.uint64(1)) * _powers(_BASE, len(characters)), out=total[1:])
    owner = np.repeat(np.arange(len(texts)), texts.str.len_chars().to_numpy())
    whole = owner[:count] == owner[size - 1 :]
    runs = (total[size:] - total[:count])[whole] * _powers(_INVERSE, count)[whole]
    return mix64(runs), owner[:count][whole]


def _powers(base: int, count: int) -> U64:
    powers = np.full(count, base, dtype=np.uint64)
    powers[0] = 1
    return np.asarray(np.multiply.accumulate(powers))
