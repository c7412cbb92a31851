"""What tools are called with: another argument is another answer, however many words the calls share."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import orjson
import polars as pl

from curate.core.record.exact import exactly, written
from curate.core.record.turns import Turns
from curate.native.digests import digests

U64 = npt.NDArray[np.uint64]


def call_digests(messages: pl.Series) -> U64:
    """Return a digest of the calls of each record, turn by turn; 0 where it makes none.

    Names and arguments count, as values: neither ids, nor spaces, nor the order of members or of calls made at once.
    """
    turns = Turns(messages)
    calls = turns.flat["calls"]
    found = np.zeros(turns.records, dtype=np.uint64)
    called = calls.is_not_null().to_numpy()
    if not called.any():
        return found
    spelt = [_spelt(one) for one in calls.drop_nulls().to_list()]
    owner = turns.owner[called]
    starts = np.flatnonzero(np.concatenate([[True], owner[1:] != owner[:-1]]))
    ends = np.zeros(len(spelt) + 1, dtype=np.int64)
    np.cumsum([len(one) for one in spelt], out=ends[1:])
    told = digests(np.frombuffer(b"".join(spelt), dtype=np.uint8), ends[[*starts, len(spelt)]])
    found[owner[starts]] = told | np.uint64(1)
    return found


def _spelt(calls: bytes) -> bytes:
    """Return the calls of a turn, told by what they say alone."""
    said = exactly(calls)
    told = sorted(_as_said(one) for one in said) if isinstance(said, list) else [calls]
    return b"[%b]\n" % b",".join(told)


def _as_said(call: Any) -> bytes:
    named = call.get("function") if isinstance(call, dict) else None
    if isinstance(named, dict):
        call = [named.get("name"), _value(named.get("arguments"))]
    try:
        return written(call, orjson.OPT_SORT_KEYS)
    except orjson.JSONEncodeError:  # arguments nested deeper than can be written
        return repr(call).encode(errors="surrogatepass")


def _value(arguments: Any) -> Any:
    """Return arguments as their value, whether they stand as such or as text; text that is no JSON is itself."""
    if not isinstance(arguments, str):
        return arguments
    try:
        return exactly(arguments.encode())
    except orjson.JSONDecodeError:
        return arguments
