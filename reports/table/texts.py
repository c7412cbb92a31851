"""Texts of rows to packed lines, as many as have room."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import polars as pl

from reports.table.packed import packed

CHUNK = 400_000  # bytes of texts that are packed, and later unpacked, together
MISSES = 10  # rows alone too large for what room is left, after which no smaller one is looked for


@dataclass
class Packed:
    """Lines of texts; line i begins with the row at ``starts[i]`` of ``rows``."""

    rows: list[int] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    clipped: int = 0
    longest: int = 0

    @property
    def size(self) -> int:
        """Bytes of the lines with their ends."""
        return sum(len(line) + 1 for line in self.lines)

    def __add__(self, other: Packed) -> Packed:
        starts = self.starts + [len(self.rows) + start for start in other.starts]
        clipped, longest = self.clipped + other.clipped, max(self.longest, other.longest)
        return Packed(self.rows + other.rows, starts, self.lines + other.lines, clipped, longest)


def pack_texts(texts: pl.DataFrame, rows: list[int], longest: int, room: int) -> Packed:
    """Return the texts of rows in their order, none over ``longest`` characters, in at most ``room`` bytes.

    A row that is too large for what is left is passed over for smaller ones.
    """
    found, misses = Packed(longest=longest), 0
    texts = texts.cast(pl.String)
    for chunk in _chunks(texts, rows):
        waiting = chunk
        while waiting and misses < MISSES:
            part, waiting = waiting, []
            while part:
                frame = texts[part]
                cut = frame.select(pl.all().str.head(longest))
                line = packed([column.to_list() for column in cut])
                if len(line) + 1 <= room:
                    break
                fewer = min(len(part) - 1, len(part) * room // len(line))
                waiting = part[fewer:] + waiting
                part = part[:fewer]
            if not part:  # not even the first has room
                misses += 1
                waiting = waiting[1:]
                continue
            room -= len(line) + 1
            found.starts.append(len(found.rows))
            found.rows += part
            found.lines.append(line)
            found.clipped += sum(int((column.str.len_chars() > longest).sum()) for column in frame)
    return found


def _chunks(texts: pl.DataFrame, rows: list[int]) -> Iterator[list[int]]:
    sizes = texts.select(pl.sum_horizontal(pl.all().str.len_bytes().fill_null(0))).to_series().to_list()
    chunk: list[int] = []
    size = 0
    for row in rows:
        if chunk and size + sizes[row] > CHUNK:
            yield chunk
            chunk, size = [], 0
        chunk.append(row)
        size += sizes[row]
    if chunk:
        yield chunk
