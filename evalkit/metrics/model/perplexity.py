"""Perplexity of references, from log-probabilities that the predictions file records."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any, ClassVar, Literal

import numpy as np
import polars as pl

from evalkit.metrics.metric import Numbers
from evalkit.metrics.model.likelihood import Likelihood
from evalkit.unscored import Need

_UNITS = {"bits_per_byte": "bits", "token": "perplexity", "word": "perplexity"}


class Perplexity(Likelihood):
    """How unlikely the references were to the model, weighted by their length.

    ``:bits_per_byte`` is the one to gate on: it compares models of different tokenisers. ``:token`` does not, ``:word``
    counts words between white space. All are sums over the corpus, not means of rows.
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
        """Return the variant's value of summed counts (..., 4)."""
        surprise, tokens, words, bytes_ = (sums[..., place] for place in range(4))
        with np.errstate(all="ignore"):  # a draw may hold no row at all
            if self.variant == "bits_per_byte":
                return np.asarray(surprise / (bytes_ * math.log(2)))
            return np.exp(surprise / (tokens if self.variant == "token" else words))


def _words(text: str) -> int:
    return len(re.split(r"\s+", text))
