"""Tango's score test and interval for the difference of two paired shares, closed at any n; exact where n is small."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from evalkit.metrics.metric import Numbers
from evalkit.statistics.bisection import turning
from evalkit.statistics.normal import quantile

EXACT_UP_TO = 100  # items; below it the score test may pass its level by a point
_NUISANCE = 41  # shares of losses at which the exact chance is taken
_HALVINGS = 40
_FEW_HALVINGS = 14  # where each costs every outcome: 1/16,000 of the way


def score_z(gains: Numbers | float, losses: Numbers | float, items: int, difference: float) -> Numbers:
    """Return the score statistic of ``gains - losses`` (of items) against a true difference of shares.

    Tango (1998), Statistics in Medicine 17:891-908: the variance is that of the likelihood's maximum under the
    difference, so that the test has no fault at 0 discordant items, as Wald's has.
    """
    gained, lost = np.asarray(gains, dtype=np.float64), np.asarray(losses, dtype=np.float64)
    share = _lost_share(gained, lost, items, difference)
    variance = items * (2 * share + difference * (1 - difference))
    above = gained - lost - items * difference
    with np.errstate(divide="ignore", invalid="ignore"):
        z = above / np.sqrt(np.maximum(variance, 0.0))
    return np.where(np.abs(above) < 1e-9, 0.0, z)


def _lost_share(gained: Numbers, lost: Numbers, items: int, difference: float) -> Numbers:
    """Return the most likely share of losses, if the difference is what it is said to be."""
    linear = -gained - lost + (2 * items - gained + lost) * difference
    constant = -lost * difference * (1 - difference)
    root = np.sqrt(np.maximum(linear * linear - 8 * items * constant, 0.0))
    return np.asarray((root - linear) / (4 * items))


def score_interval(gains: int, losses: int, items: int, alpha: float) -> tuple[float, float]:
    """Return the bounds of the difference, each of which holds with chance ``1 - alpha`` (one-sided)."""
    z = quantile(1 - alpha)
    point = (gains - losses) / items
    low = turning(lambda d: float(score_z(gains, losses, items, d)) < z, -1.0, point, _HALVINGS)
    high = turning(lambda d: float(score_z(gains, losses, items, d)) < -z, point, 1.0, _HALVINGS)
    return low, high


@lru_cache(maxsize=1024)
def exact_p(gains: int, losses: int, items: int, difference: float) -> tuple[float, float]:
    """Return the exact chances of a statistic as low, and as high, as this one, at the least kind share of losses.

    The unconditional test of Hsueh, Liu and Chen (2001), Biometrics 57:478-483: every outcome is counted, the nuisance
    parameter is set where the chance is greatest. Never above its level, whatever n.
    """
    all_gains, all_losses, ways = outcomes(items)
    z = score_z(all_gains, all_losses, items, difference)
    seen = float(score_z(gains, losses, items, difference))
    chances = _outcome_chances(items, difference, all_gains, all_losses, ways)
    low = float((chances @ (z <= seen + 1e-9)).max())
    high = float((chances @ (z >= seen - 1e-9)).max())
    return min(1.0, low), min(1.0, high)


@lru_cache(maxsize=1024)
def exact_interval(gains: int, losses: int, items: int, alpha: float) -> tuple[float, float]:
    """Return the bounds outside which the exact test refuses a difference; from the score interval outwards."""
    low, high = score_interval(gains, losses, items, alpha)
    return (
        turning(lambda d: exact_p(gains, losses, items, d)[1] > alpha, -1.0, low, _FEW_HALVINGS),
        turning(lambda d: exact_p(gains, losses, items, d)[0] <= alpha, high, 1.0, _FEW_HALVINGS),
    )


@lru_cache(maxsize=32)
def exact_high(items: int, difference: float) -> Numbers:
    """Return the second chance of ``exact_p`` for every outcome of so many items."""
    gains, losses, ways = outcomes(items)
    z = score_z(gains, losses, items, difference)
    order = np.argsort(-z)
    sums = _outcome_chances(items, difference, gains, losses, ways)[:, order].cumsum(axis=1).max(axis=0)
    as_high = np.searchsorted(-z[order], 1e-9 - z, side="right")
    return np.asarray(sums[as_high - 1])


@lru_cache(maxsize=8)
def outcomes(items: int) -> tuple[Numbers, Numbers, Numbers]:
    """Return every pair of gains and losses, and the logarithm of the number of ways to it."""
    gains, losses = np.nonzero(np.add.outer(np.arange(items + 1), np.arange(items + 1)) <= items)
    gained, lost = gains.astype(np.float64), losses.astype(np.float64)
    return gained, lost, log_ways(gained, lost, items)


def log_ways(gains: Numbers, losses: Numbers, items: int) -> Numbers:
    """Return the logarithm of the number of ways to so many gains and losses."""
    logs: Numbers = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, items + 1)))])
    gained, lost = gains.astype(np.intp), losses.astype(np.intp)
    return np.asarray(logs[items] - logs[gained] - logs[lost] - logs[items - gained - lost])


def _outcome_chances(items: int, difference: float, gains: Numbers, losses: Numbers, ways: Numbers) -> Numbers:
    """Return the chance of every outcome for shares of losses from none to all, shape (shares, outcomes)."""
    lost = np.linspace(max(0.0, -difference), (1 - difference) / 2, _NUISANCE)[:, None]
    gained = lost + difference
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = ways + _power(gained, gains) + _power(lost, losses) + _power(1 - gained - lost, items - gains - losses)
    return np.exp(logs)


def _power(share: Numbers, times: Numbers) -> Numbers:
    """Return the logarithm of ``share ** times``, 0 for 0 times of nothing."""
    return np.where(times == 0, 0.0, times * np.log(np.maximum(share, 0.0)))
