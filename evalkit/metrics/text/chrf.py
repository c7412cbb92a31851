"""chrF of the corpus through sacrebleu, with its signature."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

import numpy as np
import polars as pl

from evalkit.metrics.metric import Numbers
from evalkit.metrics.text.sacrebleu import Sacrebleu

_CHARACTERS = 6
_BETA = 2


class Chrf(Sacrebleu):
    """chrF2 of all rows together, 0 to 100 (Popović 2015): F of character n-grams up to 6, recall counting twice.

    ``:plus_plus`` is chrF++: words and pairs of words too.
    """

    use: Literal["chrf"] = "chrf"
    variants: ClassVar[tuple[str, ...]] = ("", "plus_plus")

    @property
    def words(self) -> int:
        """Return the longest n-gram of words that counts."""
        return 2 if self.variant == "plus_plus" else 0

    @property
    def width(self) -> int:
        """Return 3 for each order: n-grams of the answer, of the reference, and of both."""
        return 3 * (_CHARACTERS + self.words)

    @property
    def choices(self) -> Mapping[str, object]:
        """Return what sacrebleu's own signature says."""
        return self.signed({"eff": "yes", "nc": _CHARACTERS, "nw": self.words, "space": "no"})

    def statistics(self, frame: pl.DataFrame) -> pl.Series:
        """Return sacrebleu's counts of each row."""
        from sacrebleu.metrics.chrf import CHRF  # noqa: PLC0415 - costs 0.1 s that other metrics need not pay

        return self.counted(CHRF(word_order=self.words, lowercase=self.lowercase), frame)

    def of_sums(self, sums: Numbers, rows: Numbers) -> Numbers:
        """Return chrF of summed counts (..., width): mean precision and recall of the orders that both sides have."""
        said, wanted, both = sums[..., 0::3], sums[..., 1::3], sums[..., 2::3]
        counts = (said > 0) & (wanted > 0)
        orders = np.maximum(counts.sum(axis=-1), 1)
        with np.errstate(divide="ignore", invalid="ignore"):
            precision = np.where(counts, both / said, 0.0).sum(axis=-1) / orders
            recall = np.where(counts, both / wanted, 0.0).sum(axis=-1) / orders
            value = 100 * (1 + _BETA**2) * precision * recall / (_BETA**2 * precision + recall)
        return np.where(precision + recall > 0, value, 0.0)
