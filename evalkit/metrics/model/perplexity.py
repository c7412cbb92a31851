"""Perplexity of references, from log-probabilities that the predictions file records."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any, ClassVar, Literal

import numpy as np
import polars as pl

from evalkit.metrics.metric import Numbers, as_numbers
from evalkit.metrics.model.likelihood import Likelihood
from evalkit.unscored import Need, reason

_MOST = 200.0  # nats: of a power above it neither squares nor cubes, of which bounds are made, are sure to be numbers


class Perplexity(Likelihood):
    """How unlikely the references were to the model, weighted by their length.

    ``:bits_per_byte`` is the one to gate on: it compares models of different tokenisers. ``:token`` does not, ``:word``
    counts words between white space, and is too large to be computed with where a language sets none. All are sums
    over the corpus, not means of rows.
    """

    use: Literal["perplexity"] = "perplexity"
    variants: ClassVar[tuple[str, ...]] = ("bits_per_byte", "token", "word")
    better: ClassVar[Literal["higher", "lower"]] = "lower"
    best: ClassVar[float | None] = None
    needs: ClassVar[tuple[Need, ...]] = ("reference", "likelihood")
    otherwise: ClassVar[str] = "no_logprobs"
    unit: ClassVar[str] = "perplexity"
    told_in: ClassVar[str] = "log_likelihood"

    @property
    def width(self) -> int:
        """Return 4: negative log-likelihood, tokens, words, bytes."""
        return 4

    @property
    def choices(self) -> Mapping[str, object]:
        """Return how the log-probabilities were taken: template, beginning of text, stride, mask."""
        return {"taken": self.conditions}

    @property
    def instead(self) -> str:
        """Return bits per byte: they are no power, so that no text is too long for them."""
        return "" if self.variant == "bits_per_byte" else "perplexity:bits_per_byte"

    def warnings(self, frame: pl.DataFrame) -> list[str]:
        """Warn where rows are so unlikely that the power is too large: a text without spaces is one word."""
        if not self.instead:
            return []
        able = frame.filter(frame.select(reason(self.needs))["reason"].is_null())
        numbers = as_numbers(self.statistics(able).drop_nulls())
        endless = int(np.isinf(self.of_sums(numbers, np.ones(len(numbers)))).sum())
        if not endless:
            return []
        whose = f"{self.name} of {endless:,} of {len(numbers):,} rows is too large to be computed with"
        spaces = ", as where a language sets no spaces between words" if self.variant == "word" else ""
        return [f"{whose}{spaces}; {self.instead} has a value for any text"]

    def statistics(self, frame: pl.DataFrame) -> pl.Series:
        """Return the counts of each row; null where it holds no log-probabilities, or not the tokens that it needs."""
        columns = (frame["log_likelihood"], frame["scored_tokens"], frame["references"].list.get(0))
        counted: list[Any] = [
            None
            if likelihood is None or not text or (self.variant == "token" and not tokens)
            else [-likelihood, tokens or 0.0, _words(text), len(text.encode())]
            for likelihood, tokens, text in zip(*columns, strict=True)
        ]
        return pl.Series(self.name, counted, dtype=pl.Array(pl.Float64, self.width))

    def of_sums(self, sums: Numbers, rows: Numbers) -> Numbers:
        """Return the variant's value of summed counts (..., 4); infinity above e^200."""
        surprise, tokens, words, bytes_ = (sums[..., place] for place in range(4))
        with np.errstate(all="ignore"):  # a draw may hold no row at all
            if self.variant == "bits_per_byte":
                return np.asarray(surprise / (bytes_ * math.log(2)))
            each = np.asarray(surprise / (tokens if self.variant == "token" else words))
            return np.where(each > _MOST, np.inf, np.exp(each))


def _words(text: str) -> int:
    return len(re.split(r"\s+", text))
