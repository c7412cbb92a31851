"""Every row is settled once, in order, in strides that follow the memory there is. Oracle: the range itself."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from curate.dedupe.pairs.strides import LEAST, MOST, in_strides


class Told:
    """Columns that say how full memory was after each stride."""

    def __init__(self, shares):
        self.shares = iter(shares)

    def relax(self):
        return next(self.shares, 0.0)


@given(st.integers(0, 50), st.integers(0, 6000), st.lists(st.floats(0, 5000), max_size=20))
def test_rows_are_settled_once_and_in_order(start, count, shares):
    settled = []
    in_strides(Told(shares), start, start + count, lambda one, other: settled.extend(range(one, other)))

    assert settled == list(range(start, start + count))


def test_strides_shorten_where_memory_is_full_and_grow_again():
    lengths = []
    in_strides(Told([4, 100, 0.7, 0.1, 0.1]), 0, 3000, lambda one, other: lengths.append(other - one))

    assert lengths[:6] == [MOST, MOST // 4, LEAST, LEAST, 2 * LEAST, 4 * LEAST]
