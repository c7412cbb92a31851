"""A dear question, asked only of the few rows of which a cheap one is true."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import polars as pl


def ask(values: pl.Series, few: pl.Series, question: Callable[[pl.Series], pl.Series]) -> pl.Expr:
    """Return, as a column, the answers (booleans) of those values where ``few`` is true; false for all others."""
    found = np.zeros(len(values), dtype=np.bool_)
    asked = few.fill_null(value=False)
    if asked.any():
        found[asked.to_numpy()] = question(values.filter(asked)).fill_null(value=False).to_numpy()
    return pl.lit(pl.Series(found))
