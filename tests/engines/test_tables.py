"""A table says the same wherever its batches lie. Oracle: the rows in one frame in memory."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curate.engines.room import Room
from curate.engines.tables import DiskTable


def batches() -> list[pl.DataFrame]:
    """Return five batches of seven rows, with values of each kind that blocks have."""
    rows = pl.DataFrame(
        {
            "row": pl.Series(range(0, 70, 2), dtype=pl.UInt64),
            "text": [None if n == 3 else f"the text of row {n}, which no view holds" for n in range(35)],
            "raw": [b"\x00\xff" * n for n in range(35)],
            "messages": [[{"role": "user", "text": str(n)}] * (n % 3) for n in range(35)],
        }
    )
    return [rows[start : start + 7] for start in range(0, 35, 7)]


def table_of(folder, size: int) -> DiskTable:
    table = DiskTable(folder, room=Room(size))
    for batch in batches():
        table.append(batch)
    return table


SIZE = sum(int(batch.estimated_size()) for batch in batches())
ROOMS = [pytest.param(0, id="all in files"), pytest.param(SIZE // 2, id="both"), pytest.param(SIZE, id="all in memory")]


@pytest.mark.parametrize("size", ROOMS)
def test_rows_come_back_from_wherever_they_lie(tmp_path, size):
    table, whole = table_of(tmp_path / "rows", size), pl.concat(batches())
    found = pl.concat(list(table.batches(table.columns)))

    assert found.equals(whole)
    assert table.read(["text"], where=pl.col("row") > 30).equals(whole.filter(pl.col("row") > 30).select("text"))
    assert table.rows == 35
    assert table.last_row == 68
    assert table.without(pl.Series([0, 68], dtype=pl.UInt64)).read(["raw"]).equals(whole[1:-1].select("raw"))
    held = size * 5 // SIZE
    assert held - 1 <= 5 - len(list(tmp_path.rglob("*.arrow"))) <= held


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 34), max_size=12, unique=True), st.sampled_from([0, SIZE // 2, SIZE]))
def test_rows_are_gathered_in_the_order_asked_for(tmp_path_factory, places, size):
    table = table_of(tmp_path_factory.mktemp("rows"), size)
    wanted = pl.Series([2 * place for place in places], dtype=pl.UInt64)

    assert table.gather(wanted, ["text", "messages"]).equals(pl.concat(batches())[places].select("text", "messages"))


def test_a_table_that_is_cleared_gives_its_room_to_the_next(tmp_path):
    room = Room(SIZE)
    for name in ("first", "second"):
        table = DiskTable(tmp_path / name, room=room)
        for batch in batches():
            table.append(batch)
        assert not (tmp_path / name).exists()
        table.clear()

    assert table.rows == 0
    assert not list(table.batches(["row"]))


def test_files_of_a_table_that_is_cleared_are_gone(tmp_path):
    table = table_of(tmp_path / "rows", SIZE // 2)
    table.clear()

    assert not (tmp_path / "rows").exists()
