"""A source, whatever its kind, as numbered rows of bytes."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass

from curate.core.read.array import is_array, is_spread, read_values
from curate.core.read.bytestream import Hashed, open_bytes
from curate.core.read.lines import MAX_LINE_BYTES, READ_BYTES, Lines, Piece, read_lines
from curate.core.read.source import Source
from curate.core.read.unmapped import Unmapped
from curate.core.read.wide import Wide


@dataclass
class Seen:
    """What is known of a source once it was read to its end."""

    sha256: str = ""
    bytes: int = 0
    rows: int = 0  # without blank lines
    blank: int = 0  # lines
    encoding: Wide | None = None  # of a file that is not UTF-8, where it is one of more bytes a character
    unmapped: Unmapped | None = None  # what of the user's map is not in the rows so far
    by_value: bool = False  # rows are numbered by the values of a .json file, which are not its lines


def read_rows(
    source: Source,
    seen: Seen,
    *,
    block_bytes: int = READ_BYTES,
    max_line_bytes: int = MAX_LINE_BYTES,
    hashing: bool = True,
) -> Iterator[Lines | Piece]:
    """Yield the rows of a source in blocks; fill ``seen`` with its size, and its hash if asked to, at the end.

    Raises:
        InputError: it cannot be opened, is a broken archive, or changed while it was read.
    """
    with open_bytes(source, hashing=hashing) as opened:
        if source.kind == "parquet":
            from curate.core.read.parquet import read_parquet  # noqa: PLC0415 - check need not load Polars

            yield from read_parquet(source.path, source.name)
        elif source.kind == "json":
            yield from _read_json(opened.stream.read(), block_bytes, max_line_bytes)
        else:
            yield from read_lines(opened.stream, block_bytes, max_line_bytes)
        opened.drain()
        _note(seen, opened.hashed)


def _note(seen: Seen, hashed: Hashed) -> None:
    seen.sha256, seen.bytes = hashed.sha256, hashed.bytes


def _read_json(data: bytes, block_bytes: int, max_line_bytes: int) -> Iterator[Lines] | Iterator[Piece]:
    if is_array(data) or is_spread(data):
        return read_values(data, block_bytes)

    return read_lines(io.BytesIO(data), block_bytes, max_line_bytes)
