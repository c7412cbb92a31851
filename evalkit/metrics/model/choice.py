"""Multiple choice: is the right choice the likeliest."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import ClassVar, Literal

import polars as pl

from evalkit.metrics.metric import truths
from evalkit.metrics.model.likelihood import Likelihood
from evalkit.unscored import Need

_SIZES: dict[str, Callable[[str], int]] = {
    "": lambda _: 1,
    "normalised": len,
    "bytes": lambda text: len(text.encode()),
}
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

    def _right(self, texts: list[str], sums: list[float], gold: int) -> bool | None:
        sizes = [_SIZES[self.variant](text) for text in texts]
        if not 0 <= gold < len(texts) or 0 in sizes:
            return None
        values = [total / size for total, size in zip(sums, sizes, strict=True)]
        return values.index(max(values)) == gold
