"""No label, source or field value with more than its share of rows."""

from __future__ import annotations

from typing import Any, ClassVar, Literal, Self

import orjson
import polars as pl
from pydantic import Field, PositiveInt, PrivateAttr

from curate.core.record.draw import draws
from curate.core.record.exact import written
from curate.core.record.fields import field_values
from curate.core.record.marks import alive
from curate.core.record.tables import Engine, Table
from curate.steps.step import DECISIONS, SetStep

_PURPOSE = 0xBA1A4CE  # of its draws: by those of a split it would keep the rows that go to train


class Balance(SetStep):
    """Keep at most ``cap`` rows of each value of ``by``; which of them is drawn by seed and content.

    ``by`` is ``label``, ``source``, ``cluster`` (rows that resemble one kept row, where ``near_duplicates`` only warns)
    or the name of a field, with dots into objects (``meta.topic``). Rows without the value are left alone.
    """

    use: Literal["balance"] = "balance"
    by: str = Field("label", description="label, source, cluster, or the name of a field, dots leading into objects.")
    cap: PositiveInt = Field(1000, description="Most rows of one value.")
    seed: int | None = Field(None, description="Seed of the draw; the run's, if absent.")
    reasons: ClassVar[dict[str, str]] = {"over_cap": "Its label, source or field value has more than cap rows."}
    _spared: int = PrivateAttr(0)  # rows numbered below stay, and fill the cap first

    def sparing(self, first: int) -> Self:
        """Return the step as it decides where rows numbered below ``first`` stay: they fill the cap first."""
        step = self.model_copy()
        step._spared = first
        return step

    @property
    def reads_twins(self) -> bool:
        """Say whether its keys are what the set steps before it decided: it starts another pass."""
        return self.by == "cluster"

    def keys(self, block: pl.DataFrame) -> pl.DataFrame:
        """Return the value and the digest of each row that has the value."""
        rows = block.filter(alive())
        value = {
            "label": pl.col("label"),
            "source": pl.col("source").cast(pl.String),
            "cluster": pl.coalesce("matched", "row").cast(pl.String),
        }.get(self.by, pl.col("raw").map_batches(self._field, return_dtype=pl.String))
        return rows.select("row", "digest", value=value).drop_nulls("value")

    def _field(self, raws: pl.Series) -> pl.Series:
        def one(value: Any) -> str | None:
            return None if value is None else written(value, orjson.OPT_SORT_KEYS).decode()

        return pl.Series([one(value) for (value,) in field_values(raws, [self.by])], dtype=pl.String)

    def decide(self, keys: Table, engine: Engine) -> pl.DataFrame:
        """Mark the rows of each value that were drawn after the cap was full."""
        over = engine.group(keys, "value", self._over_cap)
        if "value" not in over.columns:
            return DECISIONS.to_frame()
        return (
            over.read(["row", "value"])
            .sort("row")
            .select(
                "row",
                reason=pl.lit("over_cap"),
                drops=pl.lit(value=self.drops("over_cap")),
                detail=pl.format("{} {} has more than {} rows", pl.lit(self.by), "value", pl.lit(self.cap)),
                matched=pl.lit(None, dtype=pl.UInt64),
                similarity=pl.lit(None, dtype=pl.Float64),
                cluster=pl.lit(None, dtype=pl.UInt64),
            )
            .cast(DECISIONS)
        )

    def missing(self, keys: Table) -> str | None:
        """Return that no row has the field, as a sentence; None where one has it."""
        if any(len(rows) for rows in keys.batches(["row"])):
            return None
        return (
            f"balance by: no row has {'a label' if self.by == 'label' else f'the field {self.by!r}'}; none was capped"
        )

    def _over_cap(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Return the rows that are drawn after the cap of their value is full."""
        drawn = rows.with_columns(draw=draws(self.seed or 0, rows["digest"], _PURPOSE))
        drawn = drawn.sort(pl.col("row") >= self._spared, "draw", "row")
        return drawn.filter(pl.col("row").cum_count().over("value") > self.cap)
