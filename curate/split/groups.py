"""Which rows stay together in a split: connected components over everything that would leak."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import orjson
import polars as pl

from curate.core.record.marks import alive
from curate.core.record.tables import Engine, Table
from curate.core.record.views import prompt
from curate.dedupe.seen import COLUMNS, seen
from curate.engines.tables import MemoryTable
from curate.split.repeated import repeated

_SEED = 0x5911
_TOGETHER = 1000  # rows fetched at once


def split_keys(block: pl.DataFrame, group_by: Sequence[str], ends: Callable[[pl.Series], pl.Series]) -> pl.DataFrame:
    """Return row, digest, a hash of the prompt's ends and of each field of ``group_by`` (null where a row lacks it).

    Other pictures make another prompt.
    ``ends`` gives of texts what comparable ones have in common: prompts that differ in it are not the same.
    """
    rows = block.filter(alive() & pl.col("messages").is_not_null())
    prompts = rows.select(prompt()).to_series()
    known, shown = prompts.is_not_null(), seen(rows)
    hashed = (ends(prompts.fill_null("")).hash(_SEED) ^ pl.Series(shown)).set(~known & pl.Series(shown == 0), None)
    keyed = rows.select("row", "digest", "raw", key_prompt=hashed)
    if group_by:
        fields = {f"key_{i}": pl.String for i in range(len(group_by))}
        values = pl.DataFrame(group_values(keyed["raw"], group_by), schema=fields, orient="row")
        others = values.select(pl.when(pl.col(name).is_not_null()).then(pl.col(name).hash(_SEED)) for name in fields)
        keyed = keyed.with_columns(others)
    return keyed.drop("raw")


def group_values(raws: pl.Series, names: Sequence[str]) -> list[list[str | None]]:
    """Return the values of the fields of each record, written out; a name with dots leads into objects."""

    def value(record: Any, name: str) -> str | None:
        if isinstance(record, dict) and name in record:
            found = record[name]
        else:
            found = record
            for part in name.split("."):
                found = found.get(part) if isinstance(found, dict) else None
        return None if found is None else orjson.dumps(found, option=orjson.OPT_SORT_KEYS).decode()

    records = (orjson.loads(raw) for raw in raws.to_list())
    return [[value(record, name) for name in names] for record in records]


def same_prompts(keys: pl.DataFrame, engine: Engine, text_key: pl.Expr) -> pl.DataFrame:
    """Return the keys with a hash of the whole prompt where another row's has the same ends; null where none has.

    ``text_key`` is the expression over the column ``prompt`` that makes texts comparable.
    """
    known = keys.select("row", "key_prompt").drop_nulls()
    suspects = known["row"].gather(repeated(known["key_prompt"].to_numpy()))
    parts = [pl.DataFrame(schema={"row": pl.UInt64, "key_prompt": pl.UInt64})]
    for start in range(0, len(suspects), _TOGETHER):
        few = engine.fetch(suspects[start : start + _TOGETHER], ["row", "messages", *COLUMNS])
        texts = few.select(prompt=prompt()).select(text_key.alias("text")).to_series().fill_null("")
        shown = seen(few)
        keyed = (texts.hash(_SEED) ^ pl.Series(shown)).set((texts == "") & pl.Series(shown == 0), None)
        parts.append(few.select("row", key_prompt=pl.lit(keyed)))
    return keys.drop("key_prompt").join(pl.concat(parts), on="row", how="left", maintain_order="left")


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
    rows = keys["row"].to_numpy()
    at = np.searchsorted(rows, roots["row"].to_numpy())
    here = (
        np.flatnonzero(rows[np.minimum(at, max(len(rows) - 1, 0))] == roots["row"].to_numpy()) if len(rows) else at[:0]
    )
    group = rows.copy()
    group[at[here]] = roots["root"].to_numpy()[here]
    return pl.DataFrame({"row": keys["row"], "group": group})


def _with_first(keys: pl.DataFrame, name: str) -> pl.DataFrame:
    """Return (a, b): each row whose key stands in an earlier row, with the first of them."""
    known = keys.select("row", name).drop_nulls()
    few = known[repeated(known[name].to_numpy())]
    return few.select(a=pl.col("row").min().over(name), b="row").filter(pl.col("a") != pl.col("b"))
