"""Rows settled in strides, so short that what they look at fits the memory there is."""

from __future__ import annotations

from collections.abc import Callable

from curate.core.record.tables import Columns

MOST = 1 << 10  # rows of a stride
LEAST = 8


def in_strides(keys: Columns, start: int, end: int, settle: Callable[[int, int], None]) -> None:
    """Settle the rows from ``start`` up to ``end``, a stride at a time; between two, memory is looked after.

    A row looks at a page for each of its mates, with which the system maps fifteen more: some megabytes a row.
    """
    stride = MOST
    while start < end:
        stop = min(start + stride, end)
        settle(start, stop)
        share = keys.relax()
        if share > 1:
            stride = max(LEAST, int(stride / share))
        elif share < 0.5:
            stride = min(MOST, 2 * stride)
        start = stop
