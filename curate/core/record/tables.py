"""The contracts between set steps and the place they run: Table and Engine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import polars as pl


class Table(Protocol):
    """Columns of many rows, in row order, on disk where they do not fit; read by column."""

    @property
    def columns(self) -> list[str]:
        """Return the names of the columns."""
        ...

    def read(self, columns: list[str], where: pl.Expr | None = None) -> pl.DataFrame:
        """Return the columns of every row (for which ``where`` holds)."""
        ...

    def batches(self, columns: list[str]) -> Iterator[pl.DataFrame]:
        """Yield the columns, a batch of rows at a time."""
        ...


class Columns(Table, Protocol):
    """A table without nulls held column by column: what a decision looks up again and again need not be in memory."""

    def places(self) -> npt.NDArray[np.uint32]:
        """Return where in the columns the rows of the table stand, in their order."""
        ...

    def numbers(self, name: str) -> npt.NDArray[Any]:
        """Return a column of numbers, or of arrays of them (rows x width), whole."""
        ...

    def lists(self, name: str) -> tuple[npt.NDArray[Any], npt.NDArray[np.int64]]:
        """Return the values of a column of lists, and where each list starts in them (rows + 1)."""
        ...

    def file(self, name: str) -> int:
        """Return the open file that holds the values of a column of lists, or -1 where no file does."""
        ...

    def scratch(self, name: str, shape: tuple[int, int]) -> npt.NDArray[np.uint32]:
        """Return zeros to be written to."""
        ...

    def relax(self, *, everything: bool = False) -> float:
        """Let go of what is in memory, if it is much, or at all; return how much it was, 1 being the most there may."""
        ...

    def leave(self, name: str) -> None:
        """Let go of a column that is not looked at for a while."""
        ...


class Engine(Protocol):
    """Where a decision runs. These verbs and nothing else: nothing in a step knows the place."""

    def map_blocks(self, f: Callable[[pl.DataFrame], pl.DataFrame], data: Table) -> Table:
        """Return the table of ``f`` of each batch."""
        ...

    def group(self, data: Table, by: str, f: Callable[[pl.DataFrame], pl.DataFrame]) -> Table:
        """Return the table of ``f`` of parts of the rows; the rows of one key are all in one part, in their order."""
        ...

    def components(self, edges: Table) -> Table:
        """Return (row, root) for every row of the edges (columns a, b): root is the smallest row it is connected to."""
        ...

    def fetch(self, rows: pl.Series, columns: list[str]) -> pl.DataFrame:
        """Return the columns of a few rows, in the order asked for."""
        ...
