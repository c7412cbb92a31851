"""A column of texts, or of bytes, as the C kernel reads it: Arrow's views, without a copy."""

from __future__ import annotations

import ctypes

import nanoarrow
import polars as pl

VIEW_BYTES = 16


class Views:
    """The views and buffers of a Polars column, held as long as this object lives.

    The Arrow columnar format, "variable-size binary view layout": a view is a length and the text itself, or a
    length, a buffer's number and the text's place in it.
    """

    def __init__(self, texts: pl.Series) -> None:
        texts = texts.rechunk()
        self.sizes: pl.Series = texts.bin.size() if texts.dtype == pl.Binary else texts.str.len_bytes()
        self.bytes = int(self.sizes.sum())  # of all texts
        self.address: ctypes.c_void_p = ctypes.c_void_p()
        self.buffers = (ctypes.c_void_p * 1)()
        self._arrays = list(nanoarrow.c_array_stream(texts)) if len(texts) else []
        for array in self._arrays:  # one, or none
            _, views, *data, _ = array.buffers
            self.address = ctypes.c_void_p(views + VIEW_BYTES * array.offset)
            self.buffers = (ctypes.c_void_p * max(len(data), 1))(*data)
