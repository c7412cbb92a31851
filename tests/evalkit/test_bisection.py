"""Bisection: known roots, and the side on which each bound lies."""

from __future__ import annotations

import math

import pytest

from evalkit.statistics.bisection import narrowed, turning


@pytest.mark.parametrize(
    ("beyond", "bounds", "root"),
    [
        pytest.param(lambda x: x * x > 2, (0.0, 2.0), math.sqrt(2), id="the root of 2"),
        pytest.param(lambda x: x > 0, (-1.0, 5.0), 0.0, id="at 0"),
        pytest.param(lambda x: True, (3.0, 4.0), 3.0, id="true everywhere"),
        pytest.param(lambda x: False, (3.0, 4.0), 4.0, id="false everywhere"),
    ],
)
def test_it_finds_where_an_answer_turns(beyond, bounds, root):
    assert turning(beyond, *bounds, 60) == pytest.approx(root, abs=1e-15)


def test_the_upper_bound_is_one_for_which_it_is_true():
    assert narrowed(lambda x: x >= 0.3, 0.0, 1.0, 3) == (0.25, 0.375)
