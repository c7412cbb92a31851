"""A file of rows as records, each with its place; what cannot be read is an error, for a lost row moves every score."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import orjson

from curate.core.read.bytestream import open_bytes
from curate.core.read.decode import Record, decode_lines
from curate.core.read.lines import Piece, split
from curate.core.read.rows import Seen, read_rows
from curate.core.read.source import Source
from curate.core.record.fields import field_of
from curate.core.run.errors import InputError

Kind = TypeVar("Kind", dict[str, Any], list[Any])
_SHOWN = 40  # characters of a value


@dataclass
class InputFile:
    """A file that is read once; hash and size are known after that."""

    path: Path
    sha256: str = ""
    bytes: int = 0
    models: set[str] = field(default_factory=set)  # that the rows name
    word: str = "line"  # what its rows are counted by; the values of a .json file are not its lines

    @property
    def name(self) -> str:
        """Return the path as it was given."""
        return self.path.as_posix()

    def at(self, number: int) -> str:
        """Return where a row stands, as an error says it."""
        return f"{self.name}:{number}" if self.word == "line" else f"{self.name} ({self.word} {number})"

    @property
    def source(self) -> Source:
        """Return what opens it."""
        return Source(0, self.name, self.path)


@dataclass(frozen=True)
class Fields:
    """The names of fields in a file that no one here made; a dot leads into an object."""

    id: str | None = None
    prediction: str | None = None
    reference: str | None = None
    prompt: str | None = None
    slices: tuple[str, ...] = ()


def json_lines(file: InputFile) -> Iterator[tuple[int, Record]]:
    """Yield each row of JSON Lines, of a ``.json`` array or of Parquet with its number; blank lines are none.

    Raises:
        InputError: the file cannot be read, or a row is no JSON object.
    """
    for number, record, _ in rows_and_lines(file, "mend or remove it"):
        yield number, record


def rows_and_lines(file: InputFile, remedy: str) -> Iterator[tuple[int, Record, bytes]]:
    """Yield the same with the bytes of each row; ``remedy`` is what to do with one that cannot be read.

    Raises:
        InputError: the file cannot be read, or a row is no JSON object.
    """
    seen = Seen()
    first = 1
    for rows in read_rows(file.source, seen):
        lines = split(rows, first) if isinstance(rows, Piece) else rows
        file.word = "line" if lines.places is None else "row"
        first += len(lines.rows)
        records, faults = decode_lines(lines.rows)
        for place in sorted({*faults, *lines.too_long}):
            told = faults[place][0].message if place in faults else "the line is too long"
            raise InputError(
                f"{file.at(lines.number(place))} cannot be read: {told}",
                hint=f"{remedy}; a lost row would move every score",
            )
        for place, record in enumerate(records):
            if record is not None:
                yield lines.number(place), record, lines.rows[place]
    file.sha256, file.bytes = seen.sha256, seen.bytes


def json_document(file: InputFile) -> Any:
    """Return the value of a file that is one JSON document.

    Raises:
        InputError: the file cannot be read, or is no JSON.
    """
    with open_bytes(file.source) as opened:
        data = opened.stream.read()
        opened.drain()
        file.sha256, file.bytes = opened.hashed.sha256, opened.hashed.bytes
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise InputError(f"{file.name} is no JSON: {error}", hint="is it the file that --from names?") from error


def of_kind(value: Any, kind: type[Kind], path: str, at: str) -> Kind:
    """Return an object or a list that stands in a field, an empty one where nothing does.

    Raises:
        InputError: something else stands in the field ``path`` of the record ``at`` a place: it is of another tool.
    """
    if not value:
        return kind()
    if not isinstance(value, kind):
        told, wanted = orjson.dumps(value).decode()[:_SHOWN], "object" if kind is dict else "list"
        raise InputError(
            f"{at}: {path!r} is {told}, and no {wanted}", hint="is it a file of the tool that --from names?"
        )
    return value


def holds(record: Record, path: str) -> bool:
    """Say whether a record has a field, maybe with null in it; a dot leads into an object, as in ``under``."""
    head, dot, last = path.rpartition(".")
    inner = field_of(record, head) if dot else None
    return path in record or (isinstance(inner, dict) and last in inner)
