"""Tables of this machine: in memory, as far as they have room, and as Arrow IPC files in the run's work folder."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from curate.engines.room import NONE, Room


class MemoryTable:
    """A table that fits in memory."""

    def __init__(self, frame: pl.DataFrame) -> None:
        self._frame = frame

    @property
    def columns(self) -> list[str]:
        """Return the names of the columns."""
        return self._frame.columns

    def read(self, columns: list[str], where: pl.Expr | None = None) -> pl.DataFrame:
        """Return the columns of every row (for which ``where`` holds)."""
        return (self._frame if where is None else self._frame.filter(where)).select(columns)

    def batches(self, columns: list[str]) -> Iterator[pl.DataFrame]:
        """Yield the columns, all rows at once."""
        yield self._frame.select(columns)


class DiskTable:
    """A table in batches: the first as they are while there is room for them, the others as numbered Arrow IPC files.

    Columns of a file are read by memory map, each on its own.
    """

    def __init__(
        self,
        folder: Path,
        schema: pl.Schema | None = None,
        *,
        keep: Callable[[pl.Series], pl.Series] | None = None,
        room: Room = NONE,
    ) -> None:
        self._folder = folder
        self._keep = keep
        self._room = room
        self._schema = schema or pl.Schema()
        self._firsts: list[int] = []
        self._parts: list[pl.DataFrame | Path] = []
        self.rows = 0
        self.last_row = 0  # number of the last row appended

    @property
    def columns(self) -> list[str]:
        """Return the names of the columns."""
        return list(self._schema)

    def append(self, frame: pl.DataFrame) -> None:
        """Take one more batch; its rows come after those of the batches before it."""
        if frame.is_empty():
            return
        frame = frame.rechunk()
        self._parts.append(frame if self._room.take(int(frame.estimated_size())) else self._written(frame))
        self._schema = frame.schema
        self._firsts.append(int(frame["row"][0]))
        self.last_row = int(frame["row"][-1])
        self.rows += len(frame)

    def _written(self, frame: pl.DataFrame) -> Path:
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / f"{len(self._parts):06d}.arrow"
        frame.write_ipc(path, compression="uncompressed")
        return path

    def clear(self) -> None:
        """Let go of all rows: of their files, and of the room that they had."""
        self._room.give(sum(int(part.estimated_size()) for part in self._parts if isinstance(part, pl.DataFrame)))
        self._parts, self._firsts, self.rows = [], [], 0
        shutil.rmtree(self._folder, ignore_errors=True)

    def beside(self, later: DiskTable) -> DiskTable:
        """Return one table of this one's rows and those of another, whose row numbers come after."""
        view = DiskTable(self._folder, self._schema or later._schema)
        view._parts, view._firsts = self._parts + later._parts, self._firsts + later._firsts
        view.rows, view.last_row = self.rows + later.rows, later.last_row or self.last_row
        return view

    def without(self, rows: pl.Series) -> DiskTable:
        """Return the same table without some rows."""
        gone = np.sort(rows.to_numpy())

        def keep(own: pl.Series) -> pl.Series:
            at = np.minimum(np.searchsorted(gone, own.to_numpy()), max(len(gone) - 1, 0))
            return pl.Series(np.full(len(own), fill_value=True) if len(gone) == 0 else gone[at] != own.to_numpy())

        view = DiskTable(self._folder, keep=keep)
        view._parts, view._firsts, view._schema, view.rows = self._parts, self._firsts, self._schema, self.rows
        return view

    def read(self, columns: list[str], where: pl.Expr | None = None) -> pl.DataFrame:
        """Return the columns of every row (for which ``where`` holds)."""
        parts = [self._part(part, columns, where) for part in self._parts]
        return (
            pl.concat(parts, rechunk=True)
            if parts
            else pl.DataFrame(schema={name: self._schema.get(name, pl.Null) for name in columns})
        )

    def batches(self, columns: list[str]) -> Iterator[pl.DataFrame]:
        """Yield the columns, a batch at a time."""
        for part in self._parts:
            yield self._part(part, columns, None)

    def _part(self, part: pl.DataFrame | Path, columns: list[str], where: pl.Expr | None) -> pl.DataFrame:
        frame = _read(part, [*columns, "row"])
        if self._keep is not None:
            frame = frame.filter(self._keep(frame["row"]))
        kept: pl.DataFrame = frame if where is None else frame.filter(where)
        return kept.select(columns)

    def gather(self, rows: pl.Series, columns: list[str]) -> pl.DataFrame:
        """Return the columns of some rows, in the order asked for; batches are read in their order, each once."""
        wanted = rows.to_numpy()
        order = np.argsort(wanted, kind="stable")
        ordered = wanted[order]
        batch_of = np.searchsorted(np.array(self._firsts, dtype=np.uint64), ordered, side="right") - 1
        parts = []
        for number in np.unique(batch_of):
            frame = _read(self._parts[number], ["row", *columns])
            at = np.searchsorted(frame["row"].to_numpy(), ordered[batch_of == number])
            few = frame.select(columns)[at.tolist()]
            parts.append(few.select(_copied(pl.col(name), kind).alias(name) for name, kind in few.schema.items()))
        if not parts:
            return pl.DataFrame(schema={name: self._schema[name] for name in columns})
        gathered: pl.DataFrame = pl.concat(parts)
        if np.array_equal(order, np.arange(len(order))):
            return gathered
        back = np.empty(len(order), dtype=np.int64)
        back[order] = np.arange(len(order))
        ordered_back: pl.DataFrame = gathered[back.tolist()]
        return ordered_back


def _read(part: pl.DataFrame | Path, columns: list[str]) -> pl.DataFrame:
    """Return columns of a batch, each once."""
    wanted = list(dict.fromkeys(columns))
    return (
        part.select(wanted)
        if isinstance(part, pl.DataFrame)
        else pl.scan_ipc(part, glob=False).select(wanted).collect()
    )


def _copied(values: pl.Expr, kind: Any) -> pl.Expr:
    """Return the values in memory of their own: a view of one short string keeps all strings of its file in memory."""
    if kind == pl.String:
        return values + pl.lit("")
    if kind == pl.Binary:
        return values + pl.lit(b"")
    if isinstance(kind, pl.Struct):
        fields = [_copied(values.struct.field(one.name), one.dtype).alias(one.name) for one in kind.fields]
        return pl.struct(fields)
    if isinstance(kind, pl.List):
        return values.list.eval(_copied(pl.element(), kind.inner))
    return values
