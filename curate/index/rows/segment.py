"""Rows of one run in an index, read in place: a look-up of some values costs what those values cost.

For each value that is looked for there is a sorted column: the upper 32 bits of a value, then the position of its row.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from curate.index.parquet.pages import Pages, ranges
from curate.index.runs import KeptRun
from curate.native.arrow import binary, lists, strings
from curate.native.kernel import SLOTS

U8 = npt.NDArray[np.uint8]
U64 = npt.NDArray[np.uint64]
I64 = npt.NDArray[np.int64]

LOWER = np.uint64(0xFFFFFFFF)
SHORT = ("source", "split", "size", "spaceless")  # columns of 32 bits
_KINDS = {"source": pl.UInt32, "split": pl.UInt8, "size": pl.UInt32, "spaceless": pl.UInt8}
SETS = ("asked", "answered", "last")
TOLD = ("digest", "beside", "signs", "under")  # what else an exact index tells of a row's texts


def by_value(values: U64) -> U64:
    """Return the sorted column of some values, by which their positions are found."""
    return np.sort(values & ~LOWER | np.arange(len(values), dtype=np.uint64))


class Segment:
    """Rows of a run, numbered from 0; ``kind`` and ``bands`` are those of the index."""

    keeps_lines = True  # each row has the digest of its line, so that a kept file need not be hashed as a whole

    def __init__(self, pages: Pages, told: dict[str, Any], run: KeptRun, *, is_exact: bool, bands: int) -> None:
        self._pages, self._at = pages, told["at"]
        self.rows: int = told["rows"]
        self.runs = [run]
        self.counted = [0]
        self.is_exact = is_exact
        self._bands = bands

    def has(self, column: str) -> bool:
        """Say whether there is such a column."""
        return column in self._at

    def own(self, positions: I64) -> I64:
        """Return those of the positions whose run counts: all."""
        return positions

    def positions(self, column: str, wanted: U64) -> I64:
        """Return where, ascending, a value of a column stands that is in ``wanted``, which ascends and is not 0."""
        found, which = self._sorted(f"by_{column}", wanted)
        whole = self._numbers(column, found) == wanted[which]
        return np.sort(found[whole])

    def band(self, number: int, wanted: U64) -> tuple[I64, I64]:
        """Return the positions of rows that have one of some keys in a band, and for each the place of the key.

        Keys are compared by their upper halves: what is found is looked at again.
        """
        return self._sorted(f"b{number}", wanted)

    def sketches(self, positions: I64) -> U8:
        """Return the sketches (rows x 128) of the rows at ``positions``."""
        return self._fixed("sketch", positions, SLOTS)

    def take(self, positions: I64, columns: list[str]) -> pl.DataFrame:
        """Return the columns of the rows at ``positions``."""
        return pl.DataFrame([self._series(name, positions) for name in columns])

    def _series(self, name: str, positions: I64) -> pl.Series:
        ends = np.arange(len(positions) + 1, dtype=np.int64)
        if name == "run":
            return pl.Series(name, np.zeros(len(positions), dtype=np.uint16))
        if name == "sketch":
            return binary(self.sketches(positions).reshape(-1), ends * SLOTS).alias(name)
        if name[0] == "b" and name[1:].isdigit():
            keys = np.ascontiguousarray(self._fixed("bands", positions, 8 * self._bands)).view("<u8")
            return pl.Series(name, np.ascontiguousarray(keys[:, int(name[1:])]))
        if name == "id":
            return strings(*self._bytes(name, positions)).alias(name)
        if name in SETS:
            values, starts = self._bytes(name, positions)
            return lists(values.view("<u8"), starts // 8).alias(name)
        return pl.Series(name, self._numbers(name, positions)).cast(_KINDS.get(name, pl.UInt64))

    def _sorted(self, name: str, wanted: U64) -> tuple[I64, I64]:
        """Return the positions that a sorted column has for the upper halves of values, and for each which value."""
        column = self._column(name)
        least = wanted & ~LOWER
        most = wanted | LOWER
        first = np.searchsorted(column, least)
        after = np.searchsorted(column, most, side="right")
        at = self._at[name]
        before, end = np.maximum(first - 1, 0), np.minimum(after + 1, self.rows)
        self._pages.look(at + 8 * before, at + 8 * end)
        left = (first == 0) | (column[before] < least)
        right = (after == self.rows) | (column[np.minimum(after, self.rows - 1)] > most)
        inside = (after == first) | ((column[np.minimum(first, self.rows - 1)] >= least) & (column[after - 1] <= most))
        if not (left & right & inside).all():  # what was looked at is whole, so that what led there is not
            raise self._pages.changed(f"the column {name}")
        counts = after - first
        if not counts.any():
            return first[:0], first[:0]
        found = column[ranges(first, counts)] & LOWER
        return found.astype(np.int64), np.repeat(np.arange(len(wanted)), counts)

    def _column(self, name: str) -> U64:
        at, kind = self._at[name], np.dtype("<u4" if name in SHORT or name.endswith("_at") else "<u8")
        column: U64 = self._pages.data[at : at + kind.itemsize * self.rows].view(kind)
        return column

    def _numbers(self, name: str, positions: I64) -> npt.NDArray[Any]:
        column = self._column(name)
        starts = self._at[name] + column.itemsize * positions
        self._pages.look(starts, starts + column.itemsize)
        return np.asarray(column[positions])

    def _fixed(self, name: str, positions: I64, width: int) -> U8:
        starts = self._at[name] + width * positions
        self._pages.look(starts, starts + width)
        column = self._pages.data[self._at[name] : self._at[name] + width * self.rows].reshape(-1, width)
        return np.asarray(column[positions])

    def _bytes(self, name: str, positions: I64) -> tuple[U8, I64]:
        """Return bytes of rows one behind the other, and their ends."""
        starts = self._at[name] + self._numbers(f"{name}_at", positions).astype(np.int64)
        self._pages.look(starts, starts + 4)
        data = self._pages.data
        sizes = data[starts[:, None] + np.arange(4)].view("<u4").reshape(-1).astype(np.int64)
        self._pages.look(starts, starts + 4 + sizes)
        ends = np.concatenate([[0], np.cumsum(sizes)])
        parts = [
            data[start : start + size].data for start, size in zip((starts + 4).tolist(), sizes.tolist(), strict=True)
        ]
        return np.frombuffer(b"".join(parts), dtype=np.uint8), ends
