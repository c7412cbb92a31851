"""Lines left out of a file, and lines written to one: in C, or in Python where the kernel was not built."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import polars as pl

from curate.core.write.written import TOGETHER
from curate.native.library import library
from curate.native.views import VIEW_BYTES, Views

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


def ended(lines: pl.Series) -> Iterator[memoryview]:
    """Yield lines (bytes, none of them null), each with a line end behind it, some at a time."""
    loaded = library()
    if loaded is None:
        for start in range(0, len(lines), TOGETHER):
            yield memoryview(b"\n".join([*lines.slice(start, TOGETHER).to_list(), b""]))
        return
    loaded.thresher_ended.restype = ctypes.c_size_t
    views = Views(lines)
    ends = np.concatenate([[0], np.cumsum(views.sizes.to_numpy() + 1, dtype=np.int64)])
    for start in range(0, len(lines), TOGETHER):
        count = min(TOGETHER, len(lines) - start)
        out = np.empty(ends[start + count] - ends[start], np.uint8)
        first = ctypes.c_void_p((views.address.value or 0) + VIEW_BYTES * start)
        loaded.thresher_ended(first, views.buffers, ctypes.c_size_t(count), ctypes.c_void_p(out.ctypes.data))
        yield out.data


def _by_python(data: bytes, first: int, gone: set[int]) -> tuple[bytes, int]:
    *ended, rest = data.split(b"\n")
    lines = [line + b"\n" for line in ended] + ([rest] if rest else [])
    return b"".join([line for number, line in enumerate(lines, first) if number not in gone]), len(lines)
