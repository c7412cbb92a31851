"""Clusters as numbers: items that belong together, such as samples of one prompt or turns of one chat."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import ArrayLike, NDArray


def numbered(names: pl.Series) -> NDArray[np.intp] | None:
    """Return a number for the cluster of each item, an item without one being its own; None where no two share one.

    Numbers go from 0 up, in the order in which the clusters are met.
    """
    known = names.drop_nulls()
    if known.n_unique() == len(known):
        return None
    seen: dict[str | int, int] = {}
    alone_or_named = (place if name is None else name for place, name in enumerate(names.to_list()))
    return np.array([seen.setdefault(key, len(seen)) for key in alone_or_named], dtype=np.intp)


def closed_up(numbers: ArrayLike) -> NDArray[np.intp]:
    """Return the clusters of some of the items by numbers from 0 without gaps; of two, the lower stays the lower."""
    return np.unique(numbers, return_inverse=True)[1].astype(np.intp)


def as_met(numbers: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return clusters by numbers from 0 without gaps, in the order in which they are met."""
    _, first, own = np.unique(numbers, return_index=True, return_inverse=True)
    rank = np.empty_like(first)
    rank[np.argsort(first)] = np.arange(len(first))
    return np.asarray(rank[own], np.intp)
