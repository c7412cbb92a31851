"""The C kernel by ctypes: the same bits as the numpy path, many times as fast; None where it was not built."""

from __future__ import annotations

import ctypes
import os
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from curate.core.run.aside import aside
from curate.native import library
from curate.native.library import LEVELS, level_of
from curate.native.views import Views

U16 = npt.NDArray[np.uint16]
U32 = npt.NDArray[np.uint32]
U64 = npt.NDArray[np.uint64]
I64 = npt.NDArray[np.int64]

SLOTS = 128
_ONE_AT_A_TIME = Lock()


class Signed(NamedTuple):
    """What the kernel makes of n texts: the set of shingles of text i is ``grams[starts[i]:starts[i + 1]]``."""

    grams: U64
    starts: I64  # n + 1
    digests: U64  # of the shingles in their order
    signatures: U32  # n x 128; no rows where none were asked for


class Kernel:
    """The loaded library. Its functions let go of the GIL and may run in many threads."""

    def __init__(self, library: ctypes.CDLL, most: int) -> None:
        self.library = library
        library.thresher_sign.restype = ctypes.c_size_t
        library.thresher_words.restype = ctypes.c_size_t
        library.thresher_fold.restype = ctypes.c_size_t
        self.level = min(int(library.thresher_best()), most)

    def sign(self, texts: pl.Series, salt: int, min_words: int, permutations: tuple[U32, U32] | None) -> Signed:
        """Return the shingles of texts, none of them null; and their signatures, where permutations are given."""
        views = Views(texts)
        count = len(texts)
        factors, summands = permutations or (np.empty(0, np.uint32), np.empty(0, np.uint32))
        out = Signed(
            np.empty(views.bytes // 2 + count + 1, np.uint64),
            np.empty(count + 1, np.int64),
            np.empty(count, np.uint64),
            np.empty((count if permutations else 0, SLOTS), np.uint32),
        )
        written = self.library.thresher_sign(
            views.address, views.buffers, size(count), ctypes.c_uint64(salt), ctypes.c_uint32(min_words),
            at(factors), at(summands), ctypes.c_int(self.level), at(out.signatures) if permutations else None,
            at(out.grams), at(out.starts), at(out.digests),
        )  # fmt: skip
        return out._replace(grams=out.grams[:written])

    def words(self, texts: pl.Series) -> tuple[U64, I64]:
        """Return the hashes of the words of texts, none of them null, and where each text's start (n + 1)."""
        views = Views(texts)
        words, starts = np.empty(views.bytes // 2 + len(texts) + 1, np.uint64), np.empty(len(texts) + 1, np.int64)
        written = self.library.thresher_words(views.address, views.buffers, size(len(texts)), at(words), at(starts))
        return words[:written], starts

    def signs(self, texts: pl.Series) -> U64:
        """Return a digest of the signs of each text, none of them null."""
        views = Views(texts)
        digests = np.empty(len(texts), np.uint64)
        self.library.thresher_signs(views.address, views.buffers, size(len(texts)), at(digests))
        return digests

    def blocks(self, texts: pl.Series) -> U64:
        """Return a digest of the blocks of each text, none of them null."""
        views = Views(texts)
        digests = np.empty(len(texts), np.uint64)
        self.library.thresher_blocks(views.address, views.buffers, size(len(texts)), at(digests))
        return digests

    def bands(self, signatures: U32, bands: int, rows: int) -> U64:
        """Return the band keys (bands x n) of signatures (n x 128)."""
        keys = np.empty((bands, len(signatures)), np.uint64)
        count, shape = size(len(signatures)), (ctypes.c_uint32(bands), ctypes.c_uint32(rows))
        self.library.thresher_bands(at(signatures), count, *shape, ctypes.c_int(self.level), at(keys))
        return keys


def at(array: npt.NDArray[Any]) -> ctypes.c_void_p:
    """Return the address of an array's first value; the caller keeps the array; ``data_as`` would leave a cycle."""
    return ctypes.c_void_p(array.ctypes.data)


def size(count: int) -> ctypes.c_size_t:
    """Return a count as C takes it."""
    return ctypes.c_size_t(count)


def load(path: Path, most: str = LEVELS[-1]) -> Kernel:
    """Return a library, which will use the best instructions of this machine up to ``most``.

    Raises:
        ConfigError: no level is called so.
    """
    return Kernel(ctypes.CDLL(str(path)), level_of(most))


def kernel() -> Kernel | None:
    """Return the kernel; None, having said so once, where it was not built or is switched off."""
    with _ONE_AT_A_TIME:  # threads that ask for it together would each say so
        return _found()


@lru_cache(maxsize=1)
def _found() -> Kernel | None:
    loaded = library.library()
    if loaded is not None:
        return Kernel(loaded, library.most_level(loaded))
    if not library.FILE.exists() and os.environ.get(library.SWITCH) != "off":
        aside("note: the C kernel was not built: near-duplicates take about 10 times as long\n")
    return None
