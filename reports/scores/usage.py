"""What answers took: seconds, tokens and money, as the predictions record them."""

from __future__ import annotations

import math
from typing import NamedTuple

import polars as pl

from reports.numbers import count
from reports.values import value

QUANTILES = (0.05, 0.5, 0.95)
SORTS = (("seconds", "seconds"), ("tokens", "count"), ("cost", "currency"))


class Taken(NamedTuple):
    """One kind of usage."""

    name: str
    quantiles: tuple[str, ...]
    mean: str
    total: str
    rows: str


def usage_of(answers: pl.DataFrame) -> list[Taken]:
    """Return how seconds, tokens and cost of the answers are distributed; nothing where no row says."""
    found = []
    for name, unit in SORTS:
        known = answers[name].drop_nulls()
        if not len(known):
            continue
        numbers = [known.quantile(share, "linear") for share in QUANTILES]
        whole = float(known.sum())
        total = count(round(whole)) if name == "tokens" and math.isfinite(whole) else value(whole, unit)
        mean = known.mean()
        shown = value(float(mean), unit) if isinstance(mean, float) else "–"
        found.append(Taken(name, tuple(value(one, unit) for one in numbers), shown, total, count(len(known))))
    return found
