"""The distribution of a sum of many independent numbers, from its characteristic function: without draws."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evalkit.metrics.metric import Numbers
from evalkit.statistics.bisection import turning

_STEP = 0.25  # between frequencies: what lies beyond 12 standard deviations would fold in
_STEPS = 40  # the last frequency is 10: a normal part has exp(-50) left there
_FARTHEST = 9.0  # standard deviations, beyond which there is nothing
_VALUES_AT_ONCE = 8192


@dataclass(frozen=True)
class Inverted:
    """A sum in standard units, by its characteristic function at ``_STEPS`` frequencies."""

    centre: float
    scale: float
    values: NDArray[np.complex128]

    def below(self, at: float) -> float:
        """Return the chance of a sum below a number (Gil-Pelaez 1951, Biometrika 38:481-482, by the midpoint rule)."""
        z = (at - self.centre) / self.scale
        if abs(z) > _FARTHEST:
            return float(z > 0)
        turned = np.imag(np.exp(-1j * _FREQUENCIES * z) * self.values) / _FREQUENCIES
        return float(min(1.0, max(0.0, 0.5 - _STEP * turned.sum() / math.pi)))

    def quantile(self, chance: float) -> float:
        """Return the number below which the sum lies with a chance."""
        z = turning(lambda z: self.below(self.centre + z * self.scale) >= chance, -_FARTHEST, _FARTHEST, 50)
        return self.centre + self.scale * z


_FREQUENCIES = (np.arange(_STEPS) + 0.5) * _STEP


def resampled_mean(numbers: Numbers) -> Inverted:
    """Return the distribution of the mean of as many draws with replacement: the bootstrap with endless resamples."""
    n, centre = len(numbers), float(numbers.mean())
    spread = float(numbers.std())
    one = _transform((numbers - centre) / (spread * math.sqrt(n)), lambda turns: np.exp(1j * turns).sum(axis=1)) / n
    return Inverted(centre, spread / math.sqrt(n), one**n)


def flipped_mean(numbers: Numbers) -> Inverted:
    """Return the distribution of the mean when each number's sign is a fair coin's: the sign-flip test's."""
    n = len(numbers)
    scale = math.sqrt(float((numbers**2).sum())) / n
    with np.errstate(divide="ignore"):
        logs = _transform(numbers / (scale * n), lambda turns: np.log(np.cos(turns).astype(np.complex128)).sum(axis=1))
    return Inverted(0.0, scale, np.exp(logs))


def _transform(numbers: Numbers, summed: Callable[[Numbers], NDArray[np.complex128]]) -> NDArray[np.complex128]:
    result = np.zeros(_STEPS, dtype=np.complex128)
    for first in range(0, len(numbers), _VALUES_AT_ONCE):
        result += summed(_FREQUENCIES[:, None] * numbers[None, first : first + _VALUES_AT_ONCE])
    return result
