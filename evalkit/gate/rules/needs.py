"""What every row of a verdict says of its own power: the smallest detectable difference, the items that it needs."""

from __future__ import annotations

import math

from evalkit.gate.config import GateConfig
from evalkit.gate.rules.rule import Judged
from evalkit.gate.statistics.counted import needed_items
from evalkit.gate.statistics.power import smallest_difference, smallest_mean
from evalkit.statistics.normal import quantile


def smallest_detectable(one: Judged, config: GateConfig) -> float:
    """Return the smallest difference that these items would have shown, with the power that is asked for."""
    found = one.estimate
    if found.discordant is not None:
        return smallest_difference(found.n, _share(one), config.alpha, config.power)
    if found.error > 0:
        return smallest_mean(found.error, config.alpha, config.power)
    return (found.high - found.low) / 2


def needed_n(one: Judged, config: GateConfig) -> int | None:
    """Return the items with which the rule would decide; None where none do.

    For ``max_drop`` and ``max_ratio``: with which a model as good as the baseline passes. For the others: with which
    the truth that was seen clears the line.
    """
    found, distance = one.estimate, _distance(one)
    if distance <= 0:
        return None
    if found.discordant is not None and one.limit.rule == "max_drop":
        return math.ceil(needed_items(distance, _share(one), config.alpha, config.power))
    if found.error <= 0:
        return None
    z = quantile(1 - config.alpha) + quantile(config.power)
    return math.ceil(found.n * (z * found.error / distance) ** 2)


def _distance(one: Judged) -> float:
    """Return how far the line is from what the rule hopes for."""
    if one.limit.rule == "max_drop":
        return one.limit.margin
    if one.limit.rule == "max_ratio" and one.limit.margin > 1:
        return one.limit.margin - 1
    return abs(one.estimate.value - one.line.at)


def _share(one: Judged) -> float:
    """Return the discordant share, of one item at least: none seen does not mean that there are none."""
    return max(one.estimate.discordant or 0.0, 1 / one.estimate.n)
