"""What every row of a verdict says of its own power: the smallest detectable difference, the items that it needs."""

from __future__ import annotations

import math

from evalkit.gate.config import GateConfig
from evalkit.gate.rules.rule import Judged
from evalkit.gate.statistics import shares
from evalkit.gate.statistics.counted import needed_items
from evalkit.gate.statistics.estimate import still_reach, still_units
from evalkit.gate.statistics.power import smallest_difference, smallest_mean, squared
from evalkit.statistics.few import CAUTIOUS_BELOW, range_of
from evalkit.statistics.normal import quantile

_NEVER = 1e12  # items


def smallest_detectable(one: Judged, config: GateConfig, unit: str) -> float:
    """Return the smallest difference that these items would have shown, with the power that is asked for.

    Of a metric of this ``unit`` at most its whole range; a ratio has none.
    """
    found = _detectable(one, config)
    least, most = range_of(unit)
    return min(found, most - least) if one.line.kind != "ratio" and math.isfinite(found) else found


def _detectable(one: Judged, config: GateConfig) -> float:
    found = one.estimate
    if found.discordant is not None:
        return smallest_difference(found.n, _share(one), config.alpha, config.power)
    if found.error > 0:
        return smallest_mean(found.error, config.alpha, config.power)
    return (found.high - found.low) / 2


def needed_n(one: Judged, config: GateConfig) -> int | None:
    """Return the items with which the rule would decide; None where none do.

    For ``max_drop`` and ``max_ratio``: with which a model as good as the baseline passes. For the others: with which
    the truth that was seen clears the line. For a rule that is held back: with which what was seen fails.
    """
    found, distance = one.estimate, _distance(one)
    if one.held_back:
        return _failing(one, config)
    if distance <= 0:
        return None
    if found.discordant is not None and one.limit.rule == "max_drop":
        return whole(needed_items(distance, _share(one), config.alpha, config.power))
    if found.is_share:
        return _clearing(one, config)
    if not found.error > 0:
        return _unmoved(one, distance, config.alpha)
    z = quantile(1 - config.alpha) + quantile(config.power)
    return whole(found.n * squared(z * found.error / distance))


def _failing(one: Judged, config: GateConfig) -> int | None:
    """Return the items with which a difference that is what was seen fails, at Holm's first level for so many rules."""
    found = one.estimate
    if not found.error > 0:
        return None
    z = quantile(1 - config.alpha / one.held_back) + quantile(config.power)
    return whole(found.n * squared(z * found.error / abs(found.value - one.line.at)))


def _unmoved(one: Judged, distance: float, alpha: float) -> int | None:
    """Return the items with which a number that no unit moved clears the line: ``CAUTIOUS_BELOW`` where it is endless.

    What was seen tells how far one unit may move it; how many may have stayed unseen, the rule of three.
    """
    found = one.estimate
    each = found.units / found.n
    if not math.isfinite(found.value):
        return None
    if math.isinf(found.low) or math.isinf(found.high):
        return whole(CAUTIOUS_BELOW / each)
    widest = max(found.high - found.value, found.value - found.low) / still_reach(found.units, alpha, 1.0)
    return whole(still_units(distance, alpha, widest) / each) if widest > 0 else None


def _clearing(one: Judged, config: GateConfig) -> int | None:
    """Return the items with which a share that is what was seen clears the line, on the side where it lies."""
    share, at = one.estimate.value, one.line.at
    sides = (share, at) if share > at else (1 - share, 1 - at)
    return whole(shares.needed_items(*sides, config.alpha, config.power))


def whole(items: float) -> int | None:
    """Return the next whole number; None of more items than anyone will have."""
    return math.ceil(items) if items < _NEVER else None


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
