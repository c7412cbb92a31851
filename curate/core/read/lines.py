"""Chunks of bytes to physical lines; the numbers stay those that an editor shows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import BinaryIO

BOM = b"\xef\xbb\xbf"
Span = tuple[int, int, int]  # a line's number in its piece, from 0, and where it starts and ends

READ_BYTES = 1 << 18  # small: records that are let go before the caches are full cost half as much
SCANNED_BYTES = 1 << 20  # of pieces that a scanner looks at: of most it makes no records
BLOCK_BYTES = 16 << 20
MAX_LINE_BYTES = 16 << 20


@dataclass(frozen=True)
class Lines:
    """Rows as bytes, without line ends. Row ``i`` has the number ``first + i``, where ``numbers`` says no other."""

    first: int
    rows: list[bytes]
    too_long: dict[int, int] = field(default_factory=dict)  # index -> bytes in all, of which the row holds the first
    marked: tuple[int, ...] = ()  # indexes where a byte-order mark was taken off
    unended: bool = False  # the last row is the file's last, and no line end follows it
    places: list[int] | None = None  # physical lines, where rows are no lines (elements of an array)
    before: list[int | None] | None = None  # of such a row: the characters before it in its line; null over several
    numbers: list[int] | None = None  # of rows that do not follow each other

    def number(self, index: int) -> int:
        """Return the number of a row."""
        return self.first + index if self.numbers is None else self.numbers[index]


@dataclass(frozen=True)
class Piece:
    """Whole lines as one run of bytes, with their ends, as they lie in the file; whoever walks them numbers them."""

    data: bytes
    limit: int  # bytes of a line
    missing: int = 0  # bytes of the first line that were not kept, it being far over the limit
    unended: bool = False  # the file ends here, without a line end


def read_lines(
    stream: BinaryIO, block_bytes: int = READ_BYTES, max_line_bytes: int = MAX_LINE_BYTES
) -> Iterator[Piece]:
    """Yield the lines of a stream, about ``block_bytes`` at a time.

    Of a line much longer than ``max_line_bytes`` no more than its start is kept, so that one endless line cannot
    fill the memory.
    """
    held: list[bytes] = []  # the start of a line whose end is not read yet
    size = 0  # of what is held
    keep = max_line_bytes + len(BOM) + 1  # so that a line that lost bytes is over the limit without its marks, too
    missing = 0  # bytes of an overlong line that were not kept
    while data := _read(stream, block_bytes):
        end = data.rfind(b"\n") + 1
        if not end:
            held.append(data)
            size += len(data)
            if size > 2 * keep:  # not at once: to join all that is held for each piece would take for ever
                tail = b"".join(held)
                missing += size - keep - 1
                held, size = [tail[:keep], tail[-1:]], keep + 1  # the last byte may be half of a line end
            continue
        yield Piece(b"".join([*held, memoryview(data)[:end]]), max_line_bytes, missing)
        held, size, missing = [data[end:]], len(data) - end, 0
    if size:
        yield Piece(b"".join(held), max_line_bytes, missing, unended=True)


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


def split(piece: Piece, first: int) -> Lines:
    """Return the lines of a piece, numbered from ``first`` on; one that is too long is cut to the limit and noted."""
    rows = piece.data.split(b"\n")
    if not piece.unended:
        rows.pop()  # what follows the last line end
    return _lines(Lines(first, rows, unended=piece.unended), piece.data, piece.limit, piece.missing)


def pick(piece: Piece, first: int, spans: Sequence[Span]) -> Lines:
    """Return some lines of a piece, by (number in it from 0, start, end)."""
    rows = [piece.data[start:end] for _, start, end in spans]
    numbers = [first + line for line, _, _ in spans]
    unended = piece.unended and bool(spans) and spans[-1][2] == len(piece.data)
    missing = piece.missing if numbers[:1] == [first] else 0
    return _lines(Lines(first, rows, unended=unended, numbers=numbers), b"\n".join(rows), piece.limit, missing)


def _lines(lines: Lines, data: bytes, limit: int, missing: int) -> Lines:
    """Return the lines without marks and carriage returns, cut to the limit; their rows stand in ``data``."""
    rows = lines.rows
    if b"\r" in data:
        rows = [row.removesuffix(b"\r") for row in rows]
    marked: tuple[int, ...] = ()
    if BOM in data:
        marked = tuple(index for index, row in enumerate(rows) if row.startswith(BOM))
    for index in marked:
        rows[index] = rows[index].removeprefix(BOM)
    too_long: dict[int, int] = {}
    if max(map(len, rows), default=0) > limit:
        for index, row in enumerate(rows):
            if len(row) > limit:
                too_long[index] = len(row) + (missing if index == 0 else 0)
                rows[index] = row[:limit]
    return replace(lines, rows=rows, too_long=too_long, marked=marked)
