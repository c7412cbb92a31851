"""The paired statistics that a rule looks at, and what is estimated of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from evalkit.gate.statistics.resample import Units, as_units
from evalkit.metrics.metric import Metric, Numbers
from evalkit.statistics.cells import by_cluster, cells_of, sums_up
from evalkit.statistics.clusters import closed_up
from evalkit.statistics.few import effective

Kind = Literal["difference", "ratio", "value"]
_LEFT_OUT_AT_ONCE = 512


@dataclass(frozen=True)
class Sample:
    """The statistics of two runs on the same items, each of shape (items, width); every item has both."""

    metric: Metric
    base: Numbers  # of width 0 where a rule looks at the candidate alone
    candidate: Numbers
    clusters: NDArray[np.intp] | None  # 0 to the number of clusters; None: each item stands for itself

    @property
    def n(self) -> int:
        """Return how many items there are."""
        return len(self.candidate)

    @property
    def units(self) -> int:
        """Return how many independent units there are: clusters, or items."""
        return self.n if self.clusters is None else int(self.clusters.max()) + 1

    @property
    def effective(self) -> int:
        """Return how many units of equal size tell as much as these."""
        return self.n if self.clusters is None else effective(self.clusters)

    @property
    def binary(self) -> bool:
        """Say whether every item is right or wrong, so that closed forms hold."""
        return self.metric.shares and self.clusters is None

    @property
    def moved(self) -> Numbers:
        """Return the candidate's first number of each item less the baseline's, where there is one."""
        return np.asarray(self.candidate[:, 0] - self.base[:, 0] if self.base.shape[1] else self.candidate[:, 0])

    @property
    def moving(self) -> int:
        """Return how many units have an item on which the runs differ; all of them where there is no baseline."""
        if not self.base.shape[1]:
            return self.units
        rows = np.flatnonzero((self.base != self.candidate).any(axis=1))
        return len(rows if self.clusters is None else np.unique(self.clusters[rows]))

    @property
    def alone(self) -> Sample:
        """Return the candidate without a baseline."""
        return Sample(self.metric, self.candidate[:, :0], self.candidate, self.clusters)

    @property
    def mean(self) -> bool:
        """Say whether the metric is the plain mean of one number an item."""
        kind = type(self.metric)
        return kind.of_sums is Metric.of_sums and not of_cells(self.metric) and self.candidate.shape[1] == 1

    def take(self, rows: NDArray[np.intp]) -> Sample:
        """Return the sample of some items."""
        clusters = None if self.clusters is None else closed_up(self.clusters[rows])
        return Sample(self.metric, self.base[rows], self.candidate[rows], clusters)


@dataclass(frozen=True)
class Estimand:
    """Units whose summed statistics have a value: a difference, a ratio, or one run's own."""

    units: Units
    of: Callable[[Numbers], Numbers]  # sums (draws, width) -> values (draws,)

    @property
    def value(self) -> float:
        """Return the value of all units."""
        return float(self.of(self.units.total[None, :])[0])

    def left_out(self) -> Numbers:
        """Return the value without one unit of each kind."""
        kinds, total = self.units.kinds, self.units.total
        parts = [
            self.of(total - kinds[first : first + _LEFT_OUT_AT_ONCE])
            for first in range(0, len(kinds), _LEFT_OUT_AT_ONCE)
        ]
        found = np.concatenate(parts)
        return np.where(np.isfinite(found), found, self.value)


def estimand(sample: Sample, kind: Kind) -> Estimand:
    """Return what a rule estimates of a sample."""
    runs = [run for run in (sample.base, sample.candidate) if run.shape[1]]
    joint = np.hstack(runs)
    width = sample.candidate.shape[1]
    sides = [slice(place * width, (place + 1) * width) for place in range(len(runs))]
    metric = sample.metric
    if of_cells(metric):
        cells, counts, place = cells_of(joint)
        units = (
            _by_cluster(place, len(cells), sample.clusters)
            if sample.clusters is not None
            else Units(np.eye(len(cells)), counts)
        )

        def values(sums: Numbers) -> list[Numbers]:
            return [metric.replicates(cells[:, side], sums) for side in sides]
    else:
        rows = np.hstack([joint, np.ones((len(joint), 1))])
        units = as_units(rows if sample.clusters is None else _summed(rows, sample.clusters))

        def values(sums: Numbers) -> list[Numbers]:
            return [metric.of_sums(sums[:, side], sums[:, -1]) for side in sides]

    def of(sums: Numbers) -> Numbers:
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            found = values(sums)
            return found[0] if len(found) == 1 else found[1] / found[0] if kind == "ratio" else found[1] - found[0]

    return Estimand(units, of)


@np.errstate(over="ignore", invalid="ignore")  # a sum may be too large for a number: it has no value then
def value_of(metric: Metric, statistics: Numbers) -> float:
    """Return a run's value of statistics (items, width)."""
    if of_cells(metric):
        cells, counts, _ = cells_of(statistics)
        return float(metric.replicates(cells, counts[None, :])[0])
    rows = np.full(1, float(len(statistics)))
    return float(metric.of_sums(statistics.sum(axis=0)[None, :], rows)[0])


def of_cells(metric: Metric) -> bool:
    """Say whether the value follows from how often each row of statistics comes, and not from their sums."""
    return not sums_up(metric)


def _by_cluster(place: NDArray[np.intp], cells: int, clusters: NDArray[np.intp]) -> Units:
    many = int(clusters.max()) + 1
    return Units(by_cluster(place, cells, clusters, many), np.ones(many))


def _summed(rows: Numbers, clusters: NDArray[np.intp]) -> Numbers:
    """Return the sum of the rows of each cluster."""
    order = np.argsort(clusters, kind="stable")
    starts = np.flatnonzero(np.diff(clusters[order], prepend=-1))
    return np.asarray(np.add.reduceat(rows[order], starts, axis=0))
