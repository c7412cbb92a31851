"""What keeps an interval honest where units are few, or where nothing varies among them."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from evalkit.statistics.normal import t_quantile

CAUTIOUS_BELOW = 256  # units
RANGES = {"share": (0.0, 1.0), "points": (0.0, 100.0), "correlation": (-1.0, 1.0)}
Interval = tuple[float, float]


def range_of(unit: str) -> Interval:
    """Return the least and the greatest value of a metric by its unit; what is counted has no greatest."""
    return RANGES.get(unit, (0.0, math.inf))


def effective(clusters: NDArray[np.intp]) -> int:
    """Return how many clusters of equal size tell as much as these, of a number for each row: Kish's (1965).

    One large cluster among single rows is most of what the error is made of, however many there are (Carter, Schnepel
    and Steigerwald 2017, The Review of Economics and Statistics 99:698-709).
    """
    sizes = np.unique(clusters, return_counts=True)[1].astype(np.float64)
    return int(sizes.sum() ** 2 / (sizes @ sizes) + 1e-9)


def varies(error: float, value: float) -> bool:
    """Say whether a standard error is more than the last bits of a value."""
    return error > 1e-12 * max(1.0, abs(value))


def no_narrower_than_t(bounds: Interval, value: float, error: float, units: int, alpha: float) -> Interval:
    """Return bounds, or Student's t of few units on a side where that is wider; each holds with ``1 - alpha``.

    A bootstrap of few units is too narrow (Cameron, Gelbach and Miller 2008, The Review of Economics and Statistics
    90:414-427); t has as many degrees of freedom as units, less one.
    """
    if units >= CAUTIOUS_BELOW:
        return bounds
    reach = -t_quantile(alpha, max(1, units - 1)) * error
    return min(bounds[0], value - reach), max(bounds[1], value + reach)
