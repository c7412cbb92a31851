"""Exact match: the prediction and a reference are the same text after normalising."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

import polars as pl

from evalkit.metrics.metric import Metric, truths
from evalkit.metrics.text.normalise import NORMALISERS


class ExactMatch(Metric):
    """1 where the prediction equals a reference after both went through the normaliser, else 0.

    A bare ``exact_match`` (``:raw``) normalises nothing: one space too many is a miss. ``:strip`` leaves out white
    space at both ends, ``:lower`` letter case too, ``:lm_eval`` letter case and ASCII punctuation, ``:squad`` these,
    English articles and extra space. ``:gsm8k_strict`` compares the numbers behind the first ``####``,
    ``:gsm8k_flexible`` the last number of each text, ``:answer_is`` what follows the last "the answer is" on its line.
    """

    use: Literal["exact_match"] = "exact_match"
    variants: ClassVar[tuple[str, ...]] = ("", *NORMALISERS)
    shares: ClassVar[bool] = True

    @property
    def version(self) -> int:
        """Return 2 of the variant that once took the first "the answer is" of a line."""
        return 2 if self.variant == "answer_is" else 1

    @property
    def choices(self) -> Mapping[str, object]:
        """Return the normaliser."""
        return {"norm": self.variant or "raw"}

    def statistics(self, frame: pl.DataFrame) -> pl.Series:
        """Return 1 or 0; null where the normaliser finds nothing in any reference."""
        normalise = NORMALISERS[self.variant or "raw"]

        def same(prediction: str, references: list[str]) -> bool | None:
            wanted = {normalise(reference) for reference in references} - {None}
            return normalise(prediction) in wanted if wanted else None

        pairs = zip(frame["prediction"], frame["references"].to_list(), strict=True)
        return truths(self.name, [same(prediction, references) for prediction, references in pairs])
