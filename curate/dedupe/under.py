"""Under which instructions a record answers: system prompts as they read, and tools as the values that they are.

Instructions are equal or not: one word of many, or one number, turns a rule round.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import orjson
import polars as pl

from curate.core.record.exact import exactly, written
from curate.core.record.turns import Turns
from curate.core.record.views import INSTRUCTING
from curate.dedupe.signatures.shingles import mix64
from curate.dedupe.text import folded
from curate.native.digests import digests

U64 = npt.NDArray[np.uint64]


def under_digests(block: pl.DataFrame) -> U64:
    """Return a digest of each row's system prompts and tools; 0 where it has neither.

    Case and white space of prompts do not count, nor the spaces and the order of members of tools.
    """
    turns = Turns(block["messages"])
    instructs = turns.has_role(*INSTRUCTING)
    found = np.zeros(len(block), dtype=np.uint64)
    if instructs.any():
        found ^= mix64(_of_distinct(turns.joined(turns.flat["text"], instructs), _as_read))
    if block["tools"].null_count() < len(block):
        found ^= _of_distinct(block["tools"], _as_values)
    return found


def _of_distinct(values: pl.Series, told: Callable[[pl.Series], list[bytes]]) -> U64:
    """Return a digest of what is told of each value, 0 where that is nothing. Many rows have the same."""
    distinct = values.unique()
    spelt = told(distinct)
    ends = np.concatenate([[0], np.cumsum([len(one) for one in spelt])]).astype(np.int64)
    made = digests(np.frombuffer(b"".join(spelt), dtype=np.uint8), ends) | np.uint64(1)
    known = pl.DataFrame({"value": distinct, "digest": np.where(np.diff(ends) > 0, made, np.uint64(0))})
    rows = values.to_frame("value")
    return rows.join(known, on="value", how="left", maintain_order="left", nulls_equal=True)["digest"].to_numpy()


def _as_read(texts: pl.Series) -> list[bytes]:
    return [text.encode() for text in folded(texts.fill_null("").str.normalize("NFKC")).to_list()]


def _as_values(tools: pl.Series) -> list[bytes]:
    return [b"" if one is None else _canonical(one) for one in tools.to_list()]


def _canonical(tools: bytes) -> bytes:
    try:
        value = exactly(tools)
        return written(value, orjson.OPT_SORT_KEYS) if value else b""
    except (orjson.JSONDecodeError, orjson.JSONEncodeError):  # no JSON, or nested deeper than can be written
        return tools
