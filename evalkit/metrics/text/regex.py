"""Regex: a pattern, which is the row's reference, is found in the prediction."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

import polars as pl
from pydantic import Field, field_validator

from evalkit.metrics.metric import Metric
from evalkit.unscored import Need


class Regex(Metric):
    """1 where the prediction has a match of a reference, read as a regular expression, else 0.

    The engine takes linear time for every pattern, so that no pattern hangs; it has no look-around.
    """

    use: Literal["regex"] = "regex"
    pattern: str | None = Field(None, description="One pattern for all rows, in place of the references.")
    needs: ClassVar[tuple[Need, ...]] = ("text",)  # and a reference, where there is no pattern
    shares: ClassVar[bool] = True
    best: ClassVar[float | None] = None  # a pattern need not match itself

    @field_validator("pattern")
    @classmethod
    def _readable(cls, value: str | None) -> str | None:
        try:
            pl.Series([""]).str.contains(value or "")
        except pl.exceptions.ComputeError as error:
            told = str(error).split("\n\n", 1)[0].splitlines()[-1].removeprefix("error: ")
            raise ValueError(f"is no pattern that the engine can read: {told}") from error
        return value

    @property
    def version(self) -> int:
        """Return 2 of one pattern for all rows, which once left out those without a reference."""
        return 1 if self.pattern is None else 2

    @property
    def choices(self) -> Mapping[str, object]:
        """Return the engine, and the pattern where one serves all rows."""
        return {"engine": "rust"} | ({} if self.pattern is None else {"pattern": self.pattern})

    def statistics(self, frame: pl.DataFrame) -> pl.Series:
        """Return 1 or 0; null where no reference is a pattern that the engine can read."""
        known = pl.when(pl.col("references").list.len() > 0).then("references")  # an empty list would lose its row
        wanted = known if self.pattern is None else pl.lit([self.pattern], dtype=pl.List(pl.String))
        matches = pl.col("prediction").str.contains(pl.col("pattern"), strict=False)
        return (
            frame.lazy()
            .with_row_index("row")
            .select("row", "prediction", pattern=wanted)
            .explode("pattern")
            .group_by("row", maintain_order=True)
            .agg(pl.when(matches.is_not_null().any()).then(matches.any()).cast(pl.Float64).alias(self.name))
            .collect()[self.name]
        )

    def why(self, frame: pl.DataFrame) -> list[str]:
        """Return that a row has no reference, or none that is a pattern."""
        return [self.otherwise if references else "no_reference" for references in frame["references"].to_list()]
