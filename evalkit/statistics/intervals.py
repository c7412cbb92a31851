"""Intervals of 95%: Wilson's for shares, else a seeded bootstrap over rows, or over clusters of rows.

Bootstraps of sums have BCa bounds (Efron 1987); of labels, whose value is no sum, they have plain percentiles.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from evalkit.metrics.metric import Metric, Numbers
from evalkit.statistics.bca import BCa, Drawn, acceleration
from evalkit.statistics.normal import below

DRAWS = 1000
SEED = 0
_Z = 1.959963984540054
_NUMBERS_AT_ONCE = 1_000_000
Interval = tuple[float, float]


def method(metric: Metric, *, clustered: bool, seed: int) -> str:
    """Return how the interval of a metric is made, for its signature."""
    if metric.shares and not clustered:
        return "wilson"
    return f"{'bca' if _sums_up(metric) else 'bootstrap'},{DRAWS},seed:{seed}" + (",clusters" if clustered else "")


def _sums_up(metric: Metric) -> bool:
    """Say whether the value follows from summed statistics, so that leaving a row out is a subtraction."""
    return type(metric).replicates is Metric.replicates


def intervals(
    metrics: Sequence[Metric], statistics: Sequence[Numbers], clusters: NDArray[np.intp] | None, seed: int
) -> list[Interval | None]:
    """Return an interval for each metric, of statistics of shape (rows, width), nan where a row has no score.

    ``clusters`` holds a number for each row, 0 to the number of clusters: rows of one cluster are drawn together, since
    they tell less than as many rows of their own (Miller 2024).
    """
    found: list[Interval | None] = [None] * len(metrics)
    drawn: list[int] = []
    for place, (metric, numbers) in enumerate(zip(metrics, statistics, strict=True)):
        scored = numbers[~np.isnan(numbers[:, 0])]
        if len(scored) and metric.shares and clusters is None:
            found[place] = wilson(float(scored.sum()), len(scored))
        elif len(scored):
            drawn.append(place)
    if drawn:
        values = _replicates(
            [metrics[place] for place in drawn], [statistics[place] for place in drawn], clusters, seed
        )
        for place, replicates in zip(drawn, values, strict=True):
            if _sums_up(metrics[place]):
                found[place] = bca(replicates, *_left_out(metrics[place], statistics[place], clusters))
            else:
                found[place] = _percentiles(replicates)
    return found


def wilson(hits: float, rows: int, z: float = _Z) -> Interval:
    """Return Wilson's score interval of a share (Wilson 1927): never empty at 0 or 1, as Wald's is."""
    share, square = hits / rows, z * z / rows
    centre = (share + square / 2) / (1 + square)
    half = z * math.sqrt(share * (1 - share) / rows + square / rows / 4) / (1 + square)
    return _rounded(max(0.0, centre - half)), _rounded(min(1.0, centre + half))


def _replicates(
    metrics: Sequence[Metric], statistics: Sequence[Numbers], clusters: NDArray[np.intp] | None, seed: int
) -> list[Numbers]:
    rows = len(statistics[0])
    units = rows if clusters is None else int(clusters.max()) + 1
    keep = [np.flatnonzero(~np.isnan(numbers[:, 0])) for numbers in statistics]
    scored = [numbers[kept] for numbers, kept in zip(statistics, keep, strict=True)]
    values: list[list[Numbers]] = [[] for _ in metrics]
    random = np.random.Generator(np.random.Philox(seed))
    at_once = max(1, min(DRAWS, _NUMBERS_AT_ONCE // max(rows, units)))
    for first in range(0, DRAWS, at_once):
        weights = _weights(random, min(at_once, DRAWS - first), units)
        if clusters is not None:
            weights = weights[:, clusters]
        for place, (metric, numbers, kept) in enumerate(zip(metrics, scored, keep, strict=True)):
            values[place].append(metric.replicates(numbers, weights if len(kept) == rows else weights[:, kept]))
    return [np.concatenate(parts) for parts in values]


def _weights(random: np.random.Generator, draws: int, units: int) -> Numbers:
    """Return how often each of ``units`` is in each draw of ``units`` with replacement, shape (draws, units)."""
    places = random.integers(0, units, size=(draws, units), dtype=np.int64)
    places += np.arange(draws, dtype=np.int64)[:, None] * units
    return np.bincount(places.ravel(), minlength=draws * units).reshape(draws, units).astype(np.float64)


def bca(replicates: Numbers, value: float, left_out: Numbers) -> Interval | None:
    """Return BCa bounds; ``left_out`` holds the value without each unit."""
    drawn = replicates[np.isfinite(replicates)]
    if not len(drawn):
        return None
    known = left_out[np.isfinite(left_out)]  # without its only row there is no value
    skew = acceleration(known, np.ones(len(known))) if len(known) else 0.0
    low, high = BCa(Drawn(np.sort(drawn)), value, skew).bounds(below(-_Z))
    return _rounded(low), _rounded(high)


def _left_out(metric: Metric, numbers: Numbers, clusters: NDArray[np.intp] | None) -> tuple[float, Numbers]:
    """Return the value of all scored rows, and that without each row, or each cluster of rows."""
    scored = ~np.isnan(numbers[:, 0])
    rows = np.hstack([numbers[scored], np.ones((int(scored.sum()), 1))])
    total = rows.sum(axis=0)
    if clusters is not None:
        units = np.zeros((int(clusters.max()) + 1, rows.shape[1]))
        np.add.at(units, clusters[scored], rows)
        rows = units[units[:, -1] > 0]
    rest = total - rows
    with np.errstate(invalid="ignore", divide="ignore"):
        whole = metric.of_sums(total[None, :-1], total[None, -1])
        return float(whole[0]), np.asarray(metric.of_sums(rest[:, :-1], rest[:, -1]))


def _percentiles(replicates: Numbers) -> Interval | None:
    finite = replicates[np.isfinite(replicates)]
    if not len(finite):
        return None
    low, high = np.quantile(finite, (0.025, 0.975))
    return _rounded(float(low)), _rounded(float(high))


def _rounded(value: float) -> float:
    """Return six digits: sums of products differ in the last bits from one number of threads to another."""
    return float(f"{value:.6g}")
