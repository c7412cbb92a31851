"""The ledger: one row for every row that came in, with what happened to it, by which step, and why."""

from __future__ import annotations

from pathlib import Path

import polars as pl

_COLUMNS: dict[str, pl.DataType | type[pl.DataType]] = {
    "id": pl.String,
    "source": pl.String,
    "line": pl.UInt64,
    "origin": pl.String,  # input, or how it was generated
    "parents": pl.List(pl.String),
    "decision": pl.String,  # kept or dropped
    "step": pl.String,
    "reason": pl.String,
    "detail": pl.String,
    "matched_id": pl.String,
    "similarity": pl.Float64,
    "cluster": pl.UInt64,  # the smallest row number of those that resemble each other
    "warnings": pl.List(pl.String),
    "edited_by": pl.List(pl.String),
    "split": pl.String,
}
LEDGER = pl.Schema(_COLUMNS)
GROUP_ROWS = 50_000


def ledger_of(block: pl.DataFrame, sources: pl.Series, step_of: pl.DataFrame, ids: pl.DataFrame) -> pl.DataFrame:
    """Return the ledger of a block that has, beside its own columns, ``matched_id``, ``cluster`` and ``split``.

    ``sources`` has the name of each source at its index, ``step_of`` the columns ``reason`` and ``step``, ``ids`` those
    of the rows that others were made of: ``row`` and ``id``.
    """
    return (
        block.join(step_of, on="reason", how="left", maintain_order="left")
        .with_columns(
            source=sources.gather(block["source"]),
            parents=_named(block["parents"], ids),
            decision=pl.when(pl.col("reason").is_null()).then(pl.lit("kept")).otherwise(pl.lit("dropped")),
        )
        .select(LEDGER.names())
        .cast(LEDGER)
    )


def _named(rows: pl.Series, ids: pl.DataFrame) -> pl.Series:
    """Return lists of rows as lists of their ids."""
    if not rows.list.len().sum():
        return rows.cast(pl.List(pl.String))
    numbered = rows.to_frame("row").with_row_index("at")
    flat = numbered.explode("row", empty_as_null=False).join(ids, on="row", how="left", maintain_order="left")
    named = flat.group_by("at", maintain_order=True).agg("id")
    lists = numbered.select("at").join(named, on="at", how="left", maintain_order="left")["id"]
    return lists.fill_null(pl.lit([], dtype=pl.List(pl.String)))


def write_ledger(parts: list[Path], path: Path) -> None:
    """Write the parts (Arrow IPC, in order) as one Parquet file, in row groups of a fixed size.

    The bytes depend on the rows alone: not on the blocks they came in, nor on the number of threads.
    """
    if not parts:
        LEDGER.to_frame().write_parquet(path)
        return
    pl.scan_ipc(parts, glob=False).sink_parquet(
        path, row_group_size=GROUP_ROWS, compression="zstd", maintain_order=True
    )
