"""Which rows stay together in a split: connected components over everything that would leak."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
import orjson
import polars as pl

from curate.core.record.exact import written
from curate.core.record.fields import field_values
from curate.core.record.marks import alive
from curate.core.record.tables import Engine, Table
from curate.dedupe.contexts import Key
from curate.dedupe.ends import ends
from curate.engines.tables import MemoryTable
from curate.split.questions import question_hints
from curate.split.repeated import repeated

_SEED = 0x5911


def split_keys(block: pl.DataFrame, group_by: Sequence[str], key: Key, *, by_words: bool) -> pl.DataFrame:
    """Return row, digest, what tells its questions, and a hash of each field of ``group_by`` (null where it lacks it).

    ``key`` makes texts comparable; ``by_words`` says that similar texts stay together anyhow.
    """
    rows = block.filter(alive() & pl.col("messages").is_not_null())
    question, earlier = question_hints(rows, partial(ends, key=key), by_words=by_words)
    keyed = rows.select("row", "digest", question=question, earlier=earlier)
    if group_by:
        fields = {f"key_{i}": pl.String for i in range(len(group_by))}
        values = pl.DataFrame(group_values(rows["raw"], group_by), schema=fields, orient="row")
        others = values.select(pl.when(pl.col(name).is_not_null()).then(pl.col(name).hash(_SEED)) for name in fields)
        keyed = keyed.with_columns(others)
    return keyed


def group_values(raws: pl.Series, names: Sequence[str]) -> list[list[str | None]]:
    """Return the values of the fields of each record, written out; a name with dots leads into objects."""

    def told(value: Any) -> str | None:
        return None if value is None else written(value, orjson.OPT_SORT_KEYS).decode()

    return [[told(value) for value in found] for found in field_values(raws, names)]


def find_groups(keys: pl.DataFrame, links: Sequence[pl.DataFrame], engine: Engine) -> pl.DataFrame:
    """Return (row, group) for each row of ``keys``, whose rows ascend.

    The group is the smallest row that keys or links (a, b) lead to.
    """
    edges = [link.select("a", "b") for link in links]
    edges += [_with_first(keys, name) for name in keys.columns if name.startswith("key_")]
    joined = pl.concat(edges) if edges else pl.DataFrame(schema={"a": pl.UInt64, "b": pl.UInt64})
    if joined.is_empty():
        return keys.select("row", group="row")
    table: Table = engine.components(MemoryTable(joined))
    roots = table.read(["row", "root"])
    rows, members = keys["row"].to_numpy(), roots["row"].to_numpy()
    at = np.searchsorted(rows, members)
    here = at < len(rows)
    here[here] = rows[at[here]] == members[here]
    group = rows.copy()
    group[at[here]] = roots["root"].to_numpy()[here]
    return pl.DataFrame({"row": keys["row"], "group": group})


def _with_first(keys: pl.DataFrame, name: str) -> pl.DataFrame:
    """Return (a, b): each row whose key stands in an earlier row, with the first of them."""
    known = keys.select("row", name).drop_nulls()
    few = known[repeated(known[name].to_numpy())]
    return few.select(a=pl.col("row").min().over(name), b="row").filter(pl.col("a") != pl.col("b"))
