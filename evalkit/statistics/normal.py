"""The normal and Student's t distribution: tails and quantiles, without a statistics library in the base install."""

from __future__ import annotations

import math
from functools import lru_cache
from statistics import NormalDist

from evalkit.statistics.bisection import turning

_STANDARD = NormalDist()
_LARGE = 1000  # degrees of freedom from which t is taken for normal: the tails differ by less than 1e-4


def below(z: float) -> float:
    """Return the chance that a standard normal variable lies below ``z``."""
    return 0.5 * math.erfc(-z / math.sqrt(2))


def quantile(chance: float) -> float:
    """Return the z below which a standard normal variable lies with a chance; infinite at 0 and 1."""
    if chance <= 0 or chance >= 1:
        return math.copysign(math.inf, chance - 0.5)
    return _STANDARD.inv_cdf(chance)


def t_below(t: float, freedom: int) -> float:
    """Return the chance that Student's t lies below ``t``: the sums of Abramowitz and Stegun 26.7.3 and 26.7.4."""
    if freedom > _LARGE or not math.isfinite(t):
        return below(t)
    angle = math.atan(t / math.sqrt(freedom))
    sine, square = math.sin(angle), math.cos(angle) ** 2
    odd = freedom % 2 == 1
    term = math.cos(angle) if odd else 1.0
    total = term if freedom > 1 else 0.0
    for step in range(3 if odd else 2, freedom - 1, 2):
        term *= square * (step - 1) / step
        total += term
    between = 2 / math.pi * (angle + sine * total) if odd else sine * total
    return 0.5 + between / 2


@lru_cache(maxsize=4096)  # up to 8 ms each, and hundreds of slices share their sizes
def t_quantile(chance: float, freedom: int) -> float:
    """Return the t below which Student's t lies with a chance, by bisection."""
    if freedom > _LARGE:
        return quantile(chance)
    low, high = -1e3, 1e3
    while not t_below(low, freedom) < chance < t_below(high, freedom):
        low, high = 10 * low, 10 * high
    return turning(lambda t: t_below(t, freedom) >= chance, low, high, 60)
