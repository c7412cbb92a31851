"""Clusters by numbers: who belongs together, in which order the numbers go."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from evalkit.statistics.clusters import as_met, closed_up, numbered


@pytest.mark.parametrize(
    ("names", "numbers"),
    [
        pytest.param(["b", "a", "b"], [0, 1, 0], id="in the order in which they are met"),
        pytest.param(["a", None, "a", None], [0, 1, 0, 2], id="without one, each its own"),
        pytest.param(["1", None, "1", "0"], [0, 1, 0, 2], id="a name that is a number is no place"),
        pytest.param(["", None, ""], [0, 1, 0], id="an empty name is a name"),
        pytest.param(["a", "b", None, None], None, id="no two share one"),
        pytest.param([None, None], None, id="none has one"),
        pytest.param([], None, id="no items"),
    ],
)
def test_names_become_numbers(names, numbers):
    found = numbered(pl.Series(names, dtype=pl.String))

    assert (None if found is None else found.tolist()) == numbers


@pytest.mark.parametrize(
    ("numbers", "closed", "met"),
    [
        pytest.param([7, 2, 7, 5], [2, 0, 2, 1], [0, 1, 0, 2], id="gaps close"),
        pytest.param([0, 1, 1], [0, 1, 1], [0, 1, 1], id="as they are"),
        pytest.param([], [], [], id="none"),
    ],
)
def test_some_of_the_items_have_numbers_without_gaps(numbers, closed, met):
    given = np.array(numbers, dtype=np.intp)

    assert closed_up(given).tolist() == closed
    assert as_met(given).tolist() == met
