"""Statistics as cells: the different rows there are, and how often each comes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from evalkit.metrics.metric import Metric, Numbers


def sums_up(metric: Metric) -> bool:
    """Say whether the value follows from summed statistics, and not from how often each row of them comes."""
    return type(metric).replicates is Metric.replicates


def cells_of(rows: Numbers) -> tuple[Numbers, Numbers, NDArray[np.intp]]:
    """Return the different rows of statistics (cells, width), how often each comes, and the cell of each row."""
    cells, place, counts = np.unique(rows, axis=0, return_inverse=True, return_counts=True)
    return cells, counts.astype(np.float64), place.reshape(-1)


def by_cluster(place: NDArray[np.intp], cells: int, clusters: NDArray[np.intp], many: int) -> Numbers:
    """Return how often each of so many clusters has each cell, shape (many, cells), of rows of these clusters."""
    flat = np.bincount(clusters * cells + place, minlength=many * cells)
    return flat.reshape(many, cells).astype(np.float64)
