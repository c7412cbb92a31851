"""The C kernel by ctypes: the same bits as the numpy path, many times as fast; None where it was not built."""

from __future__ import annotations

import ctypes
import os
import sys
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from curate.native.library import FILE, LEVELS, SWITCH, level_of

U8 = npt.NDArray[np.uint8]
U32 = npt.NDArray[np.uint32]
U64 = npt.NDArray[np.uint64]
I64 = npt.NDArray[np.int64]


class Signed(NamedTuple):
    """Signatures (n x 128) of n texts, with their words and shingles counted."""

    signatures: U32
    words: U32
    shingles: U32


class Grams(NamedTuple):
    """Shingles of n texts: those of text i are ``values[offsets[i]:offsets[i + 1]]``."""

    values: U64
    offsets: I64
    words: U32


class Kernel:
    """The loaded library. Its functions let go of the GIL and may run in many threads."""

    def __init__(self, library: ctypes.CDLL, most: int) -> None:
        self._library = library
        library.thresher_shingles.restype = ctypes.c_size_t
        library.thresher_sets.restype = ctypes.c_size_t
        self.level = min(int(library.thresher_best()), most)

    def sign(self, data: U8, offsets: I64, salt: int, min_words: int, permutations: tuple[U32, U32]) -> Signed:
        """Return the signatures of the texts ``data[offsets[i]:offsets[i + 1]]``."""
        count = len(offsets) - 1
        factors, summands = permutations
        out = Signed(np.empty((count, len(factors)), np.uint32), np.empty(count, np.uint32), np.empty(count, np.uint32))
        self._library.thresher_sign(
            _at(data), _at(offsets), _size(count), ctypes.c_uint64(salt), ctypes.c_uint32(min_words),
            _at(factors), _at(summands), ctypes.c_int(self.level),
            _at(out.signatures), _at(out.words), _at(out.shingles),
        )  # fmt: skip
        return out

    def shingles(self, data: U8, offsets: I64, salt: int, min_words: int) -> Grams:
        """Return the shingles of the texts ``data[offsets[i]:offsets[i + 1]]``."""
        count = len(offsets) - 1
        values = np.empty(len(data) // 2 + count + 1, np.uint64)
        out = Grams(values, np.empty(count + 1, np.int64), np.empty(count, np.uint32))
        written = self._library.thresher_shingles(
            _at(data), _at(offsets), _size(count), ctypes.c_uint64(salt), ctypes.c_uint32(min_words),
            _at(values), _at(out.offsets), _at(out.words),
        )  # fmt: skip
        return out._replace(values=values[:written].copy())

    def sets(self, values: U64, offsets: I64) -> tuple[U64, I64]:
        """Return the shingles of n texts as sets: those of each sorted, each once."""
        values, offsets = values.copy(), offsets.copy()
        left = self._library.thresher_sets(_at(values), _at(offsets), _size(len(offsets) - 1))
        return values[:left], offsets

    def shared(self, values: U64, offsets: I64, left: I64, right: I64) -> U32:
        """Return how many shingles the sets ``left[k]`` and ``right[k]`` have in common."""
        common = np.empty(len(left), np.uint32)
        pairs = _at(left), _at(right), _size(len(left))
        self._library.thresher_shared(_at(values), _at(offsets), *pairs, _at(common))
        return common

    def agree(self, sketches: U8, left: I64, right: I64) -> U32:
        """Return in how many bytes the sketches (n x width) ``left[k]`` and ``right[k]`` agree."""
        agree = np.empty(len(left), np.uint32)
        pairs = _at(left), _at(right), _size(len(left))
        self._library.thresher_agree(_at(sketches), _size(sketches.shape[1]), *pairs, _at(agree))
        return agree


def _at(array: npt.NDArray[Any]) -> ctypes.c_void_p:
    return array.ctypes.data_as(ctypes.c_void_p)


def _size(count: int) -> ctypes.c_size_t:
    return ctypes.c_size_t(count)


def load(path: Path, most: str = LEVELS[-1]) -> Kernel:
    """Return a library, which will use the best instructions of this machine up to ``most``.

    Raises:
        ConfigError: no level is called so.
    """
    level = level_of(most)
    return Kernel(ctypes.CDLL(str(path)), level)


@lru_cache(maxsize=1)
def kernel() -> Kernel | None:
    """Return the kernel; None, having said so once, where it was not built or is switched off."""
    wanted = os.environ.get(SWITCH, LEVELS[-1])
    if wanted == "off":
        return None
    if not FILE.exists():
        sys.stderr.write("note: the C kernel was not built: near-duplicates take about 10 times as long\n")
        return None
    return load(FILE, wanted)
