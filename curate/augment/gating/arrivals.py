"""Candidates as sources of the engine: written as lines, and read as any line is, so that they pass every gate."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import orjson
import polars as pl

from curate.augment.lines import Candidate
from curate.augment.produce import Produced
from curate.core.read.layouts.shapes import Shape
from curate.core.read.rows import Seen
from curate.core.read.source import Source
from curate.core.record.block import BLOCK
from curate.curation.passes.stage import source_blocks
from curate.curation.plan import Plan


@dataclass(frozen=True)
class Arrival:
    """The candidates of one step that have one shape: a source."""

    source: Source
    produced: Produced
    candidates: list[Candidate]

    def blocks(self, plan: Plan, block_bytes: int) -> Iterator[pl.DataFrame]:
        """Yield the rows, with their ids, origins and parents."""
        origin = self.produced.step.origin
        told = pl.DataFrame(
            {"id": [one.id for one in self.candidates], "parents": [one.parents for one in self.candidates]},
            schema={"id": pl.String, "parents": BLOCK["parents"]},
        )
        for block in source_blocks(plan, self.source, Seen(), block_bytes):
            own = told[(block["line"] - 1).to_list()]
            yield block.with_columns(own["id"], own["parents"], origin=pl.lit(origin))


def arrivals(made: Sequence[Produced], first: int, folder: Path) -> list[Arrival]:
    """Write the candidates of all steps into a folder, and return them as sources, numbered from ``first``."""
    folder.mkdir()
    done: list[Arrival] = []
    for produced in made:
        groups: dict[object, tuple[Shape, list[Candidate]]] = {}
        for one in produced.candidates:
            groups.setdefault(one.shape.key, (one.shape, []))[1].append(one)
        for number, (shape, own) in enumerate(groups.values(), 1):
            called = produced.step.called
            name = called if len(groups) == 1 else f"{called}.{shape.layout}.{number}"
            path = folder / f"{len(done):06d}.jsonl"
            path.write_bytes(b"".join(one.line + b"\n" for one in own))
            done.append(Arrival(Source(first + len(done), name, path, shape.layout, shape.fields), produced, own))
    return done


def added_lines(arrived: Iterable[Arrival]) -> Iterator[bytes]:
    """Yield a line of ``added.jsonl`` for each candidate, in the order of the ledger: how it was made.

    {"id":"q7~noise.1","origin":"noise","step":"noise","parents":["q7"],"made":{"changes":{"typos":2},"seed":7,...}}
    """
    for arrival in arrived:
        step = arrival.produced.step
        for one in arrival.candidates:
            told = {"id": one.id, "origin": step.origin, "step": step.called, "parents": one.parent_ids}
            yield orjson.dumps({**told, "made": one.made})
