"""Lines left out of a file by their numbers: in C, or in Python where the kernel was not built."""

from __future__ import annotations

import ctypes

import numpy as np
import numpy.typing as npt

from curate.native.library import library

U64 = npt.NDArray[np.uint64]


def without(data: bytes, first: int, gone: U64) -> tuple[bytes | memoryview, int]:
    """Return whole lines but for those whose numbers are ``gone``, which ascend; and how many lines came in.

    The first line has the number ``first``; the last may have no end.
    """
    loaded = library()
    if loaded is None:
        return _by_python(data, first, set(gone.tolist()))
    loaded.thresher_lines.restype = ctypes.c_int64
    loaded.thresher_without.restype = ctypes.c_size_t
    size = ctypes.c_size_t(len(data))
    lines = int(loaded.thresher_lines(data, size))
    start, end = np.searchsorted(gone, np.array([first, first + lines], np.uint64))
    here = np.ascontiguousarray(gone[start:end])
    if not len(here):
        return data, lines
    left = np.empty(len(data), np.uint8)
    own, out = ctypes.c_void_p(here.ctypes.data), ctypes.c_void_p(left.ctypes.data)
    written = loaded.thresher_without(data, size, ctypes.c_uint64(first), own, ctypes.c_size_t(len(here)), out)
    return left[:written].data, lines


def _by_python(data: bytes, first: int, gone: set[int]) -> tuple[bytes, int]:
    *ended, rest = data.split(b"\n")
    lines = [line + b"\n" for line in ended] + ([rest] if rest else [])
    return b"".join([line for number, line in enumerate(lines, first) if number not in gone]), len(lines)
