"""What a number of items can show: the smallest difference, the items a margin needs, the chance of an equal model."""

from __future__ import annotations

import math

from evalkit.statistics.bisection import narrowed
from evalkit.statistics.normal import below, quantile

POINT = 0.5  # the level of a rule on the number alone: it is its own bound, on either side of which the truth may lie


def smallest_difference(items: int, discordant: float, alpha: float, power: float) -> float:
    """Return the least difference of paired shares that so many items show with a chance of ``power``.

    Connor (1987), Biometrics 43:207-211, for one side: n = ((z_a sqrt(psi) + z_b sqrt(psi - d^2)) / d)^2, solved for d.
    """

    def shown(difference: float) -> bool:
        return needed_items(difference, discordant, alpha, power) <= items

    _, high = narrowed(shown, 0.0, math.sqrt(discordant), 60)
    if shown(high):
        return high
    # with very few items not even all discordant ones on one side are enough: then more of them are needed
    return min(1.0, high + quantile(1 - alpha) ** 2 / items)


def needed_items(difference: float, discordant: float, alpha: float, power: float) -> float:
    """Return how many items show a difference of paired shares with a chance of ``power`` (Connor 1987)."""
    if difference <= 0:
        return math.inf
    rest = math.sqrt(max(discordant - difference * difference, 0.0))
    return ((quantile(1 - alpha) * math.sqrt(discordant) + quantile(power) * rest) / difference) ** 2


def chance_of_equal(margin: float, items: int, discordant: float, alpha: float) -> float:
    """Return the chance that a model as good as the baseline passes a margin, with a share of discordant items."""
    rest = math.sqrt(max(discordant - margin * margin, 1e-12))
    return below((margin * math.sqrt(items) - quantile(1 - alpha) * math.sqrt(discordant)) / rest)


def squared(number: float) -> float:
    """Return a number times itself, infinite where that is too large: ``** 2`` would raise OverflowError."""
    return number * number


def smallest_mean(error: float, alpha: float, power: float) -> float:
    """Return the least difference that a statistic of some standard error shows with a chance of ``power``."""
    return (quantile(1 - alpha) + quantile(power)) * error


def chance_of_equal_mean(margin: float, error: float, alpha: float) -> float:
    """Return the chance that a model as good as the baseline passes a margin, at some standard error above 0."""
    return below(margin / error - quantile(1 - alpha))
