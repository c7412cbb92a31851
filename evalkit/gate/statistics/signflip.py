"""The sign-flip test: whether differences could lie so far from 0 if their signs were coin tosses."""

from __future__ import annotations

import numpy as np

from evalkit.gate.statistics.inversion import flipped_mean
from evalkit.metrics.metric import Numbers

ALL_UP_TO = 14  # numbers: every one of 2^14 choices of signs is tried
_INVERTED_FROM = 256


def sign_flip_p(differences: Numbers, draws: int, seed: int) -> float:
    """Return the two-sided p value of the mean of paired differences (Fisher's permutation test for pairs).

    Exact for 14 differences or fewer, from the characteristic function for many, else of seeded draws, with the one
    that was seen counted in (Phipson and Smyth 2010, Statistical Applications in Genetics 9:39).
    """
    moved = differences[differences != 0]
    if not len(moved):
        return 1.0
    seen = abs(float(moved.sum()))
    least = seen * (1 - 1e-12)
    if len(moved) <= ALL_UP_TO:
        signs = 1.0 - 2.0 * ((np.arange(2 ** len(moved))[:, None] >> np.arange(len(moved))) & 1)
        return float((np.abs(signs @ moved) >= least).mean())
    if len(moved) >= _INVERTED_FROM:
        return min(1.0, 2 * flipped_mean(moved).below(-seen / len(moved)))
    random = np.random.Generator(np.random.Philox(seed))
    signs = 1.0 - 2.0 * random.integers(0, 2, size=(draws, len(moved)))
    return (1.0 + float((np.abs(signs @ moved) >= least).sum())) / (draws + 1.0)
