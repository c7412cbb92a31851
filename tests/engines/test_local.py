"""The verbs of the engine of one machine give what the same over all rows at once gives."""

from __future__ import annotations

import polars as pl

from curate.engines.local import LocalEngine
from curate.engines.room import Room
from curate.engines.tables import DiskTable


def test_each_batch_is_mapped_in_its_order(tmp_path):
    table = DiskTable(tmp_path / "rows", room=Room(0))
    for start in range(0, 30, 7):
        table.append(pl.DataFrame({"row": range(start, start + 7)}, schema={"row": pl.UInt64}))
    engine = LocalEngine(table)

    found = engine.map_blocks(lambda rows: rows.select("row", many=pl.len()), table)

    assert found.read(["row"])["row"].to_list() == list(range(35))
    assert found.read(["many"])["many"].to_list() == [7] * 35
