"""Draws from seed and content: the same on every machine, whatever the order and number of rows."""

from __future__ import annotations

import numpy as np
import polars as pl


def draws(seed: int, digests: pl.Series, purpose: int = 0) -> pl.Series:
    """Return a number in [0, 1) for each digest: SplitMix64 (Steele, Lea, Flood 2014) of the seed and the digest.

    Draws of another purpose say nothing of each other: what one leaves is no part of what the other takes.
    """
    start = _mix(np.array([seed % 2**64], dtype=np.uint64) ^ np.uint64(purpose))
    mixed = _mix(_mix(digests.to_numpy().astype(np.uint64) ^ start))
    return pl.Series(digests.name, (mixed >> np.uint64(11)).astype(np.float64) / 2.0**53)


def _mix(values: np.ndarray[tuple[int], np.dtype[np.uint64]]) -> np.ndarray[tuple[int], np.dtype[np.uint64]]:
    state = values + np.uint64(0x9E3779B97F4A7C15)
    state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return state ^ (state >> np.uint64(31))
