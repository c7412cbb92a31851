"""The jackknife: a metric's value without each unit, a row or a cluster of rows."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from evalkit.metrics.metric import Metric, Numbers
from evalkit.statistics.cells import by_cluster, cells_of, sums_up
from evalkit.statistics.clusters import closed_up

_NUMBERS_AT_ONCE = 1_000_000


def left_out(metric: Metric, numbers: Numbers, clusters: NDArray[np.intp] | None) -> tuple[float, Numbers]:
    """Return the value of scored rows (rows, width), and that without each unit (units,); nan where nothing is left.

    Without clusters each row is a unit; ``clusters`` holds a number for each row.
    """
    own = None if clusters is None else closed_up(clusters)
    with np.errstate(invalid="ignore", divide="ignore"):
        return (_of_sums if sums_up(metric) else _of_cells)(metric, numbers, own)


def _of_sums(metric: Metric, numbers: Numbers, clusters: NDArray[np.intp] | None) -> tuple[float, Numbers]:
    rows = np.hstack([numbers, np.ones((len(numbers), 1))])
    total = rows.sum(axis=0)
    if clusters is not None:
        units = np.zeros((int(clusters.max()) + 1, rows.shape[1]))
        np.add.at(units, clusters, rows)
        rows = units
    rest = total - rows
    whole = metric.of_sums(total[None, :-1], total[None, -1])
    return float(whole[0]), np.asarray(metric.of_sums(rest[:, :-1], rest[:, -1]))


def _of_cells(metric: Metric, numbers: Numbers, clusters: NDArray[np.intp] | None) -> tuple[float, Numbers]:
    cells, counts, place = cells_of(numbers)
    whole = float(metric.replicates(cells, counts[None, :])[0])
    if clusters is None:
        return whole, metric.replicates(cells, counts - np.eye(len(cells)))[place]
    rest = [metric.replicates(cells, counts - units) for units in _units(place, len(cells), clusters)]
    return whole, np.concatenate(rest)


def _units(place: NDArray[np.intp], cells: int, clusters: NDArray[np.intp]) -> Iterator[Numbers]:
    """Yield the cells of some clusters after the other."""
    many = int(clusters.max()) + 1
    at_once = max(1, _NUMBERS_AT_ONCE // cells)
    for first in range(0, many, at_once):
        last = min(many, first + at_once)
        own = (clusters >= first) & (clusters < last)
        yield by_cluster(place[own], cells, clusters[own] - first, last - first)
