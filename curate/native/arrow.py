"""Buffers to Polars columns through Arrow's C interface: no Python object a row, and no copy of the bytes."""

from __future__ import annotations

from typing import Any

import nanoarrow as na
import numpy as np
import numpy.typing as npt
import polars as pl

U8 = npt.NDArray[np.uint8]
U64 = npt.NDArray[np.uint64]
I64 = npt.NDArray[np.int64]


def binary(data: U8, ends: I64) -> pl.Series:
    """Return the bytes ``data[ends[i]:ends[i + 1]]`` as a column."""
    return _series(_bytes(na.large_binary(), data, ends))


def strings(data: U8, ends: I64, present: npt.NDArray[np.bool_] | None = None) -> pl.Series:
    """Return the texts ``data[ends[i]:ends[i + 1]]``, which are UTF-8, as a column; null where not ``present``."""
    return _series(_bytes(na.large_string(), data, ends, present))


def lists(values: U64, ends: I64) -> pl.Series:
    """Return the lists ``values[ends[i]:ends[i + 1]]`` as a column."""
    flat = na.c_array_from_buffers(na.uint64(), len(values), [None, values], null_count=0)
    kind = na.large_list(na.uint64())
    return _series(na.c_array_from_buffers(kind, len(ends) - 1, [None, ends], null_count=0, children=[flat]))


def chats(roles: U8, texts: U8, text_ends: I64, turn_ends: I64) -> pl.Series:
    """Return lists of messages, of which role and text are given and all else is null.

    Turn ``k`` has the role ``ROLES[roles[k]]`` and the text ``texts[text_ends[k]:text_ends[k + 1]]``; chat ``i`` has
    the turns ``turn_ends[i]`` to ``turn_ends[i + 1]``.
    """
    count = len(roles)
    role_ends = np.concatenate([[0], np.cumsum(_SIZES[roles])])
    fields = {
        "role": _bytes(na.large_string(), _LETTERS[roles][_USED[roles]], role_ends),
        "text": _bytes(na.large_string(), texts, text_ends),
        **{name: _nulls(kind, count, np.zeros(count + 1, np.int64), b"") for name, kind in _NULLS.items()},
        "weight": _nulls(na.int8(), count, np.zeros(count, np.int8)),
    }
    turn = na.struct({name: array.schema for name, array in fields.items()})
    turns = na.c_array_from_buffers(turn, count, [None], null_count=0, children=fields.values(), move=True)
    return _series(
        na.c_array_from_buffers(
            na.large_list(turn), len(turn_ends) - 1, [None, turn_ends], null_count=0, children=[turns], move=True
        )
    )


ROLES = ("system", "user", "assistant")  # in the order of scan.c
_SIZES = np.array([len(role) for role in ROLES])
_LETTERS = np.array([list(role.ljust(_SIZES.max()).encode()) for role in ROLES], np.uint8)
_USED = np.arange(_SIZES.max()) < _SIZES[:, None]
_NULLS = {
    "parts": na.large_binary(),
    "calls": na.large_binary(),
    "call_id": na.large_string(),
    "name": na.large_string(),
}


def _nulls(kind: Any, count: int, *held: Any) -> Any:
    """Return nulls; ``held`` are the buffers of the kind, whose number nanoarrow takes on trust."""
    return na.c_array_from_buffers(kind, count, [np.zeros((count + 7) // 8, np.uint8), *held], null_count=count)


def _bytes(kind: Any, data: U8, ends: I64, present: npt.NDArray[np.bool_] | None = None) -> Any:
    valid = None if present is None else np.packbits(present, bitorder="little")
    missing = 0 if present is None else len(present) - int(np.count_nonzero(present))
    return na.c_array_from_buffers(kind, len(ends) - 1, [valid, ends, data], null_count=missing)


def _series(array: Any) -> pl.Series:
    return pl.Series(na.Array(array))
