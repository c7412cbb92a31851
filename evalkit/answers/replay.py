"""Answers out of a file: ours, or any JSON Lines whose fields are named, joined to the items by id."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from curate.core.read.decode import Record
from curate.core.record.fields import field_of
from curate.core.run.errors import InputError
from curate.core.run.progress import Progress
from evalkit.answers.item import MISSING, Item, Said, fault
from evalkit.predictions import as_text
from evalkit.read.records import InputFile, holds, json_lines

_KEPT = ("usage", "logprobs", "choice_logprobs")


@dataclass(frozen=True)
class ReplayFields:
    """The names of fields in the file; a dot leads into an object."""

    id: str = "id"
    prediction: str = "prediction"


class Replay:
    """Answers that were made before. An item without one is a fault, ``missing``, and is never left out.

    Raises:
        InputError: there is no such file.
    """

    def __init__(self, path: Path, fields: ReplayFields) -> None:
        self._file = InputFile(path)
        if not path.exists() or path.is_dir():
            raise InputError(
                f"there is no file {self._file.name!r}", hint="the model is replay:FILE, a file of answers"
            )
        self._fields = fields
        self._records: dict[str, Record] = {}
        self._unused = 0
        self._missing = 0

    def open(self, log: Path) -> Self:
        """Read the file; there is no request to log.

        Raises:
            InputError: it cannot be read, an id stands twice, or no row has the field of the prediction.
        """
        self._records = _read(self._file, self._fields)
        return self

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._records = {}

    @property
    def model(self) -> dict[str, Any]:
        """Return the hash of the file, and the one model that its rows name."""
        named = {"name": next(iter(self._file.models))} if len(self._file.models) == 1 else {}
        return {"kind": "replay", "file": self._file.name, "sha256": self._file.sha256, **named}

    def answer(self, items: Sequence[Item], progress: Progress | None = None) -> list[Said]:
        """Return the answer of each item's id."""
        said = [self._said(item) for item in items]
        self._missing = sum(one.fault == fault(MISSING) for one in said)
        self._unused = len(self._records.keys() - {item.id for item in items})
        return said

    def _said(self, item: Item) -> Said:
        record = self._records.get(item.id)
        if record is None:
            return Said(fault=fault(MISSING))
        told = record.get("fault")
        why = None if told in (None, False) else dict(told) if isinstance(told, dict) else fault(str(told))
        text = as_text(field_of(record, self._fields.prediction))
        kept = {name: value for name in _KEPT if isinstance(value := record.get(name), dict)}
        if text is None and why is None and "choice_logprobs" not in kept:
            why = fault(MISSING, "the row has no prediction")
        return Said(text, as_text(record.get("finish")), fault=why, **kept)

    def summary(self) -> list[str]:
        """Return how many items had no row, and how many rows no item."""
        lines = [f"{self._missing:,} items have no row in {self._file.name}"] if self._missing else []
        return lines + ([f"{self._unused:,} rows of {self._file.name} answer no item"] if self._unused else [])

    def run(self) -> dict[str, Any]:
        """Return what the file held beside."""
        return {"unused": self._unused}


def _read(file: InputFile, fields: ReplayFields) -> dict[str, Record]:
    records: dict[str, Record] = {}
    known = named = False
    for line, record in json_lines(file):
        name = field_of(record, fields.id)
        if not isinstance(name, str | int) or isinstance(name, bool):
            raise InputError(f"{file.at(line)} has no usable {fields.id!r}", hint="--replay-id-field FIELD")
        if str(name) in records:
            raise InputError(f"the id {str(name)[:80]!r} stands twice in {file.name}", f"again in {file.word} {line}")
        known = known or field_of(record, fields.prediction) is not None or "fault" in record
        named = named or holds(record, fields.prediction)
        if isinstance(record.get("model"), str):
            file.models.add(record["model"])
        records[str(name)] = record
    if not records:
        raise InputError(f"{file.name} holds no rows", hint='an answer a line: {"id": ..., "prediction": ...}')
    if not known and named:
        raise InputError(
            f"no row of {file.name} has an answer: the field {fields.prediction!r} is null in all of them",
            hint='a row whose request failed says so: "fault": {"kind": "timed_out"}',
        )
    if not known:
        first = ", ".join(next(iter(records.values()), {}))
        raise InputError(
            f"no row of {file.name} has a field {fields.prediction!r}",
            f"the first row has: {first}",
            hint="--prediction-field FIELD",
        )
    return records
