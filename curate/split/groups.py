"""Which rows stay together in a split: connected components over everything that would leak."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson
import polars as pl

from curate.core.record.marks import alive
from curate.core.record.tables import Engine, Table
from curate.core.record.views import prompt
from curate.engines.tables import MemoryTable

_SEED = 0x5911


def split_keys(block: pl.DataFrame, group_by: Sequence[str], text_key: pl.Expr) -> pl.DataFrame:
    """Return row, digest, a hash of the prompt and of each field of ``group_by`` (null where a row lacks it).

    ``text_key`` is the expression over the column ``prompt`` that makes texts comparable.
    """
    rows = block.filter(alive() & pl.col("messages").is_not_null())
    keyed = rows.with_columns(prompt=prompt()).select("row", "digest", "raw", key_prompt=text_key)
    keyed = keyed.with_columns(key_prompt=pl.when(pl.col("key_prompt") != "").then(pl.col("key_prompt").hash(_SEED)))
    if group_by:
        fields = {f"key_{i}": pl.String for i in range(len(group_by))}
        values = pl.DataFrame(_fields(keyed["raw"], group_by), schema=fields, orient="row")
        hashed = values.select(pl.when(pl.col(name).is_not_null()).then(pl.col(name).hash(_SEED)) for name in fields)
        keyed = keyed.with_columns(hashed)
    return keyed.drop("raw")


def _fields(raws: pl.Series, names: Sequence[str]) -> list[list[str | None]]:
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


def find_groups(keys: pl.DataFrame, links: Sequence[pl.DataFrame], engine: Engine) -> pl.DataFrame:
    """Return (row, group) for each row of ``keys``: group is the smallest row that keys or links (a, b) lead to."""
    edges = [link.select("a", "b") for link in links]
    for name in keys.columns:
        if name.startswith("key_"):
            shared = keys.select("row", name).drop_nulls()
            first = shared.with_columns(a=pl.col("row").min().over(name)).filter(pl.col("a") != pl.col("row"))
            edges.append(first.select("a", b="row"))
    joined = pl.concat(edges) if edges else pl.DataFrame(schema={"a": pl.UInt64, "b": pl.UInt64})
    if joined.is_empty():
        return keys.select("row", group="row")
    table: Table = engine.components(MemoryTable(joined))
    roots = table.read(["row", "root"])
    return (
        keys.select("row")
        .join(roots, on="row", how="left", maintain_order="left")
        .select("row", group=pl.coalesce("root", "row"))
    )
