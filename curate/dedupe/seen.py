"""The pictures, sounds and films of a question: with others it is another one, whatever its words are."""

from __future__ import annotations

import json

import numpy as np
import numpy.typing as npt
import orjson
import polars as pl

from curate.core.read.layouts.beside import told_parts
from curate.dedupe.signatures.shingles import mix64, mixed


def seen(rows: pl.DataFrame) -> npt.NDArray[np.uint64]:
    """Return a digest of what each row of a block shows; 0 where it shows nothing."""
    return mixed(rows["media"]) ^ mix64(mixed(rows["shown"]))


def parts_as_told(parts: pl.Series) -> pl.Series:
    """Return what the parts of each turn hold beside texts, as text; empty where that is nothing."""
    if parts.null_count() == len(parts):
        return pl.Series([""]).new_from_index(0, len(parts))
    found = ([] if part is None else told_parts(orjson.loads(part)) for part in parts.to_list())
    return pl.Series([json.dumps(told, sort_keys=True) if told else "" for told in found], dtype=pl.String)
