"""A table held column by column: each a file of numbers, mapped into memory and let go of again."""

from __future__ import annotations

import mmap
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt
import polars as pl

Numbers = npt.NDArray[Any]
I64 = npt.NDArray[np.int64]
U32 = npt.NDArray[np.uint32]

MAPPED_BYTES = 1 << 30  # pages of the columns that may stay in memory


class ColumnTable:
    """Columns of numbers, of arrays of them, and of lists of them, in files of their raw values.

    ``mapped_bytes`` bounds what stays in memory of the files, as far as ``relax`` is called now and then.
    """

    def __init__(self, folder: Path, mapped_bytes: int = MAPPED_BYTES) -> None:
        self._folder = folder
        self._mapped_bytes = mapped_bytes
        self._schema = pl.Schema()
        self._files: dict[str, BinaryIO] = {}
        self._maps: dict[str, mmap.mmap] = {}
        self._read: dict[str, BinaryIO] = {}
        self._gone: U32 | None = None
        self._ends: dict[
            str, int
        ] = {}  # bytes of each file that are this table's: there may be more of an extended one
        self.rows = 0
        self._floor = 0

    @property
    def columns(self) -> list[str]:
        """Return the names of the columns."""
        return list(self._schema)

    def kind(self, name: str) -> Any:
        """Return the type of a column."""
        return self._schema[name]

    def append(self, frame: pl.DataFrame) -> None:
        """Write some more rows, no value of which is null."""
        if frame.is_empty():
            return
        if not self._files:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._schema = frame.schema
        for name, values in zip(frame.columns, frame, strict=True):
            if isinstance(values.dtype, pl.List):
                self._write(f"{name}.sizes", values.list.len().cast(pl.UInt32).to_numpy())
                values = values.explode(empty_as_null=False, keep_nulls=False)
            self._write(name, values.to_numpy())
        self.rows += len(frame)

    def _write(self, name: str, values: Numbers) -> None:
        if name not in self._files:
            self._files[name] = (self._folder / name).open("wb")
        own = np.ascontiguousarray(values).data.cast("B") if values.size else b""
        self._ends[name] = self._ends.get(name, 0) + self._files[name].write(own)

    def close(self) -> None:
        """Write what is not written yet; nothing is appended any more."""
        for file in self._files.values():
            file.close()
        self._floor = _shared_bytes()

    def without(self, rows: pl.Series) -> ColumnTable:
        """Return the same table without the rows of these numbers (column ``row``): they are in no place of it."""
        self.close()
        view = ColumnTable(self._folder, self._mapped_bytes)
        view._schema, view.rows, view._maps, view._floor = self._schema, self.rows, self._maps, self._floor
        view._ends = self._ends
        if len(rows):
            own, gone = self.numbers("row"), np.unique(rows.to_numpy())
            start, end = np.searchsorted(own, gone, side="left"), np.searchsorted(own, gone, side="right")
            counts = end - start  # a row may stand in several places, one after another
            within = np.arange(int(counts.sum())) - np.repeat(np.cumsum(counts) - counts, counts)
            view._gone = (np.repeat(start, counts) + within).astype(np.uint32)
        return view

    def extended(self, frame: pl.DataFrame) -> ColumnTable:
        """Return the table with some more rows, which come last; one extended before must not be read any more."""
        self.close()
        view = ColumnTable(self._folder, self._mapped_bytes)
        view._schema, view.rows, view._gone, view._ends = self._schema, self.rows, self._gone, dict(self._ends)
        for name in self._names():
            os.truncate(self._folder / name, self._ends[name])
            view._files[name] = (self._folder / name).open("ab")
        view.append(frame.select(self.columns))
        view.close()
        return view

    def _names(self) -> list[str]:
        sizes = [f"{name}.sizes" for name, kind in self._schema.items() if isinstance(kind, pl.List)]
        return [*self._schema, *sizes]

    def places(self) -> U32:
        """Return where in the columns the rows of the table stand, in their order."""
        if self._gone is None:
            return np.arange(self.rows, dtype=np.uint32)
        here = np.ones(self.rows, dtype=bool)
        here[self._gone] = False
        return np.flatnonzero(here).astype(np.uint32)

    def numbers(self, name: str) -> Numbers:
        """Return a column of numbers, or of arrays of them (rows x width), as it is on disk."""
        kind = self._schema[name]
        if isinstance(kind, pl.Array):
            return self._mapped(name, kind.inner).reshape(-1, kind.size)
        return self._mapped(name, kind)

    def lists(self, name: str) -> tuple[Numbers, I64]:
        """Return the values of a column of lists, and where each list starts in them (rows + 1)."""
        kind = self._schema[name]
        sizes = self._mapped(f"{name}.sizes", pl.UInt32())
        starts = np.zeros(len(sizes) + 1, dtype=np.int64)
        np.cumsum(sizes, out=starts[1:])
        return self._mapped(name, kind.inner if isinstance(kind, pl.List) else kind), starts

    def file(self, name: str) -> int:
        """Return the open file of the values of a column of lists; -1 where there are none."""
        path = self._folder / name
        if name not in self._read and path.exists():
            self._read[name] = path.open("rb")
        return self._read[name].fileno() if name in self._read else -1

    def scratch(self, name: str, shape: tuple[int, int]) -> U32:
        """Return zeros to be written to, in a file beside the columns.

        Raises:
            OSError: the disk is full.
        """
        path = self._folder / name
        path.unlink(missing_ok=True)  # an older one may still be mapped
        count = max(shape[0] * shape[1], 1) * 4
        with path.open("w+b") as file:
            if hasattr(os, "posix_fallocate"):
                os.posix_fallocate(file.fileno(), 0, count)  # a full disk is an error here, and not a signal later
            else:
                file.truncate(count)
            self._maps[name] = mmap.mmap(file.fileno(), count)
        return np.frombuffer(self._maps[name], dtype=np.uint32)[: shape[0] * shape[1]].reshape(shape)

    def relax(self, *, everything: bool = False) -> float:
        """Let go of the pages in memory, if they are many, or of all that is open: it is read again when looked at.

        Return how many they were, as a share of those there may be.
        """
        share = (_shared_bytes() - self._floor) / self._mapped_bytes
        if everything or share > 1:
            for mapped in self._maps.values():
                mapped.madvise(mmap.MADV_DONTNEED)
        if everything:
            self._close_read()
        return share

    def leave(self, name: str) -> None:
        """Let go of a column that is not looked at for a while."""
        if name in self._maps:
            self._maps[name].madvise(mmap.MADV_DONTNEED)

    def _close_read(self) -> None:
        for file in self._read.values():
            file.close()
        self._read.clear()

    def _mapped(self, name: str, kind: Any) -> Numbers:
        dtype = pl.Series([], dtype=kind).to_numpy().dtype
        if not self._ends.get(name):
            return np.empty(0, dtype=dtype)
        if name not in self._maps:
            with (self._folder / name).open("rb") as file:
                self._maps[name] = mmap.mmap(file.fileno(), self._ends[name], access=mmap.ACCESS_READ)
        return np.frombuffer(self._maps[name], dtype=dtype)

    def read(self, columns: list[str], where: pl.Expr | None = None) -> pl.DataFrame:
        """Return columns of numbers of every row (for which ``where`` holds)."""
        places = self.places()
        frame = pl.DataFrame({name: self.numbers(name)[places] for name in columns})
        return frame if where is None else frame.filter(where)

    def batches(self, columns: list[str]) -> Iterator[pl.DataFrame]:
        """Yield the columns, all rows at once."""
        yield self.read(columns)


def _shared_bytes() -> int:
    """Return how much of this process' memory is files; all there can be, where the system does not say."""
    try:
        with open("/proc/self/statm", encoding="ascii") as file:  # noqa: PTH123 - a path object costs as much as the read
            return int(file.read().split()[2]) * mmap.PAGESIZE
    except OSError:
        return 1 << 62
