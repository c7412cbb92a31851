"""The engine of one machine: batches in turn, decisions in memory."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import polars as pl

from curate.core.record.tables import Table
from curate.engines.tables import DiskTable, MemoryTable

PART_ROWS = 1 << 19  # rows of a table that are looked at together


class LocalEngine:
    """Runs a decision here. ``blocks`` are the spilled blocks that ``fetch`` reads."""

    def __init__(self, blocks: DiskTable) -> None:
        self._blocks = blocks

    def map_blocks(self, f: Callable[[pl.DataFrame], pl.DataFrame], data: Table) -> Table:
        """Return the table of ``f`` of each batch."""
        return _joined([f(batch) for batch in data.batches(data.columns)])

    def group(self, data: Table, by: str, f: Callable[[pl.DataFrame], pl.DataFrame]) -> Table:
        """Return the table of ``f`` of parts of the rows; the rows of one key are all in one part, in their order."""
        hashed = pl.col(by).hash()
        count = 1 + sum(len(batch) for batch in data.batches([by])) // PART_ROWS
        parts = (data.read(data.columns, where=hashed % count == number) for number in range(count))
        return _joined([f(part) for part in parts])

    def components(self, edges: Table) -> Table:
        """Return (row, root) for every row of the edges (columns a, b)."""
        frame = edges.read(["a", "b"])
        return MemoryTable(connected(frame["a"], frame["b"]))

    def fetch(self, rows: pl.Series, columns: list[str]) -> pl.DataFrame:
        """Return the columns of a few rows, in the order asked for."""
        return self._blocks.gather(rows, columns)


def _joined(parts: list[pl.DataFrame]) -> MemoryTable:
    return MemoryTable(pl.concat(parts) if parts else pl.DataFrame())


def connected(a: pl.Series, b: pl.Series) -> pl.DataFrame:
    """Return (row, root) for every row in ``a`` or ``b``: root is the smallest row that edges lead to.

    Minimum labels with pointer jumping (Shiloach, Vishkin 1982), over whole arrays.
    """
    rows, flat = np.unique(np.concatenate([a.to_numpy(), b.to_numpy()]), return_inverse=True)
    left, right = flat[: len(a)], flat[len(a) :]
    label = np.arange(len(rows))
    while True:
        low = np.minimum(label[left], label[right])
        before = label.copy()
        np.minimum.at(label, label[left], low)
        np.minimum.at(label, label[right], low)
        while not np.array_equal(label, jumped := label[label]):
            label = jumped
        if np.array_equal(label, before):
            break
    return pl.DataFrame({"row": rows.astype(np.uint64), "root": rows[label].astype(np.uint64)})
