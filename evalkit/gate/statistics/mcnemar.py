"""McNemar's test: do two runs answer differently, by the items on which exactly one is right."""

from __future__ import annotations

import math

import numpy as np


def mid_p(losses: int, gains: int) -> float:
    """Return the two-sided mid-p value of McNemar's test, of items that went from right to wrong and back.

    The exact binomial test with half the chance of what was seen: it keeps the level that the exact test stays far
    below, also for few items (Fagerland, Lydersen and Laake 2013, BMC Medical Research Methodology 13:91). Where as
    many went each way, what was seen is its own mirror image, and half of its chance is left out once.
    """
    discordant, fewer = losses + gains, min(losses, gains)
    if discordant == 0:
        return 1.0
    seen = float(_chances(np.array([fewer]), discordant)[0])
    if losses == gains:
        return 1.0 - seen / 2
    return min(1.0, 2 * float(_chances(np.arange(fewer + 1), discordant).sum()) - seen)


def _chances(hits: np.ndarray, trials: int) -> np.ndarray:
    """Return the binomial chance of each number of hits, for a fair coin."""
    logs = [math.lgamma(trials + 1) - math.lgamma(k + 1) - math.lgamma(trials - k + 1) for k in hits.tolist()]
    return np.exp(np.array(logs) - trials * math.log(2))
