"""What a page carries of a table: all columns, and texts within the room there is."""

from __future__ import annotations

import base64
import gzip
import json
from hashlib import shake_256
from typing import Any

import polars as pl
import pytest

from reports.table.packed import column_value
from reports.table.payload import payload, payloads
from reports.table.script import script
from reports.table.table import Column, Detail, Table


def noise(row: int, characters: int) -> str:
    """Return digits that do not pack well."""
    return shake_256(str(row).encode()).hexdigest(characters // 2)


def table(rows: int, characters: int = 10, **more: Any) -> Table:
    """Return rows of which every tenth is a flip, in two languages."""
    frame = pl.DataFrame(
        {
            "id": [f"r{n}" for n in range(rows)],
            "score": [n / 3 for n in range(rows)],
            "language": [("de", "en")[n // 10 % 2] for n in range(rows)],
            "flip": [n % 10 == 0 for n in range(rows)],
            "answer": [noise(n, characters) for n in range(rows)],
        },
        schema={"id": pl.String, "score": pl.Float64, "language": pl.String, "flip": pl.Boolean, "answer": pl.String},
    )
    columns = (Column("id", "text", "id"), Column("score", "number", "score"), Column("language", "choice", "language"))
    given: dict[str, Any] = {"details": (Detail("answer", "answer"),), "first": "flip", "strata": ("language",)} | more
    return Table("t", "Rows", columns, frame, **given)


def read(text: str) -> tuple[dict[str, Any], list[list[str]]]:
    """Return the head and the texts by row, read by Python's own libraries as the page's script reads them."""
    head, *chunks = [json.loads(gzip.decompress(base64.b64decode(line))) for line in text.split("\n")]
    return head, [list(row) for chunk in chunks for row in zip(*chunk, strict=True)]


def test_every_row_and_text_where_there_is_room():
    made = payload(table(30), 100_000)

    head, texts = read(made.text)
    assert head["columns"][2] | {"codes": []} == {
        "name": "language", "kind": "choice", "label": "language", "unit": "", "filter": False, "hidden": False,
        "family": None, "words": ["de", "en"], "codes": [],
    }  # fmt: skip
    assert head["columns"][1]["values"][:2] == [0.0, 0.333333]
    assert [texts[head["slots"].index(row)] for row in (0, 7)] == [[noise(0, 10)], [noise(7, 10)]]
    assert (made.kept, made.left_out) == (30, ())


def test_a_choice_of_several_words_names_each_word_once():
    warned = pl.Series(
        "warnings", [["other", "bare_tool"], None, ["other"], [], ["other", "other"], ["bare_tool", "other"]]
    )

    told = column_value(Column("warnings", "choice", "warnings"), warned)

    assert told["words"] == ["bare_tool", "other"]
    assert told["sets"] == [(0, 1), (1,), (1, 0)]
    assert told["codes"] == [2, -1, 1, -1, 1, 0]


def test_flips_have_their_texts_first_then_both_languages_alike():
    made = payload(table(400, 200), 25_000)

    slots = read(made.text)[0]["slots"]
    assert len(made.text) <= 25_000
    assert slots[:40] == list(range(0, 400, 10))
    others = [row // 10 % 2 for row in slots[40:]]
    assert abs(2 * sum(others) - len(others)) <= 2
    assert made.left_out == (f"{made.kept} of 400 items carry their texts: all 40 flips, and a sample of the others.",)


def test_more_room_adds_to_the_sample_and_takes_none_away():
    rows = table(400, 200)

    small, large = (set(read(payload(rows, room).text)[0]["slots"]) for room in (25_000, 35_000))

    assert small < large


def test_long_texts_of_flips_end_early_before_a_flip_goes_without():
    made = payload(table(100, 50_000), 200_000)

    head, texts = read(made.text)
    assert len(made.text) <= 200_000
    assert set(range(0, 100, 10)) <= set(head["slots"])
    assert max(len(text) for row in texts for text in row) in (20_000, 4_000, 1_000)
    assert "characters end there" in made.left_out[-1]


def test_rows_without_room_are_not_listed_and_said():
    made = payload(table(5_000), 4_000)

    head, _ = read(made.text)
    assert len(made.text) <= 4_000
    assert 0 < head["rows"] < 5_000
    assert "had no room and are not listed" in made.left_out[0]
    assert all(f"r{n}" in head["columns"][0]["values"] for n in (0, 10, 20))


@pytest.mark.parametrize(
    ("every", "whole"), [pytest.param(False, False, id="a sample"), pytest.param(True, True, id="asked for all")]
)
def test_a_page_stays_small_unless_all_texts_are_asked_for(every, whole):
    made = payload(table(3_000, 300), 20_000_000, every=every)

    assert (made.kept == 3_000) == whole
    assert whole or len(made.text) < 500_000


def test_no_details_no_texts():
    made = payload(table(30, details=()), 100_000)

    assert (made.kept, made.left_out) == (0, ())
    assert len(made.text.split("\n")) == 1


def test_an_empty_table():
    assert read(payload(table(0), 10_000).text)[0]["rows"] == 0


def test_tables_share_the_room_and_the_same_rows_give_the_same_bytes():
    rows = table(400, 200)
    other = Table("u", "Rows", rows.columns, rows.frame, rows.details, first="flip")

    made = payloads([rows, other], 40_000)

    assert sum(len(one.text) for one in made.values()) <= 40_000
    assert made == payloads([rows, other], 40_000)


def test_the_script_is_under_30_kb_and_ends_no_element():
    assert len(script().encode()) < 30_000
    assert "</" not in script()
