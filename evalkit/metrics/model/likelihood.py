"""What metrics of log-probabilities share: the conditions under which these were taken are part of the number."""

from __future__ import annotations

from typing import ClassVar, Self

import polars as pl
from pydantic import PrivateAttr

from curate.core.run.errors import InputError
from evalkit.metrics.metric import Metric


class Likelihood(Metric):
    """A metric of log-probabilities that the predictions file records in the column ``told_in``."""

    told_in: ClassVar[str]
    _conditions: str = PrivateAttr("unknown")

    @property
    def conditions(self) -> str:
        """Return how they were taken: template, beginning of text, stride, mask; ``unknown`` where no row says."""
        return self._conditions

    def prepared(self, frame: pl.DataFrame) -> Self:
        """Return the metric with the conditions of the rows that have log-probabilities.

        Raises:
            InputError: they differ between rows.
        """
        told = frame.filter(pl.col(self.told_in).is_not_null())["conditions"].fill_null("unknown").unique().sort()
        if len(told) > 1:
            raise InputError(
                "the log-probabilities were taken in different ways", *told[:3], hint="predict all rows in one way"
            )
        known = self.model_copy()
        known._conditions = str(told[0]) if len(told) else "unknown"
        return known
