"""Flat message rows to lists of messages, one list a record."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import polars as pl

from curate.core.record.block import MESSAGE


def nest(
    flat: pl.DataFrame,
    counts: Sequence[int] | pl.Series | npt.NDArray[np.int64],
    present: Sequence[bool] | npt.NDArray[np.bool_] | None = None,
) -> pl.Series:
    """Return a series of lists: the first ``counts[0]`` rows of ``flat`` are the first list, and so on.

    ``flat`` has the columns of a message. A record whose ``present`` is false gets null instead of an empty list.
    """
    sizes = np.asarray(counts, dtype=np.int64)
    rows = np.repeat(np.arange(len(sizes)), sizes)
    keyed = flat.select(pl.struct(*MESSAGE.to_schema()).alias("messages"), pl.Series("row", rows).set_sorted())
    lists = keyed.group_by("row", maintain_order=True).agg("messages")
    if len(lists) == len(sizes):
        return lists["messages"]
    everyone = pl.DataFrame({"row": np.arange(len(sizes))})
    filled = everyone.join(lists, on="row", how="left", maintain_order="left")["messages"]
    if present is None:
        return filled.fill_null(pl.lit([], dtype=pl.List(MESSAGE)))
    here = pl.Series("present", present, dtype=pl.Boolean)
    empty = pl.lit([], dtype=pl.List(MESSAGE))
    return (
        pl.DataFrame({"messages": filled, "present": here})
        .select(
            pl.when(pl.col("messages").is_null() & pl.col("present"))
            .then(empty)
            .otherwise("messages")
            .alias("messages")
        )
        .to_series()
    )
