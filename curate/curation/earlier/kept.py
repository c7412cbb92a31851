"""The rows that a run keeps, signed for its index while they are written."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol

import numpy as np
import polars as pl

from curate.core.read.layouts.shapes import written_as
from curate.core.read.source import Source
from curate.core.write.folder import OutputFolder
from curate.curation.earlier.beside import Beside
from curate.curation.plan import Plan
from curate.index.against import INDEX_FILE, as_parts
from curate.index.part import Part, put_beside
from curate.index.runs import KeptFile, KeptRun, Origin, origin_of
from curate.index.write import IndexRows, placed
from curate.native.digests import digests
from curate.split.draw import NAMES


class Written(Protocol):
    """The files of a run, written."""

    counts: Any

    def hashes(self) -> dict[str, tuple[str, int]]:
        """Return the sha256 and the size of each."""
        ...


class OwnRows:
    """What an index says of a run's own rows; ``rows`` are those signed so far."""

    def __init__(self, rows: IndexRows, sources: list[Source], target: str | None) -> None:
        self.rows = rows
        self._sources, self._target = sources, target
        self._layouts: dict[int, str] = {}
        self._ends = np.zeros(len(NAMES), dtype=np.uint64)  # of the splits' files so far

    def add(self, kept: pl.DataFrame, lines: pl.Series) -> None:
        """Sign the kept rows of a block (with ``split``), which are written as these lines."""
        if kept.is_empty():
            return
        numbers = {name: number for number, name in enumerate(NAMES)}
        split = kept["split"].replace_strict(numbers, return_dtype=pl.UInt8).to_numpy()
        size = lines.bin.size().to_numpy().astype(np.uint64)
        start = np.zeros(len(lines), dtype=np.uint64)
        for number in range(len(NAMES)):
            own = np.flatnonzero(split == number)
            ends = np.cumsum(size[own] + np.uint64(1), dtype=np.uint64)
            start[own] = self._ends[number] + ends - size[own] - np.uint64(1)
            self._ends[number] += ends[-1] if len(own) else np.uint64(0)
        for source, layout in kept.select("source", "layout").unique().iter_rows():
            self._layouts[source] = layout
        line_ends = np.zeros(len(lines) + 1, dtype=np.int64)
        np.cumsum(size.astype(np.int64), out=line_ends[1:])
        checks = digests(np.frombuffer(b"".join(lines.to_list()), dtype=np.uint8), line_ends)
        self.rows.add(kept, placed(kept, split, start, size, checks))

    def told(self, folder: Path, hashes: dict[str, tuple[str, int]], by_split: dict[str, int]) -> dict[str, Any]:
        """Return how the index tells of this run, its files being what ``hashes`` say."""
        files = tuple(
            KeptFile(name, *hashes[f"{name}.jsonl"], by_split.get(name, 0))
            for name in NAMES
            if f"{name}.jsonl" in hashes
        )
        origins = tuple(self._origin(source) for source in self._sources)
        return KeptRun(folder.resolve(), files, origins).as_json(folder.resolve())

    def _origin(self, source: Source) -> Origin:
        layout = self._layouts.get(source.index, "")
        return origin_of(source.name, written_as(layout, source.fields, self._target if layout else None))


def own_rows(plan: Plan, work: Path) -> OwnRows:
    """Return the rows of a run's index in the making."""
    rows = IndexRows(plan.scheme, plan.config.index.kind, plan.group_by, work)
    return OwnRows(rows, plan.sources, plan.config.output.layout)


def write_cumulative(folder: OutputFolder, own: OwnRows, outputs: Written, beside: Beside, here: Path) -> list[Part]:
    """Write the index of the run in the folder ``here``, its own rows, and put those of earlier runs beside it.

    Return the files of the index, the one that names the others first.
    """
    earlier, runs = beside.against, []
    parts: dict[str, Part] = {}
    if earlier is not None:
        runs = [run.as_json(here) for _, _, run in earlier.runs]
        for at, found in enumerate(beside.found):
            numbers = {number: place for place, (index, number, _) in enumerate(earlier.runs) if index == at}
            for path, part in as_parts(found, numbers):
                if part.path not in parts:  # two nights that brought nothing, or a copied folder, have the same
                    put_beside(path, folder.file(part.path))
                    parts[part.path] = part
    told = own.told(here, outputs.hashes(), outputs.counts.by_split)
    return [own.rows.write(folder.file(INDEX_FILE), [*runs, told], list(parts.values())), *parts.values()]
