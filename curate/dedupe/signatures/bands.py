"""Bands: which pairs are proposed, and how likely a pair of a given similarity is.

Leskovec, Rajaraman, Ullman: Mining of Massive Datasets, 3.4. With b bands of r slots a pair of Jaccard similarity s
meets in a band with probability 1 - (1 - s^r)^b.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from curate.dedupe.signatures.minhash import U32
from curate.dedupe.signatures.shingles import U64, mix64
from curate.native.kernel import SLOTS, kernel

RECALL = 0.9999


def proposed(similarity: float, bands: int, rows: int) -> float:
    """Return the chance that a pair of this similarity is proposed."""
    return float(1.0 - (1.0 - similarity**rows) ** bands)


def choose_bands(threshold: float, recall: float = RECALL) -> tuple[int, int]:
    """Return (bands, slots a band): the longest bands that still propose a pair at the threshold by ``recall``.

    Longer bands propose fewer pairs below the threshold, each of which costs a look.
    """
    for rows in range(SLOTS, 1, -1):
        if proposed(threshold, SLOTS // rows, rows) >= recall:
            return SLOTS // rows, rows
    return SLOTS, 1


def s_curve(bands: int, rows: int) -> list[tuple[float, float]]:
    """Return (similarity, chance to be proposed) from 0 to 1, in steps of 0.05."""
    return [(round(s, 4), round(proposed(s, bands, rows), 12)) for s in np.linspace(0.0, 1.0, 21).tolist()]


def band_keys(signature: U32, bands: int, rows: int) -> U64:
    """Return the keys (bands x n) of signatures (n x slots): two rows meet in a band where their keys are equal."""
    native = kernel()
    if native is not None:
        return native.bands(signature, bands, rows)
    keys: npt.NDArray[np.uint64] = np.empty((bands, len(signature)), dtype=np.uint64)
    for band in range(bands):
        key = np.full(len(signature), band, dtype=np.uint64)
        for slot in range(band * rows, (band + 1) * rows):
            key = mix64(key ^ (signature[:, slot].astype(np.uint64) + np.uint64(0x9E3779B97F4A7C15)))
        keys[band] = key
    return keys
