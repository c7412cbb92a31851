"""An index as earlier versions wrote it: one file of all rows of all runs, whose columns are passed over as a whole."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from curate.index.rows.lookup import positions_of
from curate.index.runs import KeptRun
from curate.native.kernel import SLOTS

U8 = npt.NDArray[np.uint8]
U64 = npt.NDArray[np.uint64]
I64 = npt.NDArray[np.int64]

_GROUP_ROWS = 50_000  # of a row group


class Whole:
    """The rows of some runs, of which those that are ``counted`` by their number are looked at."""

    keeps_lines = False  # kept files are hashed as a whole
    is_exact = False  # those that were are refused

    def __init__(self, path: Path, runs: list[KeptRun], counted: Sequence[int]) -> None:
        self._path = path
        self.runs = runs
        self.counted = list(counted)

    @cached_property
    def rows(self) -> int:
        """Return how many rows it holds."""
        return int(pl.scan_parquet(self._path, glob=False).select(pl.len()).collect().item())

    def has(self, column: str) -> bool:
        """Say whether there is such a column."""
        return column in pl.scan_parquet(self._path, glob=False).collect_schema()

    def own(self, positions: I64) -> I64:
        """Return those of the positions whose run counts."""
        if len(self.counted) == len(self.runs) or len(positions) == 0:
            return positions
        here: I64 = positions[np.isin(self.take(positions, ["run"])["run"].to_numpy(), self.counted)]
        return here

    def positions(self, column: str, wanted: U64) -> I64:
        """Return where, ascending, a value of a column stands that is in ``wanted``, which ascends and is not 0."""
        return positions_of(self._numbers(column), wanted)

    def band(self, number: int, wanted: U64) -> tuple[I64, I64]:
        """Return the positions of rows that have one of some keys in a band, and for each the place of the key."""
        column = self._numbers(f"b{number}")
        found = positions_of(column, wanted)
        return found, np.searchsorted(wanted, column[found])

    def sketches(self, positions: I64) -> U8:
        """Return the sketches (rows x 128) of the rows at ``positions``."""
        parts = self.take(positions, ["sketch"])["sketch"].to_list()
        return np.frombuffer(b"".join(parts), dtype=np.uint8).reshape(-1, SLOTS)

    def take(self, positions: I64, columns: list[str]) -> pl.DataFrame:
        """Return the columns of the rows at ``positions``, which ascend; row groups without one are not read."""
        rows = pl.scan_parquet(self._path, glob=False).select(columns)
        parts = [rows.head(0).collect()]
        groups = positions // _GROUP_ROWS
        for group in np.unique(groups).tolist():
            start = group * _GROUP_ROWS
            parts.append(rows.slice(start, _GROUP_ROWS).collect()[positions[groups == group] - start])
        return pl.concat(parts)

    def _numbers(self, name: str) -> U64:
        return pl.read_parquet(self._path, glob=False, columns=[name]).to_series().to_numpy()
