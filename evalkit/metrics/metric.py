"""What a metric is: its frozen settings, statistics of each row, and a value from sums of them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar, Literal, Self

import numpy as np
import orjson
import polars as pl
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, model_validator

from curate.core.run.errors import nearest
from evalkit.unscored import Need

Numbers = NDArray[np.float64]


class Metric(BaseModel):
    """The settings of a metric and its behaviour.

    Statistics are per row, and the value follows from their sums: intervals and paired tests sum rows again and never
    read a text twice.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    use: str
    variant: str = Field("", description="What stands behind the colon of the name.")

    variants: ClassVar[tuple[str, ...]] = ("",)  # "" is the bare name
    unit: ClassVar[str] = "share"
    better: ClassVar[Literal["higher", "lower"]] = "higher"
    best: ClassVar[float | None] = 1.0  # what references get against themselves; None where that says nothing
    needs: ClassVar[tuple[Need, ...]] = ("text", "reference")
    otherwise: ClassVar[str] = "bad_reference"  # why a row whose needs are met still has no statistic
    shares: ClassVar[bool] = False  # every statistic is 0 or 1, so that the interval has a closed form

    @model_validator(mode="after")
    def _known_variant(self) -> Self:
        if self.variant not in self.variants:
            names = [f"{self.use}:{one}" if one else self.use for one in self.variants]
            raise ValueError(f"no metric is called {self.name!r}{nearest(self.name, names)}")
        return self

    @property
    def name(self) -> str:
        """Return the one name that the metric has everywhere."""
        return f"{self.use}:{self.variant}" if self.variant else self.use

    @property
    def version(self) -> int:
        """Return a count of our changes that moved the number of this variant and these settings."""
        return 1

    @property
    def width(self) -> int:
        """Return how many numbers the statistics of a row have."""
        return 1

    def prepared(self, frame: pl.DataFrame) -> Self:
        """Return the metric with what it has to know of the whole set (labels, language); it never sees predictions.

        Files that settings name are read here; a set without rows shows whether they can be used.
        """
        return self

    @classmethod
    def together(cls, metrics: Sequence[Any], frame: pl.DataFrame) -> list[pl.Series]:
        """Return the statistics of metrics that inherit this method; some share work between them."""
        return [metric.statistics(frame) for metric in metrics]

    def statistics(self, frame: pl.DataFrame) -> pl.Series:
        """Return Float64 (or an array of ``width`` of them) for each row; null where the row cannot be scored."""
        raise NotImplementedError(f"{self.use} has no statistics")

    def why(self, frame: pl.DataFrame) -> list[str]:
        """Return for each row of a frame, none of which has a statistic although its needs are met, why it has none."""
        return [self.otherwise] * len(frame)

    def of_sums(self, sums: Numbers, rows: Numbers) -> Numbers:
        """Return the value of summed statistics (..., width) over so many rows (...); nan where there is none."""
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray(sums[..., 0] / rows)

    def replicates(self, statistics: Numbers, weights: Numbers) -> Numbers:
        """Return a value for each line of weights (draws, rows): how often a draw has each row."""
        return self.of_sums(weights @ statistics, weights.sum(axis=1))

    def total(self, statistics: pl.Series) -> float | None:
        """Return the value of the rows that could be scored; None where there are none."""
        numbers = as_numbers(statistics.drop_nulls())
        if not len(numbers):
            return None
        value = float(self.of_sums(numbers.sum(axis=0), np.float64(len(numbers)) * np.ones(())))
        return value if np.isfinite(value) else None

    @property
    def instead(self) -> str:
        """Return the metric to take where the value is too large for a number; empty where it never is."""
        return ""

    @property
    def choices(self) -> Mapping[str, object]:
        """Return every choice that moves the number, for the signature."""
        return {}

    @property
    def signature(self) -> str:
        """Return the text that tells two numbers apart that must not be compared."""
        told = [self.name, *(f"{key}:{value}" for key, value in self.choices.items()), f"v:{self.version}"]
        return "|".join(told)

    def details(self, frame: pl.DataFrame, statistics: pl.Series) -> dict[str, Any] | None:
        """Return what else is worth a look (a confusion matrix, a table of errors); None where there is nothing."""
        return None

    def records(self, *, texts: bool) -> list[dict[str, Any]]:
        """Return lines of ``judgements.jsonl``; most metrics write none."""
        return []

    def warnings(self, frame: pl.DataFrame) -> list[str]:
        """Return why the number may not mean what its name says."""
        return []


def fingerprint(parts: Iterable[str]) -> str:
    """Return eight hex digits that tell one set of texts from another, for a signature."""
    return hashlib.sha256(orjson.dumps(sorted(parts))).hexdigest()[:8]


def as_numbers(statistics: pl.Series) -> Numbers:
    """Return statistics without nulls as an array of shape (rows, width)."""
    numbers = np.ascontiguousarray(statistics.to_numpy(), dtype=np.float64)
    return numbers if numbers.ndim == 2 else numbers[:, None]


def as_series(name: str, numbers: Numbers | Sequence[Any]) -> pl.Series:
    """Return statistics of shape (rows,) or (rows, width) as a series: Float64, or arrays of it."""
    array = np.asarray(numbers, dtype=np.float64)
    if array.ndim == 1:
        return pl.Series(name, array, dtype=pl.Float64).fill_nan(None)
    return pl.Series(name, array, dtype=pl.Array(pl.Float64, array.shape[1]))


def truths(name: str, found: Sequence[bool | None]) -> pl.Series:
    """Return 1, 0, or null for each row."""
    return pl.Series(name, found, dtype=pl.Boolean).cast(pl.Float64)
