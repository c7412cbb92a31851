"""Texts in the form in which they are compared, by the C kernel and an alphabet."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from enum import IntFlag
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from curate.native.arrow import strings
from curate.native.kernel import I64, U16, U64, Kernel, at, kernel, size
from curate.native.views import Views

U8 = npt.NDArray[np.uint8]

PAGE = 256  # characters
PAGES = 0x110000 // PAGE
CELL = np.dtype(
    [("at", "u4"), ("size", "u1"), ("rank", "u1"), ("kind", "u2"), ("letters", "u1"), ("spaceless", "u1"), ("", "u2")]
)


class Kind(IntFlag):
    """What a character is, as ``fold.c`` has it."""

    UNKNOWN = 1
    CHANGED = 2
    MARK = 4
    SECOND = 8
    WHOLE = 16
    EMOJI = 32
    MODIFIER = 64
    JOINER = 128
    DROPPED = 256


class Alphabet(NamedTuple):
    """What becomes of each character, as far as its page was made."""

    pages: U16  # PAGES: where the cells of a page are, in pages; 0 where it was not made
    cells: npt.NDArray[np.void]
    pool: U8
    pairs: U64  # ascending: first << 32 | second, which make one character
    spelled: bool


class _Alphabet(ctypes.Structure):
    _fields_ = (
        *((name, ctypes.c_void_p) for name in ("pages", "cells", "pool", "pairs")),
        ("n_pairs", ctypes.c_size_t),
        ("wanted", ctypes.c_void_p),
        ("spelled", ctypes.c_int),
    )


class Folded(NamedTuple):
    """The form of texts, and a bit for each."""

    texts: pl.Series
    unknown: npt.NDArray[np.bool_]  # its form depends on more than the kernel knows; it is empty
    spaceless: npt.NDArray[np.bool_]
    short: npt.NDArray[np.bool_]  # it has fewer words than were asked about


def beyond_ascii(texts: pl.Series) -> I64:
    """Return how many characters of each text, none of them null, are not ASCII."""
    native = kernel()
    if native is None:
        return texts.str.count_matches(r"[^\x00-\x7f]").to_numpy().astype(np.int64)
    views, counts = Views(texts), np.empty(len(texts), np.int64)
    native.library.thresher_beyond_ascii(views.address, views.buffers, size(len(texts)), at(counts))
    return counts


def fold(
    native: Kernel, texts: pl.Series, alphabet: Alphabet, add: Callable[[npt.NDArray[np.intp]], Alphabet], few: int
) -> Folded:
    """Return the form of texts, none of them null; ``add`` makes pages of the alphabet that they want.

    A form of fewer words than ``few`` is short.
    """
    views, count = Views(texts), len(texts)
    found, wanted = np.zeros(count, np.uint8), np.zeros(PAGES, np.uint8)
    pieces, start, room = [], 0, views.bytes * 3 // 2 + 64
    while start < count:
        out, ends = np.empty(room, np.uint8), np.empty(count + 1, np.int64)
        own = _Alphabet(
            pages=at(alphabet.pages), cells=at(alphabet.cells), pool=at(alphabet.pool), pairs=at(alphabet.pairs),
            n_pairs=len(alphabet.pairs), wanted=at(wanted), spelled=alphabet.spelled,
        )  # fmt: skip
        stopped = native.library.thresher_fold(
            views.address, views.buffers, size(start), size(count), ctypes.byref(own), ctypes.c_uint32(few), at(out),
            size(room), at(ends), at(found),
        )  # fmt: skip
        if wanted.any():
            alphabet = add(np.flatnonzero(wanted))
            wanted[:] = 0
            continue
        pieces.append(strings(out[: ends[stopped]], ends[start : stopped + 1]))
        start, room = stopped, 2 * room
    made = pl.concat(pieces) if pieces else texts
    return Folded(made, found & 1 > 0, found & 4 > 0, found & 8 > 0)
