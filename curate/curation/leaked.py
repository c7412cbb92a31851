"""What of some training files stands in files that must stay unseen: the search of a run, alone."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from curate.core.read.rows import Seen
from curate.core.read.source import Source, Wanted, find_sources
from curate.core.record.block import place_of
from curate.curation.output.noticed import noticed
from curate.curation.protected import find_protected, protected_blocks, readable_blocks, refuse_unreadable
from curate.engines.columns import ColumnTable
from curate.engines.tables import DiskTable
from curate.leaks.overlap import Leak, overlap
from curate.steps.leaks import REASONS, Leaks

_KEPT = ("row", "id", "raw")


@dataclass(frozen=True)
class Place:
    """A row of a file."""

    id: str
    source: str
    line: int
    text: str


@dataclass(frozen=True)
class Found:
    """A training row that stands in a file which must stay unseen."""

    row: Place
    matched: Place
    reason: str
    sure: bool  # whether a curation drops it; one that is not sure is only warned of
    similarity: float
    answer: tuple[int, int] | None  # which of how many answers its prompt is of, where there are several


@dataclass(frozen=True)
class Tested:
    """A file that must stay unseen, and how many of its rows training rows show, surely or not."""

    source: str
    rows: int
    seen: int
    perhaps: int


@dataclass(frozen=True)
class Leaked:
    """What was found; ``train`` are the sources that were looked through, with the rows that could be read."""

    train: dict[str, int]
    tests: list[Tested]
    found: list[Found]
    notes: list[str] = field(default_factory=list)

    @property
    def sure(self) -> list[Found]:
        """Return the leaks that a curation drops."""
        return [one for one in self.found if one.sure]


def find_leaks(train: Sequence[Wanted], tests: Sequence[Wanted], step: Leaks, base: Path) -> Leaked:
    """Return every training row that stands in one of the tests, the surest way first that it does.

    Raises:
        ThresherError: a file is not there, or cannot be read.
    """
    sources, protected = find_protected(tests, find_sources(train, base), base)
    refuse_unreadable(protected)
    both = [*sources, *protected]
    rows, seen_of = dict.fromkeys((source.index for source in both), 0), [Seen() for _ in both]
    with tempfile.TemporaryDirectory(prefix="thresher-") as folder:
        keys, lines = ColumnTable(Path(folder) / "keys"), DiskTable(Path(folder) / "lines")
        try:
            for source, block in _blocks(sources, protected, seen_of):
                rows[source.index] += len(block)
                keys.append(step.keys(block))
                lines.append(block.select(_KEPT))
        finally:
            keys.close()
        whole = keys.without(pl.Series([], dtype=pl.UInt64))
        told = overlap(whole, step.rule) if keys.rows else None
        leaks = told.leaks if told is not None else pl.DataFrame(schema={"row": pl.UInt64, "matched": pl.UInt64})
        places = _places(lines, both, leaks)
    found = [_found(one, places, step) for one in leaks.iter_rows(named=True)]
    seen = [] if told is None else told.seen.select("row", "leak").rows()
    return Leaked(
        {source.name: rows[source.index] for source in sources},
        [_tested(source, rows[source.index], seen, step) for source in protected],
        found,
        list(noticed(both, seen_of)),
    )


def _blocks(
    sources: Sequence[Source], protected: Sequence[Source], seen: Sequence[Seen]
) -> Iterator[tuple[Source, pl.DataFrame]]:
    for source in sources:
        yield from ((source, block) for block in readable_blocks(source, seen[source.index]))
    for source in protected:
        yield from ((source, block) for block in protected_blocks(source, seen[source.index]))


def _places(lines: DiskTable, sources: Sequence[Source], leaks: pl.DataFrame) -> dict[int, Place]:
    wanted = pl.concat([leaks["row"], leaks["matched"]]).unique().sort()
    places = {}
    for row, id_, raw in lines.gather(wanted, list(_KEPT)).iter_rows():
        source, line = place_of(row)
        places[row] = Place(id_, sources[source].name, line, raw.decode("utf-8", "replace"))
    return places


def _found(one: dict[str, int], places: dict[int, Place], step: Leaks) -> Found:
    reason = REASONS[Leak(one["leak"])]
    several = one["depth"] > 0 and one["answers"] > 1
    return Found(
        places[one["row"]],
        places[one["matched"]],
        reason,
        step.drops(reason),
        round(one["similarity"], 6),
        (one["depth"], one["answers"]) if several else None,
    )


def _tested(source: Source, rows: int, seen: Sequence[tuple[int, int]], step: Leaks) -> Tested:
    own = [step.drops(REASONS[Leak(leak)]) for row, leak in seen if place_of(row)[0] == source.index]
    return Tested(source.name, rows, sum(own), len(own) - sum(own))
