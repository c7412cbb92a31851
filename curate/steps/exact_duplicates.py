"""Records that are the same conversation."""

from __future__ import annotations

from typing import ClassVar, Literal

import polars as pl
from pydantic import Field

from curate.core.record.marks import alive
from curate.core.record.tables import Engine, Table
from curate.steps.normalise import Normalise
from curate.steps.step import DECISIONS, SetStep

_SEEDS = (0x7EE1, 0x5EED)  # two 64-bit hashes: a chance collision among 10^9 rows has probability 10^-21


class ExactDuplicates(SetStep):
    """Keep the first of the records whose whole conversation is the same after normalising.

    System prompt, tools, every turn with its tool calls and the rejected answer are in the key. Weights and other
    fields are not.
    """

    use: Literal["exact_duplicates"] = "exact_duplicates"
    normalise: Normalise | None = Field(None, description="How texts are made comparable; as the run does, if absent.")
    reasons: ClassVar[dict[str, str]] = {"exact_duplicate": "The same conversation stands earlier."}

    def keys(self, block: pl.DataFrame) -> pl.DataFrame:
        """Return two 64-bit hashes of the normalised conversation."""
        rule = self.normalise or Normalise()
        message = pl.element().struct
        turn = pl.concat_str(
            message.field("role"),
            rule.key(message.field("text").fill_null("\x00")),
            message.field("parts").cast(pl.String).fill_null(""),
            message.field("calls").cast(pl.String).fill_null(""),
            message.field("name").fill_null(""),
            separator="\x1f",
        )
        whole = pl.concat_str(
            pl.col("messages").list.eval(turn).list.join("\x1e"),
            pl.col("tools").cast(pl.String).fill_null(""),
            rule.key(pl.col("rejected").fill_null("\x00")),
            separator="\x1d",
        )
        rows = block.filter(alive() & pl.col("messages").is_not_null()).select("row", whole=whole)
        return rows.select("row", *[pl.col("whole").hash(seed).alias(f"key{i}") for i, seed in enumerate(_SEEDS)])

    def decide(self, keys: Table, engine: Engine) -> pl.DataFrame:
        """Mark every row whose key stood before, matched with the first."""
        first = pl.col("row").first().over("key0", "key1")
        twins = engine.group(keys, "key0", lambda rows: rows.with_columns(matched=first).filter(first != pl.col("row")))
        if "matched" not in twins.columns:
            return DECISIONS.to_frame()
        return (
            twins.read(["row", "matched"])
            .sort("row")
            .select(
                "row",
                reason=pl.lit("exact_duplicate"),
                drops=pl.lit(value=self.drops("exact_duplicate")),
                detail=pl.lit(None, dtype=pl.String),
                matched="matched",
                similarity=pl.lit(1.0),
            )
            .cast(DECISIONS)
        )
