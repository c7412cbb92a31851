"""The rows that the C kernel clears, gathered into the columns of a block."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from typing import Any, NamedTuple, cast

import numpy as np
import numpy.typing as npt
import polars as pl

from curate.core.read.scanning import Clean, Scanned
from curate.native.arena import Arena, together
from curate.native.arrow import binary, chats, strings
from curate.native.digests import digests_by
from curate.native.library import library, most_level
from curate.native.scanner import ENDS, LAYOUTS, LEAST_TURN, MOST_BYTES, Room, Scan, look_at

Array = npt.NDArray[Any]
ENDS_OF = {"raw": "raw_ends", "ids": "id_ends", "labels": "label_ends", "texts": "text_ends"}
PLAIN = ("roles", "has_id", "has_label")  # a value a turn or a row
LARGE = ("raw", "texts")  # most of the bytes: one block's lie one behind the other, and are not copied


class Cleared(NamedTuple):
    """The clean rows of a piece: columns of bytes with ends, as Arrow has them."""

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
        self._ends_of = {name: ends for name, ends in ENDS_OF.items() if lines or name != "raw"}
        self._arenas = {name: Arena() for name in LARGE if name in self._ends_of}
        self._columns: dict[str, Array] = {}  # room for a piece's, used again
        self._given = (0, 0)

    def scan(self, data: bytes, layout: str, limit: int) -> Scanned | None:
        """Return the rows that are clean, and the lines to look at."""
        if layout not in LAYOUTS or not 0 < len(data) <= MOST_BYTES:
            return None
        lines = int(self._library.thresher_lines(data, ctypes.c_size_t(len(data))))
        scan = Scan(layout=LAYOUTS.index(layout), most=limit, id=self._id, id_size=len(self._id))
        self._room.give(scan, len(data))
        self._give(scan, len(data), lines)
        doubtful = look_at(self._library, data, scan, lines)
        return Scanned(scan.lines, self._taken(scan), doubtful)

    def frame(self, cleared: Sequence[tuple[int, Clean]]) -> pl.DataFrame:
        """Return line, messages and label of the rows of some pieces, and with lines id, digest and raw."""
        pieces = [cast("Cleared", clean).columns for _, clean in cleared]
        joined = {name: together([piece[name] for piece in pieces]) for name in (*self._ends_of, *PLAIN)}
        ends = {name: _joined([piece[name] for piece in pieces]) for name in (*self._ends_of.values(), "turn_ends")}
        line = np.concatenate([first + piece["line"] for (first, _), piece in zip(cleared, pieces, strict=True)])
        self.leave()
        said = {
            "line": line.astype(np.uint64),
            "messages": chats(joined["roles"], joined["texts"], ends["text_ends"], ends["turn_ends"]),
            "label": strings(joined["labels"], ends["label_ends"], joined["has_label"].view(np.bool_)),
        }
        if not self._lines:
            return pl.DataFrame(said)
        digest = digests_by(self._library, self._level, joined["raw"], ends["raw_ends"])
        own = strings(joined["ids"], ends["id_ends"], joined["has_id"].view(np.bool_))
        known = own if own.null_count() == 0 else own.to_frame("id").select(pl.coalesce("id", _hex(digest))).to_series()
        return pl.DataFrame({**said, "id": known, "digest": digest, "raw": binary(joined["raw"], ends["raw_ends"])})

    def leave(self) -> None:
        """Let go of the rows cleared so far; what was given of them stays valid."""
        for arena in self._arenas.values():
            arena.leave()

    def _give(self, scan: Scan, size: int, lines: int) -> None:
        """Give a scan columns that hold whatever a piece of ``size`` bytes and ``lines`` lines may have."""
        room = {name: arena.room(size) for name, arena in self._arenas.items()}
        if size > self._given[0] or lines > self._given[1]:
            self._given = max(size * 5 // 4, self._given[0]), max(lines * 5 // 4, self._given[1])
            size, lines = self._given
            turns = size // LEAST_TURN + 2
            bytes_of = {name: np.empty(size, np.uint8) for name in self._ends_of if name not in LARGE}
            plain = {name: np.empty(turns if name == "roles" else lines, np.uint8) for name in PLAIN}
            ends = {name: np.empty((turns if name == "text_ends" else lines) + 1, np.int64) for name in ENDS}
            self._columns = {**bytes_of, **plain, **ends}
        for name, array in (*self._columns.items(), *room.items()):
            setattr(scan, name, array.ctypes.data)

    def _taken(self, scan: Scan) -> Cleared:
        """Return what a scan wrote into the columns."""
        rows, turns = scan.rows, scan.spoken
        sizes = {"line": rows, "has_id": rows, "has_label": rows, "roles": turns, "text_ends": turns + 1}
        sizes |= {name: rows + 1 for name in (*self._ends_of.values(), "turn_ends") if name not in sizes}
        columns = {name: self._columns[name][:size].copy() for name, size in sizes.items()}
        for name, ends in self._ends_of.items():
            size = int(columns[ends][-1])
            large = self._arenas.get(name)
            columns[name] = self._columns[name][:size].copy() if large is None else large.take(size)
        return Cleared(rows, scan.bytes, columns)


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
