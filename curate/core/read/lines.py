"""Chunks of bytes to physical lines; the numbers stay those that an editor shows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

BOM = b"\xef\xbb\xbf"
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
    stream: BinaryIO, block_bytes: int = BLOCK_BYTES, max_line_bytes: int = MAX_LINE_BYTES
) -> Iterator[Lines]:
    """Yield the lines of a stream, about ``block_bytes`` at a time.

    A line longer than ``max_line_bytes`` is cut to that length and noted in ``too_long``, so that one endless
    line cannot fill the memory.
    """
    first = 1
    tail = b""
    keep = max_line_bytes + len(BOM) + 1  # so that a line that lost bytes is over the limit without its marks, too
    missing = 0  # bytes of an overlong line that were not kept
    while data := _read(stream, block_bytes):
        cut = data.rfind(b"\n")
        if cut < 0:
            tail += data
            if len(tail) > keep:
                missing += len(tail) - keep - 1
                tail = tail[:keep] + tail[-1:]  # the last byte may be half of a line end
            continue
        block = _lines(first, (tail + data[:cut]).split(b"\n"), max_line_bytes, missing)
        yield block
        first += len(block.rows)
        tail, missing = data[cut + 1 :], 0
    if tail:
        yield _lines(first, [tail], max_line_bytes, missing, unended=True)


def _read(stream: BinaryIO, size: int) -> bytes:
    """Read up to ``size`` bytes, looping over short reads."""
    parts: list[bytes] = []
    while size > 0 and (data := stream.read(size)):
        parts.append(data)
        size -= len(data)
    return b"".join(parts)


def _lines(first: int, rows: list[bytes], limit: int, missing: int, *, unended: bool = False) -> Lines:
    if any(row.endswith(b"\r") for row in rows):
        rows = [row.removesuffix(b"\r") for row in rows]
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
