"""Lines told apart by the C kernel: clean ones, of which nothing more need be known, and those to look at.

NumPy and Polars are not imported here: ``thresher check`` uses neither.
"""

from __future__ import annotations

import ctypes
from typing import NamedTuple

from curate.core.read.lines import Span
from curate.core.read.scanning import Scanned
from curate.native.library import library

LAYOUTS = (  # in the order of scan.c
    "messages",
    "sharegpt",
    "alpaca",
    "prompt_completion",
    "input_output",
    "classification",
    "text",
)
MOST_BYTES = 8 << 20  # of a piece: one that is larger holds few lines, which take the other way
LEAST_TURN = 8  # bytes; no turn is written in fewer
TURN_BYTES = 24
COLUMNS = ("raw", "ids", "has_id", "labels", "has_label", "texts", "roles")
ENDS = ("line", "raw_ends", "id_ends", "label_ends", "turn_ends", "text_ends")


class Scan(ctypes.Structure):
    """``scan_t`` of scan.c, field by field."""

    _fields_ = (
        ("layout", ctypes.c_int64),
        ("most", ctypes.c_int64),
        ("id", ctypes.c_char_p),
        ("id_size", ctypes.c_int64),
        ("scratch", ctypes.c_void_p),
        ("turns", ctypes.c_void_p),
        ("lines", ctypes.c_int64),
        ("rows", ctypes.c_int64),
        ("bytes", ctypes.c_int64),
        ("spoken", ctypes.c_int64),
        ("looks", ctypes.c_int64),
        ("look", ctypes.c_void_p),
        *((name, ctypes.c_void_p) for name in COLUMNS),
        *((name, ctypes.c_void_p) for name in ENDS),
    )


class Counted(NamedTuple):
    """How many rows of a piece are clean, and how many bytes they have."""

    rows: int
    bytes: int


class Room:
    """Memory for the kernel to work in, used again for every piece."""

    def __init__(self) -> None:
        self._size = 0
        self._scratch = self._turns = ctypes.create_string_buffer(0)

    def give(self, scan: Scan, size: int) -> None:
        """Give a scan the room that a piece of ``size`` bytes needs."""
        if size > self._size:
            self._size = size = size * 5 // 4  # the next may be a little larger
            self._scratch = ctypes.create_string_buffer(2 * size + 16)
            self._turns = ctypes.create_string_buffer((size // LEAST_TURN + 2) * TURN_BYTES)
        scan.scratch, scan.turns = ctypes.addressof(self._scratch), ctypes.addressof(self._turns)


def look_at(loaded: ctypes.CDLL, data: bytes, scan: Scan, lines: int) -> list[Span]:
    """Fill the scan; return (line, start, end) of each of its lines to look at."""
    look = (ctypes.c_int64 * (3 * lines))()
    scan.look = ctypes.addressof(look)
    loaded.thresher_scan(data, ctypes.c_size_t(len(data)), ctypes.byref(scan))
    found = look[: 3 * scan.looks]
    return list(zip(found[::3], found[1::3], found[2::3], strict=True))


class Sieve:
    """A scanner that counts the clean rows and gathers none: all that a check needs."""

    def __init__(self, loaded: ctypes.CDLL) -> None:
        self._library = loaded
        loaded.thresher_lines.restype = ctypes.c_int64
        self._room = Room()

    def scan(self, data: bytes, layout: str, limit: int) -> Scanned | None:
        """Return how many rows are clean, and the lines to look at."""
        if layout not in LAYOUTS or len(data) > MOST_BYTES:
            return None
        scan = Scan(layout=LAYOUTS.index(layout), most=limit, id=b"", id_size=-1)
        self._room.give(scan, len(data))
        doubtful = look_at(self._library, data, scan, self._library.thresher_lines(data, ctypes.c_size_t(len(data))))
        return Scanned(scan.lines, Counted(scan.rows, scan.bytes), doubtful)


def native_sieve() -> Sieve | None:
    """Return a sieve; None where the kernel was not built or is switched off."""
    loaded = library()
    return None if loaded is None else Sieve(loaded)
