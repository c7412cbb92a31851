"""What metrics through sacrebleu share: its signature, its counts, and references as it takes them."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import version as installed
from typing import Any, ClassVar, Self

import numpy as np
import polars as pl
from pydantic import Field, PrivateAttr

from evalkit.metrics.metric import Metric, as_series

_ROWS_AT_ONCE = 256  # whose n-grams are in memory


class Sacrebleu(Metric):
    """A score of the corpus, 0 to 100, of counts that sacrebleu takes."""

    lowercase: bool = Field(default=False, description="Ignore letter case.")
    _references: str = PrivateAttr("")  # how many a row has
    unit: ClassVar[str] = "points"
    best: ClassVar[float | None] = 100.0

    def prepared(self, frame: pl.DataFrame) -> Self:
        """Return the metric with the number of references, for its signature."""
        known = self.model_copy()
        known._references = _reference_count(frame)
        return known

    def signed(self, own: Mapping[str, object]) -> Mapping[str, object]:
        """Return what sacrebleu's own signature says, in its order; ``own`` is what only this score has."""
        case = "lc" if self.lowercase else "mixed"
        return {"nrefs": self._references, "case": case, **own, "version": installed("sacrebleu")}

    def counted(self, metric: Any, frame: pl.DataFrame) -> pl.Series:
        """Return sacrebleu's sufficient statistics of each row.

        They have no public name in sacrebleu; its own significance tests take them from here, and our tests hold them
        to its scores. Its references lie by stream, not by row, with None where a row has fewer.
        """
        found = [some for part in frame.iter_slices(_ROWS_AT_ONCE) for some in _statistics(metric, part)]
        return as_series(self.name, np.array(found, dtype=np.float64).reshape(-1, self.width))


def _statistics(metric: Any, frame: pl.DataFrame) -> list[list[float]]:
    references = frame["references"].to_list()
    widest = max(map(len, references), default=0)
    streams = [[row[place] if place < len(row) else None for row in references] for place in range(widest)]
    found: list[list[float]] = metric._extract_corpus_statistics(frame["prediction"].to_list(), streams)
    return found


def _reference_count(frame: pl.DataFrame) -> str:
    """Return how many references the rows have: a number, or ``var``."""
    counts = frame["references"].list.len().drop_nulls().unique()
    counts = counts.filter(counts > 0)
    return str(counts[0]) if len(counts) == 1 else "var"
