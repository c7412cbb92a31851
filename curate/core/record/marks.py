"""The only functions that touch the mark columns of a block: reject, warn, edit."""

from __future__ import annotations

import polars as pl

from curate.core.record.block import BLOCK
from curate.core.record.nest import nest


def alive() -> pl.Expr:
    """Say which rows no step has dropped yet."""
    return pl.col("reason").is_null()


def _words(name: str) -> pl.Expr:
    return pl.col(name).fill_null(pl.lit([], dtype=BLOCK[name]))


def reject(
    block: pl.DataFrame,
    where: pl.Expr,
    reason: str,
    detail: pl.Expr | None = None,
    matched: pl.Expr | None = None,
    similarity: pl.Expr | None = None,
) -> pl.DataFrame:
    """Return the block with the rows ``where`` marked as dropped; a row dropped before keeps its first reason."""
    hits = block.select(where.fill_null(value=False) & alive()).to_series()
    if not hits.any():
        return block
    hit = pl.lit(hits)
    new = {"detail": detail, "matched": matched, "similarity": similarity}
    columns = [
        pl.when(hit).then(value.cast(BLOCK[name])).otherwise(pl.col(name)).alias(name)
        for name, value in new.items()
        if value is not None
    ]
    return block.with_columns(pl.when(hit).then(pl.lit(reason)).otherwise(pl.col("reason")).alias("reason"), *columns)


def warn(
    block: pl.DataFrame,
    where: pl.Expr,
    reason: str,
    detail: pl.Expr | None = None,
    matched: pl.Expr | None = None,
    similarity: pl.Expr | None = None,
) -> pl.DataFrame:
    """Return the block with ``reason`` added to the warnings of the rows ``where`` that are not dropped.

    The row it resembles, and the detail, are noted where no row was noted before.
    """
    hits = block.select(where.fill_null(value=False) & alive()).to_series()
    if not hits.any():
        return block
    given, one = _words("warnings"), pl.lit([reason])
    first = not block["warnings"].filter(hits).list.len().sum()  # what nearly all are; to add costs far more
    hit = pl.lit(hits) if first else pl.lit(hits) & ~given.list.contains(reason)
    grown = one if first else given.list.concat(one)
    new = {"detail": detail, "matched": matched, "similarity": similarity}
    noted = [
        pl.when(hit & pl.col("matched").is_null()).then(value).otherwise(pl.col(name)).alias(name)
        for name, value in new.items()
        if value is not None
    ]
    return block.with_columns(pl.when(hit).then(grown).otherwise(pl.col("warnings")).alias("warnings"), *noted)


def edit(block: pl.DataFrame, texts: pl.Expr, by: str, rejected: pl.Expr | None = None) -> pl.DataFrame:
    """Return the block with new message texts (a list of strings, one a message), noting the step where one changed.

    ``rejected`` are new texts of the other answers of pairs.
    """
    old = pl.col("messages").list.eval(pl.element().struct.field("text"))
    other = pl.col("rejected") if rejected is None else rejected
    differs = (texts.alias("new") != old).fill_null(value=False) | other.ne_missing(pl.col("rejected"))
    changes = block.select(alive() & differs).to_series()
    if not changes.any():
        return block
    changed = block.filter(changes)
    new = changed.select(texts.explode(empty_as_null=False)).to_series()
    flat = changed["messages"].explode(empty_as_null=False).struct.unnest().with_columns(text=new)
    rewritten = changed.select(
        "row", messages=nest(flat, changed["messages"].list.len()), __edited=pl.lit(value=True), rejected=other
    )
    noted = _words("edited_by").list.concat(pl.lit([by])).list.unique(maintain_order=True)
    return (
        block.join(rewritten, on="row", how="left", maintain_order="left", suffix="_new")
        .with_columns(
            messages=pl.coalesce("messages_new", "messages"),
            edited_by=pl.when("__edited").then(noted).otherwise("edited_by"),
            rejected=pl.coalesce("rejected_new", "rejected"),
        )
        .drop("messages_new", "rejected_new", "__edited")
    )
