"""Statistics of ranks: how far two distributions lie apart, and whether one is shifted; p values by normal theory."""

from __future__ import annotations

import math

import numpy as np
import polars as pl

from evalkit.metrics.metric import Numbers


def distance(first: Numbers, second: Numbers) -> float:
    """Return Kolmogorov and Smirnov's distance: the largest gap between the two cumulative shares, 0 to 1."""
    values = np.concatenate([first, second])
    shares = [np.searchsorted(np.sort(one), values, side="right") / len(one) for one in (first, second)]
    return float(np.abs(shares[0] - shares[1]).max())


def signed_ranks(differences: Numbers) -> Numbers:
    """Return the ranks of how large differences are, with their signs; 0 for no difference, ties share their rank."""
    moved = differences != 0
    ranks = np.zeros(len(differences))
    ranks[moved] = np.sign(differences[moved]) * _ranks(np.abs(differences[moved]))[0]
    return ranks


def signed_rank_p(differences: Numbers) -> float:
    """Return the two-sided p value of Wilcoxon's signed ranks (1945); zeros are left out, ties share their rank."""
    ranks = signed_ranks(differences)
    spread = math.sqrt(float(ranks @ ranks))
    return _two_sided(float(ranks.sum()) / spread) if spread > 0 else 1.0


def rank_sum_p(first: Numbers, second: Numbers) -> float:
    """Return the two-sided p value of Mann and Whitney's rank sums (1947), corrected for continuity and ties."""
    ranks, ties = _ranks(np.concatenate([first, second]))
    one, other = len(first), len(second)
    n = one + other
    above = float(ranks[:one].sum()) - one * (one + 1) / 2
    spread = one * other / 12 * (n + 1 - ties / (n * (n - 1)))
    if spread <= 0:
        return 1.0
    far = abs(above - one * other / 2)
    return _two_sided(max(0.0, far - 0.5) / math.sqrt(spread))


def _ranks(values: Numbers) -> tuple[Numbers, float]:
    """Return the ranks of values, ties with their mean, and the sum of t^3 - t over groups of t ties."""
    ranks = pl.Series(values).rank("average").to_numpy()
    counts = np.unique(values, return_counts=True)[1].astype(np.float64)
    return ranks, float((counts**3 - counts).sum())


def _two_sided(z: float) -> float:
    return math.erfc(abs(z) / math.sqrt(2))
