"""The rows of a finished run as blocks again: the very bytes, with the ids, origins and parents of its ledger."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence

import orjson
import polars as pl

from curate.augment.gating.given import GivenRun
from curate.core.read.build import Builder
from curate.core.read.fault import Fault
from curate.core.read.layouts import LAYOUTS, Layout, Record
from curate.core.read.layouts.shapes import Shape
from curate.core.read.lines import BLOCK_BYTES, Lines, read_lines, split
from curate.core.read.records import Batch
from curate.core.record.block import BLOCK, row_of
from curate.core.run.errors import InputError

_WHOLE_LINES = 1 << 40  # bytes: a run's own line is never too long


class _Trusting:
    """Finds no fault: the run that wrote the rows judged them."""

    def faults(self, record: Record, layout: Layout, line: bytes) -> Sequence[Fault]:
        return ()


def frozen_blocks(given: GivenRun, block_bytes: int = BLOCK_BYTES) -> Iterator[pl.DataFrame]:
    """Yield the rows of every split: train is the first source, the others follow.

    Raises:
        InputError: a file is not the one that the manifest names.
    """
    for source, name in enumerate(given.splits):
        yield from split_blocks(given, source, name, block_bytes)


def split_blocks(given: GivenRun, source: int, name: str, block_bytes: int = BLOCK_BYTES) -> Iterator[pl.DataFrame]:
    """Yield the rows of one split, ``source`` being its number."""
    kept, shapes = given.kept.filter(split=name), given.shapes[name]
    rows = _numbers(given)
    digest, file, done = hashlib.sha256(), f"{name}.jsonl", 0
    with (given.folder / file).open("rb") as stream:
        for piece in read_lines(stream, block_bytes, _WHOLE_LINES):
            digest.update(piece.data)
            lines = split(piece, done + 1).rows
            told = kept[done : done + len(lines)]
            if len(told) < len(lines):
                raise given.changed(file)
            own = shapes[done : done + len(lines)]
            block = _block(lines, own, source, done + 1, given.gates.input.id)
            parents = pl.Series(
                "parents",
                [[rows[one] for one in own if one in rows] for own in told["parents"].to_list()],
                dtype=BLOCK["parents"],
            )
            done += len(lines)
            yield block.with_columns(told["id"], told["origin"], parents)
    if digest.hexdigest() != given.outputs[file]["sha256"]:
        raise given.changed(file)


def _block(lines: list[bytes], shapes: Sequence[Shape], source: int, first: int, id_field: str) -> pl.DataFrame:
    """Return the block of some lines, each read in its shape."""
    found: dict[object, tuple[Shape, list[int], list[Record]]] = {}
    for at, (line, shape) in enumerate(zip(lines, shapes, strict=True)):
        try:
            record = shape.ours(orjson.loads(line))
        except orjson.JSONDecodeError as error:
            raise InputError(f"a line of the run is no JSON: {error}", hint="run thresher curate again") from error
        _, places, records = found.setdefault(shape.key, (shape, [], []))
        places.append(at)
        records.append(record)
    blocks = []
    for own, places, records in found.values():
        builder = Builder(source, _Trusting(), lambda _: False, lambda _: False, id_field)
        some = Lines(first, [lines[at] for at in places], numbers=[first + at for at in places])
        builder.add(Batch(some, LAYOUTS[own.layout], list(records), {}, own.fields))
        blocks.append(builder.block())
    return blocks[0] if len(blocks) == 1 else pl.concat(blocks).sort("row")


def _numbers(given: GivenRun) -> dict[str, int]:
    """Return the row number of each training row by its id, where a row has parents at all."""
    if not given.kept["parents"].list.len().sum():
        return {}
    ids = given.kept.filter(split="train")["id"].to_list()
    return {id_: row_of(0, line) for line, id_ in reversed(list(enumerate(ids, 1)))}
