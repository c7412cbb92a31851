"""The bounds of one share, each of which must hold alone: Clopper and Pearson's, by the binomial's own tails."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np

from evalkit.gate.statistics.tango import log_ways
from evalkit.metrics.metric import Numbers
from evalkit.statistics.bisection import turning
from evalkit.statistics.intervals import wilson_bounds
from evalkit.statistics.normal import below, quantile

COUNTED_UP_TO = 5000  # items; above it every chance is a normal one
_HALVINGS = 50


def chances(share: float, items: int) -> Numbers:
    """Return the binomial chance of each number of hits."""
    hits = np.arange(items + 1, dtype=np.float64)
    if not 0 < share < 1:
        return np.asarray((hits == round(share * items)).astype(np.float64))
    logs = _ways(items) + hits * math.log(share) + (items - hits) * math.log1p(-share)
    return np.asarray(np.exp(logs))


def tails(hits: int, items: int, share: float) -> tuple[float, float]:
    """Return the chances of so many hits or fewer, and of so many or more, if ``share`` is the truth."""
    if items > COUNTED_UP_TO:
        spread = math.sqrt(max(share * (1 - share), 0.0) * items)
        z = (hits - share * items) / spread if spread else math.copysign(math.inf, hits - share * items)
        return (below(z), below(-z)) if hits != share * items else (0.5, 0.5)
    each = chances(share, items)
    return min(1.0, float(each[: hits + 1].sum())), min(1.0, float(each[hits:].sum()))


@lru_cache(maxsize=1024)
def bounds(hits: int, items: int, alpha: float) -> tuple[float, float]:
    """Return the shares below and above which so many hits are too many, or too few, at ``alpha`` on each side.

    Clopper and Pearson (1934), Biometrika 26:404-413. Wilson's bounds hold together, but not each alone: near 0 and 1
    one side takes the error of both (Cai 2005, Journal of Statistical Planning and Inference 131:63-88).
    """
    if items > COUNTED_UP_TO:
        return wilson_bounds(hits, items, quantile(1 - alpha))
    low, high = 0.0, 1.0
    if hits > 0:
        low = turning(lambda share: tails(hits, items, share)[1] > alpha, 0.0, hits / items, _HALVINGS)
    if hits < items:
        high = turning(lambda share: tails(hits, items, share)[0] <= alpha, hits / items, 1.0, _HALVINGS)
    return low, high


@lru_cache(maxsize=64)
def _ways(items: int) -> Numbers:
    return log_ways(np.arange(items + 1, dtype=np.float64), np.zeros(items + 1), items)
