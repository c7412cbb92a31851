"""One file without its near-duplicates: the engine alone, JSON Lines in and JSON Lines out."""

from __future__ import annotations

import mmap
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from curate.check.judge import Judge, drops
from curate.core.read.build import Builder
from curate.core.read.lines import BLOCK_BYTES
from curate.core.read.records import read_records
from curate.core.read.rows import Seen
from curate.core.read.source import Source, Wanted, find_sources
from curate.engines.columns import ColumnTable
from curate.engines.local import LocalEngine
from curate.engines.tables import DiskTable
from curate.native.gather import native_gatherer
from curate.steps.near_duplicates import NearDuplicates


class Deduplicated(NamedTuple):
    """What became of the rows of a file."""

    rows: int
    kept: int
    twins: pl.DataFrame  # row, matched (numbers of lines, from 1) and similarity of each row that went


def deduplicate(source: Path, out: Path, step: NearDuplicates) -> Deduplicated:
    """Write the lines of a file that are no near-duplicates, as they are and in their order.

    A line that cannot be read has nothing to compare and stays.

    Raises:
        InputError: the file cannot be read.
        ThresherError: the output cannot be written.
    """
    with tempfile.TemporaryDirectory(prefix="thresher-", dir=out.resolve().parent) as folder:
        work = Path(folder)
        keys = ColumnTable(work / "keys")
        lines = (work / "lines").open("wb")
        numbers, sizes = [], []
        for block in _blocks(find_sources([Wanted(str(source))], Path.cwd())):
            keys.append(step.keys(block))
            lines.write(b"\n".join([*block["raw"].to_list(), b""]))
            numbers.append(block["line"].to_numpy())
            sizes.append(block["raw"].bin.size().to_numpy())
        lines.close()
        line = np.concatenate([np.empty(0, dtype=np.uint64), *numbers])
        ends = np.cumsum(np.concatenate([np.zeros(1, dtype=np.int64), *sizes]) + 1) - 1
        engine = LocalEngine(DiskTable(work / "none"))
        decided = step.decide(keys.without(pl.Series([], dtype=pl.UInt64)), engine) if keys.rows else pl.DataFrame()
        twins = decided.filter("drops").select("row", "matched", "similarity") if len(decided) else decided
        kept = np.ones(len(line), dtype=bool)
        if len(twins):
            kept[np.searchsorted(line, twins["row"].to_numpy())] = False
        _copy(work / "lines", out, kept, ends)
    return Deduplicated(len(line), int(np.count_nonzero(kept)), twins)


def _blocks(sources: list[Source]) -> Iterator[pl.DataFrame]:
    for source in sources:
        gatherer = native_gatherer("id")
        made = Builder(0, Judge(), drops, lambda _: False, gatherer=gatherer)
        for batch in read_records(source, Seen(), hashing=False, scanner=gatherer):
            made.add(batch)
            if made.bytes >= BLOCK_BYTES // 4:
                yield made.block()
        if made.rows:
            yield made.block()


def _copy(lines: Path, out: Path, kept: npt.NDArray[np.bool_], ends: npt.NDArray[np.int64]) -> None:
    """Write the lines that are kept: those between two that went as one piece."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], kept, [False]]).astype(np.int8)))
    with lines.open("rb") as file, out.open("wb") as target:
        if not len(edges):
            return
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
            for first, last in edges.reshape(-1, 2).tolist():
                target.write(mapped[int(ends[first]) : int(ends[last])])
