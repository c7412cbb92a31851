"""Cohen's kappa: agreement beyond what chance gives, plain (1960) and weighted (1968), with an interval."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evalkit.metrics.metric import Numbers
from evalkit.statistics.bca import Drawn
from evalkit.statistics.few import Interval
from evalkit.statistics.intervals import of_draws

DRAWS = 2000
PRIOR = 2  # rows, spread evenly over the cells: Jeffreys' half a row a cell, where there are two values
Counts = NDArray[np.int64]


@dataclass(frozen=True)
class Agreement:
    """How far two raters of the same rows agree."""

    n: int
    share: float  # of rows with the same value
    kappa: float | None  # None: both always said the same one thing, so that chance agrees wholly too
    interval: Interval | None
    weighted: float | None  # quadratic weights; None also where values have no order
    weighted_interval: Interval | None
    table: list[list[int]]  # [value of the first][value of the second]


def agreement(
    first: Sequence[str | int], second: Sequence[str | int], values: Sequence[str | int], seed: int
) -> Agreement:
    """Return the agreement of two lists of values; more than two values of numbers are ordered.

    Intervals of 95% have BCa bounds of a seeded bootstrap over rows (draws of the table's cells, which is the same)
    and are no narrower than Student's t of few rows; where no row moves kappa, they are Wilson's of as many rows. They
    are no narrower either than the quantiles of kappa where each cell has a little more than was seen: draws know
    nothing of agreement on a rare value that nobody happened to meet.
    """
    places = {value: place for place, value in enumerate(values)}
    table = np.zeros((len(values), len(values)), dtype=np.int64)
    for one, other in zip(first, second, strict=True):
        table[places[one], places[other]] += 1
    rows = len(first)
    ordered = len(values) > 2
    random = np.random.Generator(np.random.Philox(seed))
    drawn = random.multinomial(rows, table.ravel() / rows, size=DRAWS).reshape(DRAWS, *table.shape)
    likely = random.dirichlet(table.ravel() + PRIOR / table.size, size=DRAWS).reshape(DRAWS, *table.shape)
    plain, squared = 1 - np.eye(len(values)), _squared(len(values))
    return Agreement(
        rows,
        float(np.trace(table)) / rows,
        _number(kappas(table[None], plain)[0]),
        _interval(table, drawn, likely, plain),
        _number(kappas(table[None], squared)[0]) if ordered else None,
        _interval(table, drawn, likely, squared) if ordered else None,
        table.tolist(),
    )


def kappas(tables: Counts | Numbers, weights: Numbers) -> Numbers:
    """Return kappa of each table (tables, k, k), with weights of disagreement (k, k); nan where there is none."""
    rows = tables.sum(axis=(1, 2))
    with np.errstate(invalid="ignore", divide="ignore"):
        expected = tables.sum(axis=2)[:, :, None] * tables.sum(axis=1)[:, None, :] / rows[:, None, None]
        return np.asarray(1 - (tables * weights).sum(axis=(1, 2)) / (expected * weights).sum(axis=(1, 2)))


def _squared(size: int) -> Numbers:
    steps = np.arange(size, dtype=np.float64)
    return np.asarray((steps[:, None] - steps[None, :]) ** 2)


def _number(value: float) -> float | None:
    return float(f"{value:.6g}") if np.isfinite(value) else None


def _interval(table: Counts, drawn: Counts, likely: Numbers, weights: Numbers) -> Interval | None:
    value = float(kappas(table[None], weights)[0])
    if not np.isfinite(value):
        return None
    cells = np.flatnonzero(table)
    less = (table.ravel() - np.eye(table.size, dtype=np.int64)[cells]).reshape(-1, *table.shape)
    rest = np.repeat(kappas(less, weights), table.ravel()[cells])  # without each row
    values = kappas(drawn, weights)
    found = of_draws(Drawn(np.sort(values[np.isfinite(values)])), value, rest, "correlation")
    low, high = np.quantile(kappas(likely, weights), (0.025, 0.975))
    return None if found is None else (min(found[0], float(f"{low:.6g}")), max(found[1], float(f"{high:.6g}")))
