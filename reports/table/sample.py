"""The order in which rows have their texts on the page: what matters most, then a sample of all sorts alike."""

from __future__ import annotations

import hashlib

import polars as pl

from reports.table.table import Table


def order(table: Table) -> tuple[list[int], int]:
    """Return row numbers, those to have their texts first in front, and how many rows ``first`` names.

    The rest takes turns: one row of each stratum, then a second of each. Within a stratum the digest of a row's key
    draws, so the same rows come whatever else is in the frame, and more room only ever adds to them.
    """
    frame = table.frame
    keys = frame[table.key].cast(pl.String).fill_null("").to_list()
    draws = [hashlib.blake2b(key.encode(), digest_size=8).hexdigest() for key in keys]
    first = frame[table.first].fill_null(value=False) if table.first else pl.repeat(False, len(keys), eager=True)
    strata = [_spelled(frame[name]).fill_null("").alias(f"stratum{n}") for n, name in enumerate(table.strata)]
    drawn = pl.DataFrame([pl.Series("draw", draws, pl.String), first.alias("first"), *strata]).with_row_index("row")
    among = ["first", *(column.name for column in strata)]
    ranked = drawn.with_columns(
        pl.when("first")
        .then(pl.col("row"))
        .otherwise(pl.struct("draw", "row").rank("ordinal").over(among))
        .alias("turn")
    )
    ordered = ranked.sort(~pl.col("first"), "turn", "draw", "row")
    return ordered["row"].to_list(), int(first.sum() or 0)


def _spelled(values: pl.Series) -> pl.Series:
    return values.list.join(", ") if isinstance(values.dtype, pl.List) else values.cast(pl.String)
