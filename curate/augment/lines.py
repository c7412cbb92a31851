"""Candidates as lines of the training file, each in the layout of its parent and under an id of its own."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
import polars as pl

from curate.augment.step import AugmentStep, Made
from curate.core.read.layouts import LAYOUTS, Draft
from curate.core.read.layouts.beside import RATED
from curate.core.read.layouts.shapes import Shape
from curate.curation.output.edited import edited_line

NOT_WRITTEN = "not_written"
SENTENCES = {NOT_WRITTEN: "The layout of the parent has no place for this row, or its texts cannot be told apart."}
_GENERATED = re.compile(r"^(?P<parent>.*)~(?P<step>[a-z0-9_]+)\.(?P<k>\d+)$", re.DOTALL)


@dataclass(frozen=True)
class Candidate:
    """A new row before the gates."""

    id: str
    line: bytes
    shape: Shape
    parents: list[int]
    parent_ids: list[str]
    made: dict[str, Any]


class Numbering:
    """Gives new rows their K: that of the step, after those of rows that an earlier run made of the same parent."""

    def __init__(self, ids: Iterable[str]) -> None:
        self._last: Counter[tuple[str, str]] = Counter()
        self._given: set[str] = set()
        for found in map(_GENERATED.match, ids):
            if found is not None:
                key = found["parent"], found["step"]
                self._last[key] = max(self._last[key], int(found["k"]))

    def id(self, parent: str, step: str, k: int) -> str:
        """Return PARENT~STEP.K; where two parents have one id, the rows of the second go on after the first's."""
        number = self._last[parent, step] + k
        while (told := f"{parent}~{step}.{number}") in self._given:
            number += 1
        self._given.add(told)
        return told


class Writer:
    """Writes candidates. ``seeds`` are the training rows as blocks have them, ``shapes`` those of their lines."""

    def __init__(self, seeds: pl.DataFrame, shapes: Sequence[Shape], ids: Iterable[str], field: str) -> None:
        self._seeds = seeds
        self._shapes = shapes
        self._numbering = Numbering(ids)
        firsts = {shape.key: at for at, shape in reversed(list(enumerate(shapes)))}
        self._first_of_each = sorted(firsts.values())  # of several layouts one may have no place for calls of tools
        self._id = field

    def candidates(self, step: AugmentStep, made: Made) -> tuple[list[Candidate], list[tuple[int | None, int]]]:
        """Return the candidates of a step, and (parent, K) of those that could not be written."""
        done: list[Candidate] = []
        lost: list[tuple[int | None, int]] = []
        for row in made.rows.iter_rows(named=True):
            one = self._written(step, row)
            if one is None:
                lost.append((row["parents"][0] if row["parents"] else None, row["k"]))
            else:
                done.append(one)
        return done, lost

    def _written(self, step: AugmentStep, row: dict[str, Any]) -> Candidate | None:
        parents: list[int] = row["parents"]  # training rows are the first source, numbered from 1
        root = row["root"] or (self._seeds["id"][parents[0] - 1] if parents else step.called)
        id_ = self._numbering.id(root, step.called, row["k"])  # once a row, however many layouts are tried
        places = [parents[0] - 1] if parents else self._first_of_each
        tried = (self._as_that_at(at, step, row, id_) for at in places)
        return next((one for one in tried if one is not None), None)

    def _as_that_at(self, at: int, step: AugmentStep, row: dict[str, Any], id_: str) -> Candidate | None:
        parents: list[int] = row["parents"]
        raw: bytes = self._seeds["raw"][at]
        record = orjson.loads(raw)
        shape = self._shapes[at]
        own_id = record.get(self._id)
        named = {self._id: id_} if isinstance(own_id, str) else {}
        if step.variants:
            line = edited_line(raw, shape.layout, shape.fields, [turn["text"] for turn in row["messages"]], named)
            line = line if line is None or named or own_id is None else self._nameless(line)
        else:
            line = self._afresh(row, shape, named, record.get(shape.fields.get("label", "label")))
        if line is None:
            return None
        parent_ids = [self._seeds["id"][parent - 1] for parent in parents]
        return Candidate(id_, line, shape, parents, parent_ids, orjson.loads(row["made"]))

    def _nameless(self, line: bytes) -> bytes:
        """Return the line without its id: a number, which cannot hold the new one, and must not stand twice."""
        record = json.loads(line, parse_int=_as_it_is, parse_float=_as_it_is)
        return orjson.dumps({name: value for name, value in record.items() if name != self._id})

    def _afresh(self, row: dict[str, Any], shape: Shape, named: dict[str, Any], rated: Any) -> bytes | None:
        """Return the line; ``rated`` is the label of its parent: of a verdict on the answer it has one too."""
        turns = [tuple(turn.values()) for turn in row["messages"]]
        record = LAYOUTS[shape.layout].write(Draft(turns, row["tools"], row["rejected"], row["label"]))
        if record is None:
            return None
        if shape.layout in RATED and isinstance(rated, bool) and row["label"] is not None:
            record["label"] = row["label"] == "true"
        return orjson.dumps(named | {shape.fields.get(name, name): value for name, value in record.items()})


def _as_it_is(number: str) -> Any:
    return orjson.Fragment(number)
