"""The only functions that touch the mark columns of a block: reject, warn, edit; and whose evidence a row has."""

from __future__ import annotations

import polars as pl

from curate.core.record.block import BLOCK
from curate.core.record.nest import nest

_EVIDENCE = ("detail", "matched", "similarity")


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
    """Return the block with the rows ``where`` marked as dropped; a row dropped before keeps its first reason.

    Detail, the row it resembles and similarity are those of the reason: what a warning told before gives way to them.
    """
    hits = block.select(where.fill_null(value=False) & alive()).to_series()
    if not hits.any():
        return block
    hit = pl.lit(hits)
    columns = [
        pl.when(hit).then(value).otherwise(pl.col(name)).alias(name)
        for name, value in _evidence(detail, matched, similarity).items()
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

    Detail, the row it resembles and similarity are of one warning: the first that tells any, which ``told_of`` names.
    It comes before those that tell nothing.
    """
    hits = block.select(where.fill_null(value=False) & alive()).to_series()
    if not hits.any():
        return block
    given, one = _words("warnings"), pl.lit([reason])
    first = not block["warnings"].filter(hits).list.len().sum()  # what nearly all are; to add costs far more
    hit = pl.lit(hits) if first else pl.lit(hits) & ~given.list.contains(reason)
    new = _evidence(detail, matched, similarity)
    telling = hit & pl.all_horizontal(pl.col(_EVIDENCE).is_null())
    telling &= pl.any_horizontal(value.is_not_null() for value in new.values())
    grown = one if first else pl.when(telling).then(one.list.concat(given)).otherwise(given.list.concat(one))
    noted = [pl.when(telling).then(value).otherwise(pl.col(name)).alias(name) for name, value in new.items()]
    return block.with_columns(pl.when(hit).then(grown).otherwise(pl.col("warnings")).alias("warnings"), *noted)


def told_of() -> pl.Expr:
    """Return the word that a row's detail, matched row and similarity are of: its reason, or else its first warning."""
    return pl.coalesce("reason", pl.col("warnings").list.first())


def _evidence(*told: pl.Expr | None) -> dict[str, pl.Expr]:
    return {
        name: (pl.lit(None) if value is None else value).cast(BLOCK[name])
        for name, value in zip(_EVIDENCE, told, strict=True)
    }


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
