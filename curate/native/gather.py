"""The rows that the C kernel clears, gathered into the columns of a block."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from typing import Any, NamedTuple, cast

import numpy as np
import numpy.typing as npt
import polars as pl

from curate.core.read.scanning import Clean, Scanned
from curate.native.arrow import binary, chats, strings
from curate.native.digests import digests_by
from curate.native.library import library, most_level
from curate.native.scanner import COLUMNS, ENDS, LAYOUTS, LEAST_TURN, MOST_BYTES, Room, Scan, look_at

Array = npt.NDArray[Any]
ENDS_OF = {"ids": "id_ends", "labels": "label_ends", "texts": "text_ends"}
SPANS = ("line", "starts", "ends")  # a number a row, no offsets


class Cleared(NamedTuple):
    """The clean rows of a piece: the spans of their lines, and columns of bytes with ends, as Arrow has them."""

    data: bytes
    rows: int
    bytes: int
    columns: dict[str, Array]


class Gatherer:
    """A scanner that gathers what a block needs of the rows it clears; ``id_field`` names the field of the id.

    Without ``lines`` a block gets neither the bytes of the rows nor what is made of them, ids and digests.
    """

    def __init__(self, loaded: ctypes.CDLL, level: int, id_field: str, *, lines: bool = True) -> None:
        self._library, self._level, self._lines = loaded, level, lines
        loaded.thresher_lines.restype = ctypes.c_int64
        self._id = id_field.encode()
        self._room = Room()
        self._columns: dict[str, Array] = {}  # room for a piece's, used again
        self._given = (0, 0)

    def scan(self, data: bytes, layout: str, limit: int) -> Scanned | None:
        """Return the rows that are clean, and the lines to look at."""
        if layout not in LAYOUTS or len(data) > MOST_BYTES:
            return None
        lines = int(self._library.thresher_lines(data, ctypes.c_size_t(len(data))))
        scan = Scan(layout=LAYOUTS.index(layout), most=limit, id=self._id, id_size=len(self._id))
        self._room.give(scan, len(data))
        self._give(scan, len(data), lines)
        doubtful = look_at(self._library, data, scan, lines)
        return Scanned(scan.lines, self._taken(data, scan.rows, scan.spoken), doubtful)

    def frame(self, cleared: Sequence[tuple[int, Clean]]) -> pl.DataFrame:
        """Return line, messages and label of the rows of some pieces, and with lines id, digest and raw."""
        whole = [cast("Cleared", clean) for _, clean in cleared]
        pieces = [piece.columns for piece in whole]
        joined = {name: np.concatenate([piece[name] for piece in pieces]) for name in COLUMNS}
        ends = {name: _joined([piece[name] for piece in pieces]) for name in ENDS if name not in SPANS}
        line = np.concatenate([first + piece["line"] for (first, _), piece in zip(cleared, pieces, strict=True)])
        said = {
            "line": line.astype(np.uint64),
            "messages": chats(joined["roles"], joined["texts"], ends["text_ends"], ends["turn_ends"]),
            "label": strings(joined["labels"], ends["label_ends"], joined["has_label"].view(np.bool_)),
        }
        if not self._lines:
            return pl.DataFrame(said)
        raw, raw_ends = self._raw(whole)
        digest = digests_by(self._library, self._level, raw, raw_ends)
        own = strings(joined["ids"], ends["id_ends"], joined["has_id"].view(np.bool_))
        known = own if own.null_count() == 0 else own.to_frame("id").select(pl.coalesce("id", _hex(digest))).to_series()
        return pl.DataFrame({**said, "id": known, "digest": digest, "raw": binary(raw, raw_ends)})

    def _give(self, scan: Scan, size: int, lines: int) -> None:
        """Give a scan columns that hold whatever a piece of ``size`` bytes and ``lines`` lines may have."""
        if size > self._given[0] or lines > self._given[1]:
            self._given = max(size * 5 // 4, self._given[0]), max(lines * 5 // 4, self._given[1])
            size, lines = self._given
            turns = size // LEAST_TURN + 2
            bytes_of = {name: np.empty(size, np.uint8) for name in ("ids", "labels")}
            flags = {name: np.empty(lines, np.uint8) for name in ("has_id", "has_label")}
            ends = {name: np.empty(lines + 1, np.int64) for name in ENDS if name != "text_ends"}
            ends["text_ends"] = np.empty(turns + 1, np.int64)
            self._columns = {**bytes_of, **flags, **ends, "roles": np.empty(turns, np.uint8)}
        self._columns["texts"] = np.empty(size, np.uint8)  # most of the bytes: taken as they are, not copied
        for name, array in self._columns.items():
            setattr(scan, name, array.ctypes.data)

    def _taken(self, data: bytes, rows: int, turns: int) -> Cleared:
        """Return what a scan wrote into the columns."""
        sizes = {"roles": turns, "text_ends": turns + 1, "has_id": rows, "has_label": rows}
        sizes |= dict.fromkeys(SPANS, rows) | dict.fromkeys(("id_ends", "label_ends", "turn_ends"), rows + 1)
        sizes |= {name: int(self._columns[ends][sizes[ends] - 1]) for name, ends in ENDS_OF.items()}
        columns = {name: self._columns[name][:size] for name, size in sizes.items()}
        columns |= {name: column.copy() for name, column in columns.items() if name != "texts"}
        return Cleared(data, rows, int((columns["ends"] - columns["starts"]).sum()), columns)

    def _raw(self, pieces: Sequence[Cleared]) -> tuple[Array, Array]:
        """Return the lines of the rows one behind the other, and their ends."""
        raw = np.empty(sum(piece.bytes for piece in pieces), np.uint8)
        ends = np.zeros(sum(piece.rows for piece in pieces) + 1, np.int64)
        row = 0
        for piece in pieces:
            spans = [_at(piece.columns[name]) for name in ("starts", "ends")]
            count = ctypes.c_size_t(piece.rows)
            self._library.thresher_pack(piece.data, *spans, count, _at(raw), _at(ends[row:]))
            row += piece.rows
        return raw, ends


def _at(array: Array) -> ctypes.c_void_p:
    return ctypes.c_void_p(array.ctypes.data)


def _joined(ends: Sequence[Array]) -> Array:
    """Return the ends of all pieces as those of one."""
    parts, start = [np.zeros(1, np.int64)], 0
    for piece in ends:
        parts.append(piece[1:] + start)
        start += int(piece[-1])
    return np.concatenate(parts)


def _hex(digest: Array) -> pl.Series:
    """Return the digests as 16 hex digits."""
    digits = np.frombuffer(digest.astype(">u8").tobytes().hex().encode(), np.uint8)
    return strings(digits, np.arange(0, len(digits) + 1, 16, dtype=np.int64))


def native_gatherer(id_field: str, *, lines: bool = True) -> Gatherer | None:
    """Return a gatherer; None where the kernel was not built or is switched off."""
    loaded = library()
    return None if loaded is None else Gatherer(loaded, most_level(loaded), id_field, lines=lines)
