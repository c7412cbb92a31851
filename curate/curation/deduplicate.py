"""One file without its near-duplicates: the engine alone, JSON Lines in and JSON Lines out."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from curate.check.judge import Judge, drops
from curate.core.read.build import Builder
from curate.core.read.bytestream import reading
from curate.core.read.lines import SCANNED_BYTES, Piece
from curate.core.read.records import read_records
from curate.core.read.rows import Seen, read_rows
from curate.core.read.source import Source, Wanted, find_sources
from curate.core.run.errors import ConfigError, InputError, OutputError
from curate.core.run.memory import give_back
from curate.core.run.workers import in_order
from curate.core.write.spared import refuse_target
from curate.curation.memory import memory_for
from curate.engines.columns import ColumnTable
from curate.engines.local import LocalEngine
from curate.engines.tables import DiskTable
from curate.native.gather import native_gatherer
from curate.native.lines import without
from curate.steps.near_duplicates import NearDuplicates
from curate.steps.step import DECISIONS

PACKED = (".gz", ".zst")
LESS = 3  # of a block than a curation has: memory is bounded by the rows, and grows with what is worked on at once
WHOLE = 1 << 62  # bytes of a line: what is copied is not cut


class Deduplicated(NamedTuple):
    """What became of the rows of a file."""

    rows: int
    kept: int
    twins: pl.DataFrame  # row, matched (numbers of lines, from 1) and similarity of each row that went


def deduplicate(source: Path, out: Path, step: NearDuplicates, threads: int) -> Deduplicated:
    """Write a file without the lines that are near-duplicates; the others stay as they are and in their order.

    A line that cannot be read has nothing to compare and stays. The file is read twice, by one thread; as many as
    ``threads`` sign the rows.

    Raises:
        InputError: the file cannot be read, or not twice, or changed meanwhile.
        ConfigError: no row has a field that the step names.
        ThresherError: the output cannot be written, or is the file.
    """
    memory = memory_for(None, threads)
    sources = find_sources([Wanted(str(source))], Path.cwd())
    if len(sources) != 1:
        raise InputError(f"{source} is {len(sources)} files, and one is read", hint="thresher curate takes several")
    found = sources[0]
    before = _state(found)
    refuse_target(out, [found.path])
    if out.suffix in PACKED:
        raise OutputError(f"{out} is named as a packed file, and lines are written as they are", hint="name it .jsonl")
    if out.is_dir():
        raise OutputError(f"{out} is a folder", hint="name a file")
    if not out.resolve().parent.is_dir():
        raise OutputError(f"{out} cannot be written: there is no folder {out.parent}", hint="make it first")
    seen, place = Seen(), out.resolve()
    with _beside(out) as folder:
        keys = ColumnTable(folder / "keys")
        blocks = _blocks(found, seen, memory.block // LESS, lines=step.reads_fields)
        for some in in_order(step.keys, blocks, memory.threads):
            keys.append(some)
        keys.close()
        give_back()
        if seen.rows and (missing := step.missing(keys)):
            raise ConfigError(missing, hint="name a field of the records")
        engine = LocalEngine(DiskTable(folder / "none"))
        decided = (
            step.decide(keys.without(pl.Series([], dtype=pl.UInt64)), engine) if keys.rows else DECISIONS.to_frame()
        )
        twins = decided.filter("drops").select("row", "matched", "similarity")
        made = folder / "kept" if place.is_file() or not place.exists() else place  # a pipe is written to as it is
        with made.open("wb") as target:
            _copy(found, target, twins["row"].to_numpy())
        if _state(found) != before:
            raise InputError(f"{found.name} changed while it was read", hint="run again when nothing writes to it")
        if made != place:
            if place.exists():
                shutil.copymode(place, made)
            made.replace(place)
    return Deduplicated(seen.rows, seen.rows - len(twins), twins)


def _state(source: Source) -> tuple[int, int, int]:
    """Return what changes when a file is written to between its two readings.

    Raises:
        InputError: it is no file, and can be read once, or cannot be looked at.
    """
    with reading(source.name):
        found = None if source.is_stdin or not source.path.is_file() else source.path.stat()
    if found is None:
        raise InputError(
            f"{source.name} is no file, and rows are read twice",
            hint="write them to a file first; thresher curate reads a pipe",
        )
    return found.st_size, found.st_mtime_ns, found.st_ino


@contextmanager
def _beside(out: Path) -> Iterator[Path]:
    """Give a folder for as long as a file is made, on the same disk.

    Raises:
        OutputError: something cannot be written there; what was in the file stays.
    """
    try:
        with tempfile.TemporaryDirectory(prefix="thresher-", dir=out.resolve().parent) as folder:
            yield Path(folder)
    except OSError as error:
        raise OutputError(
            f"{out} cannot be written: {error.strerror}", hint="name another file, or make room"
        ) from error


def _blocks(source: Source, seen: Seen, block_bytes: int, *, lines: bool) -> Iterator[pl.DataFrame]:
    """Yield the rows of a file, about so many bytes of lines together, which are left out where none looks at them."""
    gatherer = native_gatherer("id", lines=lines)
    made = Builder(0, Judge(), drops, lambda _: False, gatherer=gatherer)
    for batch in read_records(source, seen, block_bytes=SCANNED_BYTES, hashing=False, scanner=gatherer):
        made.add(batch)
        if made.bytes >= block_bytes:
            yield made.block()
    if made.rows:
        yield made.block()


def _copy(source: Source, target: BinaryIO, gone: npt.NDArray[np.uint64]) -> None:
    """Write what a file holds but for the rows of these numbers, which ascend."""
    first, numbers = 1, set(gone.tolist())
    for rows in read_rows(source, Seen(), block_bytes=SCANNED_BYTES, max_line_bytes=WHOLE, hashing=False):
        if isinstance(rows, Piece):
            left, lines = without(rows.data, first, gone)
            target.write(left)
            first += lines
        else:
            kept = [row for index, row in enumerate(rows.rows) if rows.number(index) not in numbers]
            target.write(b"".join([row + b"\n" for row in kept]))
