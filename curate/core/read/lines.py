"""Chunks of bytes to physical lines; the numbers stay those that an editor shows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

BOM = b"\xef\xbb\xbf"
READ_BYTES = 1 << 18  # small: records that are let go before the caches are full cost half as much
BLOCK_BYTES = 16 << 20
MAX_LINE_BYTES = 16 << 20


@dataclass(frozen=True)
class Lines:
    """Consecutive rows as bytes, without line ends. Row ``i`` has the number ``first + i``."""

    first: int
    rows: list[bytes]
    too_long: dict[int, int] = field(default_factory=dict)  # index -> bytes in all, of which the row holds the first
    marked: tuple[int, ...] = ()  # indexes where a byte-order mark was taken off
    unended: bool = False  # the last row is the file's last, and no line end follows it
    places: list[int] | None = None  # physical lines, where rows are no lines (elements of an array)
    before: list[int | None] | None = None  # of such a row: the characters before it in its line; null over several


def read_lines(
    stream: BinaryIO, block_bytes: int = READ_BYTES, max_line_bytes: int = MAX_LINE_BYTES
) -> Iterator[Lines]:
    """Yield the lines of a stream, about ``block_bytes`` at a time.

    A line longer than ``max_line_bytes`` is cut to that length and noted in ``too_long``, so that one endless
    line cannot fill the memory.
    """
    first = 1
    held: list[bytes] = []  # the start of a line whose end is not read yet
    size = 0  # of what is held
    keep = max_line_bytes + len(BOM) + 1  # so that a line that lost bytes is over the limit without its marks, too
    missing = 0  # bytes of an overlong line that were not kept
    while data := _read(stream, block_bytes):
        if b"\n" not in data:
            held.append(data)
            size += len(data)
            if size > 2 * keep:  # not at once: to join all that is held for each piece would take for ever
                tail = b"".join(held)
                missing += size - keep - 1
                held, size = [tail[:keep], tail[-1:]], keep + 1  # the last byte may be half of a line end
            continue
        rows = data.split(b"\n")
        rows[0] = b"".join([*held, rows[0]])
        held = [rows.pop()]
        yield _lines(first, rows, data, max_line_bytes, missing)
        first += len(rows)
        size, missing = len(held[0]), 0
    if size:
        tail = b"".join(held)
        yield _lines(first, [tail], tail, max_line_bytes, missing, unended=True)


def _read(stream: BinaryIO, size: int) -> bytes:
    """Read up to ``size`` bytes, looping over short reads."""
    data = stream.read(size)
    if not data or len(data) == size:
        return data
    parts = [data]
    size -= len(data)
    while size > 0 and (data := stream.read(size)):
        parts.append(data)
        size -= len(data)
    return b"".join(parts)


def _lines(first: int, rows: list[bytes], data: bytes, limit: int, missing: int, *, unended: bool = False) -> Lines:
    """Return the rows; all of them but the start of the first stand in ``data``."""
    if b"\r" in data or rows[0].endswith(b"\r"):
        rows = [row.removesuffix(b"\r") for row in rows]
    marked: tuple[int, ...] = ()
    if BOM in data or rows[0].startswith(BOM):
        marked = tuple(index for index, row in enumerate(rows) if row.startswith(BOM))
    for index in marked:
        rows[index] = rows[index].removeprefix(BOM)
    too_long: dict[int, int] = {}
    if max(map(len, rows)) > limit:
        for index, row in enumerate(rows):
            if len(row) > limit:
                too_long[index] = len(row) + (missing if index == 0 else 0)
                rows[index] = row[:limit]
    return Lines(first, rows, too_long, marked, unended)
