"""What earlier runs kept, all of it together: looked up by print, by likeness and by what keeps rows together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from curate.core.record.block import EARLIER
from curate.core.record.tables import Columns
from curate.dedupe.rule import PairRule
from curate.index.read import Held, Index
from curate.index.rows.lookup import sharing
from curate.index.rows.signed import WHERE, kept_blocks, signed_rows
from curate.index.runs import KeptRun

U64 = npt.NDArray[np.uint64]


class Told(NamedTuple):
    """A source of an earlier run."""

    source: str
    folder: Path


class Earlier:
    """The rows of some indexes, one after another. The number of a row is ``EARLIER`` and its position.

    A run whose rows stand in several of the indexes counts once, in the first. Positions count from ``first``.
    """

    def __init__(self, indexes: Sequence[Index], work: Path, first: int = 0) -> None:
        self.indexes = list(indexes)
        self._work = work
        self.runs: list[tuple[int, int, KeptRun]] = []  # index, number in it, run: each run once
        self.held: list[Held] = []
        known = set()
        for at, index in enumerate(self.indexes):
            counted = []
            for number, run in enumerate(index.runs):
                name = (run.folder, run.files)
                if name not in known:
                    known.add(name)
                    counted.append(number)
                    self.runs.append((at, number, run))
            self.held += index.held(counted)
        self._bases = np.cumsum([first, *(held.rows for held in self.held)]).tolist()

    @property
    def rows(self) -> int:
        """Return how many rows there are, those that stand twice counted twice."""
        return int(self._bases[-1] - self._bases[0])

    @property
    def numbers(self) -> tuple[int, int]:
        """Return the number of the first row, and the one after the last."""
        return EARLIER + int(self._bases[0]), EARLIER + int(self._bases[-1])

    @property
    def distinct(self) -> int:
        """Return how many rows there are, each once."""
        return sum(file.rows for _, _, run in self.runs for file in run.files)

    def check_files(self) -> None:
        """Look whether the files that may be read are there, and those that were kept.

        What is in them is looked at here where the index knows them as a whole, and else line by line as they are read.

        Raises:
            InputError: one was moved or changed.
        """
        for held in self.held:
            if not held.is_exact:
                for number in held.counted:
                    held.runs[number].check(contents=not held.keeps_lines)

    def same_conversation(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Return (row, matched) of the rows (row, print0, print1) whose conversation stands here: the first that is it.

        In the order of ``rows``.
        """
        wanted = np.unique(rows["print0"].to_numpy())
        parts = [pl.DataFrame(schema={"print0": pl.UInt64, "print1": pl.UInt64, "matched": pl.UInt64})]
        for held, base in zip(self.held, self._bases, strict=False):
            positions = held.own(held.positions("print0", wanted))
            if len(positions):
                numbers = pl.Series(positions.astype(np.uint64)) + EARLIER + base
                parts.append(held.take(positions, ["print0", "print1"]).with_columns(matched=numbers))
        first = pl.concat(parts).unique(["print0", "print1"], keep="first", maintain_order=True)
        return rows.join(first, on=["print0", "print1"], how="inner", maintain_order="left").select("row", "matched")

    def alike(self, keys: Columns, rule: PairRule, compare: str | Sequence[str], agreement: int) -> pl.DataFrame:
        """Return the rows that may be alike one of ``keys``, signed by the same rule, by their numbers.

        Of 128 bytes of the sketches so many as ``agreement`` agree.
        """
        parts = []
        for at, found in enumerate(sharing(self.held, keys, agreement)):
            positions = self.held[at].own(found)
            if len(positions):
                parts.append(signed_rows(self.held[at], positions, self._bases[at], rule, compare, self._work))
        return pl.concat(parts, how="diagonal") if parts else pl.DataFrame()

    def splits_by(self, column: str, values: U64) -> pl.DataFrame:
        """Return (value, split), each pair once, of the rows that have one of some values in a column; 0 is none."""
        wanted = np.unique(values[values != 0])
        parts = [pl.DataFrame(schema={"value": pl.UInt64, "split": pl.UInt8})]
        for held in self.held:
            positions = held.positions(column, wanted)
            if len(positions):
                parts.append(held.take(positions, [column, "split"]).rename({column: "value"}))
        return pl.concat(parts).unique().sort("value", "split")

    def column_of(self, rows: pl.Series, name: str) -> pl.DataFrame:
        """Return (row, column) of rows by their numbers, which need not ascend and may repeat; each once."""
        return self._taken(rows, [name])

    @cached_property
    def sources(self) -> list[Told]:
        """Return the sources of all runs of all places, in the order in which ``places`` counts them."""
        return [Told(origin.source, run.folder) for held in self.held for run in held.runs for origin in run.origins]

    def places(self, rows: pl.Series) -> pl.DataFrame:
        """Return row, id, source (a number of ``sources``) and line of rows by their numbers, each once."""
        firsts, count = [], 0
        for held in self.held:
            before = []
            for run in held.runs:
                before.append(count)
                count += len(run.origins)
            firsts.append(before)
        found = self._taken(rows, ["run", "source", "id", "line"])
        at = np.searchsorted(self._bases, (found["row"] - EARLIER).to_numpy().astype(np.int64), side="right") - 1
        offsets = [firsts[place][run] for place, run in zip(at.tolist(), found["run"].to_list(), strict=True)]
        source = found["source"] + pl.Series(offsets, dtype=pl.UInt32)
        return found.select("row", "id", source.alias("source"), "line")

    def texts(self, rows: pl.Series) -> dict[int, bytes]:
        """Return the lines of a few rows, by number, of those whose kept files are read."""
        found = {}
        for at, held in enumerate(self.held):
            if held.is_exact:
                continue
            few = rows.filter((rows >= EARLIER + self._bases[at]) & (rows < EARLIER + self._bases[at + 1]))
            where = WHERE if held.keeps_lines else WHERE[:-1]
            for row, run, _, *place in self._taken(few, where).iter_rows():
                found[row] = next(held.runs[run].lines(*([value] for value in place)))
        return found

    def of_splits(self, splits: Sequence[int]) -> Iterator[pl.DataFrame]:
        """Yield blocks of the rows of some splits (0 train, 1 validation, 2 test), by their numbers.

        They are read in the kept files, whatever the kind of the index.

        Raises:
            InputError: a file was moved or changed.
        """
        for at, held in enumerate(self.held):
            for number in held.counted:
                held.runs[number].require(splits)
            positions = held.own(np.arange(held.rows, dtype=np.int64))
            own = positions[np.isin(held.take(positions, ["split"])["split"].to_numpy(), list(splits))]
            for numbers, block in kept_blocks(held, own, self._work):
                yield block.with_columns(row=numbers + EARLIER + self._bases[at])

    def _taken(self, rows: pl.Series, columns: list[str]) -> pl.DataFrame:
        numbers = np.unique(rows.to_numpy().astype(np.uint64))
        positions = (numbers - np.uint64(EARLIER)).astype(np.int64)
        parts = []
        for at, held in enumerate(self.held):
            own = (positions >= self._bases[at]) & (positions < self._bases[at + 1])
            if own.any():
                taken = held.take(positions[own] - self._bases[at], columns)
                parts.append(taken.with_columns(row=pl.Series(numbers[own])))
        if not parts:
            return pl.DataFrame(schema={"row": pl.UInt64, **dict.fromkeys(columns, pl.UInt32)})
        return pl.concat(parts).select("row", *columns)
