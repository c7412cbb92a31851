"""Values found in a column of an index."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curate.index.rows.lookup import positions_of

NUMBERS = st.lists(st.one_of(st.integers(0, 20), st.integers(0, 2**64 - 1)), max_size=40)


@given(column=NUMBERS, wanted=NUMBERS)
def test_positions_are_those_of_every_value_that_is_wanted(column, wanted):
    """Oracle: ``numpy.isin``."""
    values, sought = (np.array(numbers, dtype=np.uint64) for numbers in (column, wanted))

    assert positions_of(values, np.unique(sought)).tolist() == np.flatnonzero(np.isin(values, sought)).tolist()


@pytest.mark.parametrize("rows", [1, 1 << 16, (1 << 16) + 1, 200_000])
def test_no_position_is_lost_between_pieces(rows):
    values = np.arange(rows, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    some = np.unique([0, rows // 2, rows - 1])

    assert positions_of(values, np.sort(values[some])).tolist() == some.tolist()
