"""The chance that a model as good as the baseline passes a rule of shares: every outcome judged as the gate does."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np

from evalkit.gate.statistics import power, tango
from evalkit.gate.statistics.binomial import COUNTED_UP_TO
from evalkit.metrics.metric import Numbers
from evalkit.statistics.bisection import narrowed
from evalkit.statistics.normal import quantile

_KEPT_TO = 0.01  # by so much a chance may lie below the power that was asked for
_LAST_BITS = 1e-9  # of a normal deviate
_REACH = 6.0  # standard deviations beyond which outcomes are left out


@lru_cache(maxsize=1024)
def chance_of_equal(margin: float, items: int, discordant: float, alpha: float) -> float:
    """Return the chance that an equal model passes a margin, each discordant item falling to either side alike.

    The normal theory promises up to 15 points more: few items have few outcomes, and the bounds keep their level.
    Above ``COUNTED_UP_TO`` items it is the theory's chance.
    """
    if margin >= 1:
        return 1.0
    if items > COUNTED_UP_TO:
        return power.chance_of_equal(margin, items, discordant, alpha)
    exact = items <= tango.EXACT_UP_TO and alpha < power.POINT
    gains, losses = tango.outcomes(items)[:2] if exact else _likely(items, discordant)
    if exact:
        passes = tango.exact_high(items, -margin) <= alpha
    else:
        passes = tango.score_z(gains, losses, items, -margin) >= quantile(1 - alpha) - _LAST_BITS
    return min(1.0, float(_chances(gains, losses, items, discordant) @ passes))


def affordable_margin(items: int, discordant: float, alpha: float, wanted: float) -> float:
    """Return the least margin that an equal model passes with a chance of ``wanted``: Connor's, or what it takes."""
    low = power.smallest_difference(items, discordant, alpha, wanted)
    if _kept(low, items, discordant, alpha, wanted):
        return low
    return narrowed(lambda margin: _kept(margin, items, discordant, alpha, wanted), low, 1.0, 14)[1]


def needed_items(margin: float, discordant: float, alpha: float, wanted: float) -> float:
    """Return the items with which an equal model passes with a chance of ``wanted``: Connor's, or 1% more at a time."""
    found = power.needed_items(margin, discordant, alpha, wanted)
    while found <= COUNTED_UP_TO and not _kept(margin, math.ceil(found), discordant, alpha, wanted):
        found = max(math.ceil(found) + 1.0, found * 1.01)
    return found


def _kept(margin: float, items: int, discordant: float, alpha: float, wanted: float) -> bool:
    return chance_of_equal(margin, items, discordant, alpha) >= wanted - _KEPT_TO


def _likely(items: int, discordant: float) -> tuple[Numbers, Numbers]:
    """Return gains and losses of every outcome that an equal model comes to but once in many millions of runs."""
    spread = _REACH * math.sqrt(items * discordant * (1 - discordant)) + 10
    moved = np.arange(
        max(0, math.floor(items * discordant - spread)), min(items, math.ceil(items * discordant + spread)) + 1
    )
    reach = math.ceil(_REACH / 2 * math.sqrt(moved[-1])) + 5
    gains = moved[:, None] // 2 + np.arange(-reach, reach + 1)[None, :]
    inside = (gains >= 0) & (gains <= moved[:, None])
    return gains[inside].astype(np.float64), (moved[:, None] - gains)[inside].astype(np.float64)


def _chances(gains: Numbers, losses: Numbers, items: int, discordant: float) -> Numbers:
    logs = tango.log_ways(gains, losses, items) + (gains + losses) * math.log(discordant / 2)
    rest = items - gains - losses
    with np.errstate(invalid="ignore"):
        logs += np.where(rest > 0, rest * math.log1p(-min(discordant, 1 - 1e-16)), 0.0)
    return np.asarray(np.exp(logs))
