"""Multiple choice: is the right choice the likeliest."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Literal

import numpy as np
import polars as pl

from evalkit.metrics.metric import truths
from evalkit.metrics.model.likelihood import Likelihood
from evalkit.unscored import Need

_SIZES: dict[str, Callable[[str], int]] = {
    "": lambda _: 1,
    "normalised": len,
    "bytes": lambda text: len(text.encode()),
}
_BINS = 10
_DIVIDED_BY = {"": "nothing", "normalised": "characters", "bytes": "bytes"}


class Choice(Likelihood):
    """1 where the right choice has the highest log-likelihood of all, else 0; of equal ones the first counts.

    ``:normalised`` divides by the characters of each choice, so that long ones stand a chance (``acc_norm`` of
    lm-evaluation-harness, where the bare name is its ``acc``); ``:bytes`` by its bytes in UTF-8.
    """

    use: Literal["choice"] = "choice"
    variants: ClassVar[tuple[str, ...]] = ("", "normalised", "bytes")
    best: ClassVar[float | None] = None
    needs: ClassVar[tuple[Need, ...]] = ("choices",)
    otherwise: ClassVar[str] = "no_choices"
    shares: ClassVar[bool] = True
    told_in: ClassVar[str] = "choice_likelihoods"

    @property
    def choices(self) -> Mapping[str, object]:
        """Return what likelihoods are divided by, and how they were taken."""
        return {"by": _DIVIDED_BY[self.variant], "taken": self.conditions}

    def statistics(self, frame: pl.DataFrame) -> pl.Series:
        """Return 1 or 0; null where the right choice is none of those there are, or a choice is empty."""
        columns = (frame["choices"].to_list(), frame["choice_likelihoods"].to_list(), frame["gold"].to_list())
        return truths(self.name, [self._right(*row) for row in zip(*columns, strict=True)])

    def details(self, frame: pl.DataFrame, statistics: pl.Series) -> dict[str, Any] | None:
        """Return how often choices of about one probability were right: the softmax over the choices, in ten bins.

        ``error`` is the expected calibration error of Naeini et al. (2015), AAAI 29: the mean distance between
        confidence and share of right answers over the bins, weighted by their rows.
        """
        able = frame.filter(statistics.is_not_null())
        confidence = np.array(
            [_confidence(self._values(*row)) for row in able.select("choices", "choice_likelihoods").iter_rows()]
        )
        right = statistics.drop_nulls().to_numpy()
        place = np.minimum((confidence * _BINS).astype(int), _BINS - 1)
        bins = [
            {"from": low / _BINS, "to": (low + 1) / _BINS, "n": int(own.sum()),
             "confidence": float(confidence[own].mean()), "right": float(right[own].mean())}
            for low in range(_BINS)
            if (own := place == low).any()
        ]  # fmt: skip
        error = sum(one["n"] * abs(one["confidence"] - one["right"]) for one in bins) / len(right)
        return {"calibration": bins, "error": float(error)}

    def _values(self, texts: list[str], sums: list[float]) -> list[float]:
        sizes = [_SIZES[self.variant](text) for text in texts]
        return [total / size for total, size in zip(sums, sizes, strict=True)]

    def _right(self, texts: list[str], sums: list[float], gold: int) -> bool | None:
        if not 0 <= gold < len(texts) or 0 in [_SIZES[self.variant](text) for text in texts]:
            return None
        values = self._values(texts, sums)
        return values.index(max(values)) == gold


def _confidence(values: list[float]) -> float:
    """Return the softmax of the likeliest."""
    return 1.0 / sum(math.exp(value - max(values)) for value in values)
