"""BCa bounds: a bootstrap's quantiles, corrected for bias and for a spread that changes with the value."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from evalkit.metrics.metric import Numbers
from evalkit.statistics.normal import below, quantile, t_below, t_quantile


class Distribution(Protocol):
    """What a bootstrap knows of a statistic."""

    def below(self, at: float) -> float:
        """Return the chance of a value below a number, half of the chance of the number itself included."""
        ...

    def quantile(self, chance: float) -> float:
        """Return the value below which it lies with a chance."""
        ...


@dataclass(frozen=True)
class Drawn:
    """Sorted values of draws."""

    values: Numbers

    def around(self, value: float) -> Drawn:
        """Return the draws moved as a whole, so that their median is the value.

        A draw of rows lacks labels and kinds that all of the rows have: where the value follows from how many there
        are, draws lie to one side of it, all of them even, and tell how far it strays but not from where.
        """
        return Drawn(self.values + (value - float(np.median(self.values))))

    def below(self, at: float) -> float:
        """Return the share of draws below a number, counting half of those that equal it."""
        slack = 1e-12 * max(1.0, abs(at))  # sums of the same items in another order differ in the last bits
        low, high = np.searchsorted(self.values, (at - slack, at + slack))
        return float(low + high) / (2 * len(self.values))

    def quantile(self, chance: float) -> float:
        """Return the quantile of the draws."""
        return float(np.quantile(self.values, min(1.0, max(0.0, chance))))


@dataclass(frozen=True)
class BCa:
    """Bounds and tails of a statistic (Efron 1987, Journal of the American Statistical Association 82:171-185).

    ``units`` widens the level (``expanded``): plain bootstraps of few items are too narrow. 0 leaves Efron's bounds as
    they are. Bounds hold the value itself: draws that lie beyond it, most of them, show no bias to correct by.
    """

    distribution: Distribution
    value: float
    acceleration: float
    units: int = 0

    @property
    def bias(self) -> float:
        """Return Efron's z0: how far the bootstrap's median lies from the value."""
        return quantile(min(1 - 1e-6, max(1e-6, self.distribution.below(self.value))))

    def bounds(self, alpha: float) -> tuple[float, float]:
        """Return the lower and the upper bound, each of which holds with chance ``1 - alpha``."""
        z = expanded(alpha, self.units)
        return min(self.value, self._at(z)), max(self.value, self._at(-z))

    def _at(self, z: float) -> float:
        shifted = self.bias + z
        room = 1 - self.acceleration * shifted
        return self.distribution.quantile(below(self.bias + shifted / room) if room > 0 else float(shifted > 0))

    def tails(self, margin: float) -> tuple[float, float]:
        """Return the p values of the claims that the true value lies below ``margin``, and above it.

        Each is the alpha at which that bound would stand at the margin.
        """
        far = quantile(min(1 - 1e-7, max(1e-7, self.distribution.below(margin)))) - self.bias
        room = 1 + self.acceleration * far
        z = far / room - self.bias if room > 0 else math.copysign(9.0, far)
        chance = below(z)
        if self.units > 1:
            chance = t_below(z * math.sqrt((self.units - 1) / self.units), self.units - 1)
        less, more = 1 - chance, chance
        return max(less, 0.5) if margin <= self.value else less, max(more, 0.5) if margin >= self.value else more


def expanded(alpha: float, units: int) -> float:
    """Return the normal quantile of a level, widened as Student's t would (Hesterberg 2015), of 2 units and more.

    The American Statistician 69:371-386: the spread of draws is that of a sample with n in place of n - 1, and its
    quantiles are normal ones.
    """
    return t_quantile(alpha, units - 1) * math.sqrt(units / (units - 1)) if units > 1 else quantile(alpha)


def acceleration(left_out: Numbers, counts: Numbers) -> float:
    """Return Efron's acceleration, of values with one unit left out; ``counts`` units give each."""
    moved, _ = _moved(left_out, counts)
    spread = float(counts @ moved**2)
    return float(counts @ moved**3) / (6 * spread**1.5) if spread > 0 else 0.0


def jackknife_error(left_out: Numbers, counts: Numbers) -> float:
    """Return the standard error of values with one unit left out; with clusters as units it is cluster-robust."""
    n = float(counts.sum())
    moved, exponent = _moved(left_out, counts)
    return float(np.ldexp(math.sqrt((n - 1) / n * float(counts @ moved**2)), exponent)) if n > 1 else math.nan


def _moved(left_out: Numbers, counts: Numbers) -> tuple[Numbers, int]:
    """Return how far the mean of the values lies from each, nan where one is endless; scaled as ``scaled`` does."""
    with np.errstate(invalid="ignore"):
        return scaled(np.average(left_out, weights=counts) - left_out)


def scaled(numbers: Numbers) -> tuple[Numbers, int]:
    """Return numbers divided by a power of two that leaves the largest below 1, and its exponent.

    No digit is lost, and the square of no number is too large to hold, nor that of the largest too small.
    """
    exponent = int(np.frexp(np.abs(numbers).max(initial=0.0))[1])
    return np.ldexp(numbers, -exponent), exponent
