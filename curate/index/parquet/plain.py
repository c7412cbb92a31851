"""A Parquet file whose columns are read in place: one plain page each, uncompressed, at a place that is known.

Any reader of Parquet reads it; who knows where a column's values start may look at single ones, and at nothing else.
The values of texts and bytes are a length, four bytes, and the bytes. Behind the columns lie the digests of the file's
pages of ``PAGE`` bytes, so that what is read can be held against what was written.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

import numpy as np
import numpy.typing as npt

from curate.core.run.canonical import canonical
from curate.core.run.version import version
from curate.index.parquet.thrift import Long, Struct, encoded, struct
from curate.native.digests import digests

U64 = npt.NDArray[np.uint64]

PAGE = 1024  # bytes whose digest is kept: what a look at one value has to hash
METADATA = "thresher"
_ALIGNED = 128  # numbers must lie so that NumPy can search them in place, and no sketch in two pages
_MAGIC = b"PAR1"
_REQUIRED, _PLAIN, _RLE = 0, 0, 3


class _Kind(NamedTuple):
    type: int  # INT32, INT64, BYTE_ARRAY or FIXED_LEN_BYTE_ARRAY
    converted: int | None  # UINT_32, UINT_64 or UTF8


_KINDS = {"u4": _Kind(1, 13), "u8": _Kind(2, 14), "text": _Kind(6, 0), "bytes": _Kind(6, None), "fixed": _Kind(7, None)}


class Column(NamedTuple):
    """A column of a segment: ``kind`` is u4 or u8 for numbers, text, bytes, or fixed for ``width`` bytes each."""

    name: str
    kind: str
    size: int = 0  # bytes of its values in all
    values: Iterable[bytes | memoryview] = ()
    width: int = 0


class PlainFile:
    """A file in the making, segment after segment; whole when finished."""

    def __init__(self, path: Path) -> None:
        self._stream = path.open("wb")
        self._sha = hashlib.sha256()
        self._digests: list[U64] = []
        self._rest = b""  # of the last page so far
        self._groups: list[Struct] = []
        self.bytes = self.rows = 0
        self.footer = ""  # the hash of what the file says of itself, the hash of all digests in it
        self._write(_MAGIC)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stream.close()

    @property
    def sha256(self) -> str:
        """Return the hash of what was written so far, in hex."""
        return self._sha.hexdigest()

    def segment(self, rows: int, columns: Iterable[Column]) -> dict[str, int]:
        """Write the columns of some more rows; return where the values of each start."""
        starts, chunks = {}, []
        for column in columns:
            head = _page_head(rows, column.size)
            self._write(b"\0" * (-(self.bytes + len(head)) % _ALIGNED))
            at = self.bytes
            self._write(head)
            starts[column.name] = self.bytes
            for values in column.values:
                self._write(values)
            chunks.append(_chunk(column, rows, at, self.bytes - at))
        total = sum(size for _, size in chunks)
        self._groups.append(struct((1, [chunk for chunk, _ in chunks]), (2, Long(total)), (3, Long(rows))))
        self.rows += rows
        return starts

    def finish(self, schema: Sequence[Column], told: dict[str, Any]) -> None:
        """Write the digests of the pages, and what the file says of itself."""
        self._write(b"\0" * (-self.bytes % PAGE))
        found = np.concatenate(self._digests)
        table = found.astype("<u8").tobytes()
        where = {"at": self.bytes, "pages": len(found), "sha256": hashlib.sha256(table).hexdigest()}
        self._write(table, digested=False)
        foot = self._foot(schema, canonical(told | {"digests": where}).decode())
        end = foot + len(foot).to_bytes(4, "little") + _MAGIC
        self.footer = hashlib.sha256(end).hexdigest()
        self._write(end, digested=False)
        self._stream.close()

    def _foot(self, schema: Sequence[Column], told: str) -> bytes:
        root = struct((4, "index"), (5, len(schema)))
        return encoded(
            struct(
                (1, 1),
                (2, [root, *map(_element, schema)]),
                (3, Long(self.rows)),
                (4, self._groups),
                (5, [struct((1, METADATA), (2, told))]),
                (6, f"thresher {version()}"),
            )
        )

    def _write(self, data: bytes | memoryview, *, digested: bool = True) -> None:
        self._stream.write(data)
        self._sha.update(data)
        self.bytes += len(data)
        if digested:
            self._digest(memoryview(data))

    def _digest(self, data: memoryview) -> None:
        """Take the digests of the pages that are full."""
        if self._rest or len(data) < PAGE:
            missing = PAGE - len(self._rest)
            self._rest, data = self._rest + data[:missing], data[missing:]
            if len(self._rest) < PAGE:
                return
            self._digests.append(page_digests(np.frombuffer(self._rest, dtype=np.uint8)))
        whole = len(data) // PAGE * PAGE
        self._digests.append(page_digests(np.frombuffer(data, dtype=np.uint8)[:whole]))
        self._rest = bytes(data[whole:])


def page_digests(pages: npt.NDArray[np.uint8]) -> U64:
    """Return the digest of each of some pages, which lie one behind the other."""
    return digests(pages, np.arange(0, len(pages) + 1, PAGE, dtype=np.int64))


def footer_of(path: Path) -> str:
    """Return the hash of what a file says of itself: its end, from the start of Parquet's own metadata."""
    with path.open("rb") as stream:
        stream.seek(-8, 2)
        size = int.from_bytes(stream.read(4), "little")
        stream.seek(-8 - size, 2)
        return hashlib.sha256(stream.read()).hexdigest()


def _element(column: Column) -> Struct:
    """Return a column as a schema has it."""
    kind, width = _KINDS[column.kind], [(2, column.width)] if column.width else []
    converted = [] if kind.converted is None else [(6, kind.converted)]
    return struct((1, kind.type), *width, (3, _REQUIRED), (4, column.name), *converted)


def _page_head(rows: int, size: int) -> bytes:
    levels = struct((1, rows), (2, _PLAIN), (3, _RLE), (4, _RLE))  # of required columns there are no levels
    return encoded(struct((1, 0), (2, size), (3, size), (5, levels)))


def _chunk(column: Column, rows: int, at: int, size: int) -> tuple[Struct, int]:
    """Return a column of a row group, which is one page, and its bytes."""
    told = (
        (1, _KINDS[column.kind].type),
        (2, [_PLAIN, _RLE]),
        (3, [column.name]),
        (4, 0),
        *((number, Long(value)) for number, value in ((5, rows), (6, size), (7, size), (9, at))),
    )
    return struct((2, Long(at)), (3, struct(*told))), size
