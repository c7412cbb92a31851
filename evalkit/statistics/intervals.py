"""Intervals of 95%: Wilson's for shares, else a seeded bootstrap over rows, or over clusters of rows.

Bootstraps of sums have BCa bounds (Efron 1987); of labels, whose value is no sum, they have percentiles of draws that
are moved to have the value as their median. Both are expanded by the number of units, and where these are few, they are
no narrower than Student's t. Where nothing varies among the units, draws say nothing: then a metric of known range has
Wilson's interval of as many units, any other none.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from evalkit.metrics.metric import Metric, Numbers
from evalkit.statistics.bca import BCa, Drawn, acceleration, expanded, jackknife_error
from evalkit.statistics.cells import sums_up
from evalkit.statistics.few import Interval, effective, no_narrower_than_t, range_of, varies
from evalkit.statistics.left_out import left_out
from evalkit.statistics.normal import below

DRAWS = 1000
SEED = 0
_Z = 1.959963984540054
_ALPHA = below(-_Z)  # of each bound
_NUMBERS_AT_ONCE = 1_000_000
Bounds = Callable[[Drawn, float, Numbers, int], Interval | None]


def method(metric: Metric, *, clustered: bool, seed: int) -> str:
    """Return how the interval of a metric is made, for its signature."""
    if metric.shares and not clustered:
        return "wilson"
    bounds = "bca_or_t" if sums_up(metric) else "bootstrap_or_t"
    return f"{bounds},{DRAWS},seed:{seed}" + (",clusters" if clustered else "")


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
            found[place] = _bootstrapped(metrics[place], statistics[place], clusters, replicates)
    return found


def _bootstrapped(
    metric: Metric, numbers: Numbers, clusters: NDArray[np.intp] | None, replicates: Numbers
) -> Interval | None:
    drawn = Drawn(np.sort(replicates[np.isfinite(replicates)]))
    scored = ~np.isnan(numbers[:, 0])
    own = None if clusters is None else clusters[scored]
    value, rest = left_out(metric, numbers[scored], own)
    if not len(drawn.values):
        return None
    units = None if own is None else effective(own)
    if sums_up(metric):
        return of_draws(drawn, value, rest, metric.unit, bca, units)
    return of_draws(drawn.around(value), value, rest, metric.unit, percentiles, units)


def still(value: float, units: int, unit: str) -> Interval | None:
    """Return the interval of a value that is the same without any one of its units; None if it has no greatest value.

    Wilson's of as many rows with this share: in a known range no distribution of a mean is wider than that of right and
    wrong (Bhatia and Davis 2000, The American Mathematical Monthly 107:353-357).
    """
    least, most = range_of(unit)
    if not math.isfinite(most):
        return None
    share = min(1.0, max(0.0, (value - least) / (most - least)))
    low, high = wilson(share * units, units)
    return _rounded(least + low * (most - least)), _rounded(least + high * (most - least))


def wilson(hits: float, rows: int, z: float = _Z) -> Interval:
    """Return Wilson's score interval of a share, to six digits."""
    low, high = wilson_bounds(hits, rows, z)
    return _rounded(low), _rounded(high)


def wilson_bounds(hits: float, rows: int, z: float) -> Interval:
    """Return Wilson's score interval of a share (Wilson 1927): never empty at 0 or 1, as Wald's is."""
    share, square = hits / rows, z * z / rows
    centre = (share + square / 2) / (1 + square)
    half = z * math.sqrt(share * (1 - share) / rows + square / rows / 4) / (1 + square)
    return (max(0.0, centre - half) if hits > 0 else 0.0), (min(1.0, centre + half) if hits < rows else 1.0)


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


def bca(drawn: Drawn, value: float, rest: Numbers, units: int) -> Interval | None:
    """Return BCa bounds of draws; ``rest`` holds the value without each unit. None where none moves it.

    ``units`` is how many of equal size they are worth.
    """
    known, error = _jackknifed(rest)
    if not varies(error, value):
        return None
    bounds = BCa(drawn, value, acceleration(known, np.ones(len(known))), units).bounds(_ALPHA)
    return no_narrower_than_t(bounds, value, error, units, _ALPHA)


def percentiles(drawn: Drawn, value: float, rest: Numbers, units: int) -> Interval | None:
    """Return expanded percentiles (Hesterberg 2015) of draws; None where no unit moves the value."""
    _, error = _jackknifed(rest)
    if not varies(error, value):
        return None
    chance = below(expanded(_ALPHA, units))
    return no_narrower_than_t((drawn.quantile(chance), drawn.quantile(1 - chance)), value, error, units, _ALPHA)


def of_draws(
    drawn: Drawn, value: float, rest: Numbers, unit: str, bounds_of: Bounds = bca, effective: int | None = None
) -> Interval | None:
    """Return the interval of a value of some unit, by draws and by what it is without each of its units (``rest``).

    ``bounds_of`` are ``bca`` (the default) or ``percentiles``; ``effective`` is how many units of equal size they are
    worth. None where nothing varies that could be of any size, or a bound is no number.
    """
    bounds = bounds_of(drawn, value, rest, len(rest) if effective is None else effective)
    if bounds is None:
        return still(value, len(rest), unit)
    if not all(map(math.isfinite, bounds)):
        return None
    least, most = range_of(unit)
    return _rounded(max(least, bounds[0])), _rounded(min(most, bounds[1]))


def _jackknifed(rest: Numbers) -> tuple[Numbers, float]:
    """Return the values that there are without a unit (without its only row a set has none), and the standard error."""
    known = rest[np.isfinite(rest)]
    return known, jackknife_error(known, np.ones(len(known))) if len(known) > 1 else 0.0


def _rounded(value: float) -> float:
    """Return six digits: sums of products differ in the last bits from one number of threads to another."""
    return float(f"{value:.6g}")
