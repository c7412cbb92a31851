"""Rows of Parquet files: what JSON has no form for is left out as null is, told, or written so that it can be read back."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from curate.core.read.parquet import read_parquet
from tests.conftest import Ran


@pytest.fixture
def numbers(tmp_path: Path) -> Path:
    """Return a file with numbers that JSON does not have, in a field, a list and an object."""
    nan, endless = float("nan"), float("inf")
    rows = {
        "instruction": ["Say one.", "Say two.", "Say three."],
        "output": ["One.", "Two.", "Three."],
        "score": [1.5, nan, -endless],
        "all": [[1.0, nan], [], None],
        "of": [{"a": nan, "b": 1.0}, {"a": 2.0, "b": None}, None],
    }
    pl.DataFrame(rows).write_parquet(tmp_path / "n.parquet")
    return tmp_path / "n.parquet"


def test_nan_is_left_out_as_null_is(numbers: Path) -> None:
    rows = [row for lines in read_parquet(numbers, "n.parquet") for row in lines.rows]
    said = {"instruction": "Say one.", "output": "One."}
    assert json.loads(rows[0]) == said | {"score": 1.5, "all": [1.0, None], "of": {"b": 1.0}}
    assert "score" not in json.loads(rows[1])
    assert json.loads(rows[1])["of"] == {"a": 2.0}
    assert b'"score":-Infinity' in rows[2]


def test_an_infinite_number_is_the_fault_of_its_row(numbers: Path, thresher: Callable[..., Ran]) -> None:
    done = thresher("check", numbers, "--format", "json")
    found = [(fault["code"], fault["line"]) for fault in json.loads(done.out)["faults"]]
    assert (done.code, found) == (1, [("TH111", 3)])


def test_bytes_are_text_or_base64(tmp_path: Path) -> None:
    picture = bytes(range(256))
    images = [{"bytes": picture, "path": "a.png"}, {"bytes": "é".encode(), "path": None}, {"bytes": b"", "path": "b"}]
    pl.DataFrame({"text": ["One.", "Two.", "Three."], "image": images}).write_parquet(tmp_path / "i.parquet")
    rows = [json.loads(row) for lines in read_parquet(tmp_path / "i.parquet", "i.parquet") for row in lines.rows]

    assert base64.b64decode(rows[0]["image"]["bytes"].pop("base64"), validate=True) == picture
    assert [row["image"] for row in rows] == [
        {"bytes": {}, "path": "a.png"},
        {"bytes": "é"},
        {"bytes": "", "path": "b"},
    ]


def test_bytes_that_are_no_text_are_no_answer(tmp_path: Path, thresher: Callable[..., Ran]) -> None:
    rows = {"prompt": ["Say one.", "Say two."], "completion": [b"One.", b"\xff\xfe"]}
    pl.DataFrame(rows).write_parquet(tmp_path / "b.parquet")
    done = thresher("check", tmp_path / "b.parquet", "--format", "json")

    assert [(fault["line"], fault["code"]) for fault in json.loads(done.out)["faults"]] == [(2, "TH204")]


def test_decimals_are_numbers_with_all_their_digits(tmp_path: Path) -> None:
    values = [Decimal("1.50"), Decimal("-100000000000000000000.25"), Decimal("0.00"), None]
    frame = pl.DataFrame(
        {"text": ["a", "b", "c", "d"], "score": values, "all": [[value] for value in values]},
        schema_overrides={"score": pl.Decimal(30, 2), "all": pl.List(pl.Decimal(30, 2))},
    )
    frame.write_parquet(tmp_path / "d.parquet")
    rows = [row for lines in read_parquet(tmp_path / "d.parquet", "d.parquet") for row in lines.rows]

    assert [b"".join(row.split(b'"score":')[1:]) for row in rows] == [
        b'1.50,"all":[1.50]}',
        b'-100000000000000000000.25,"all":[-100000000000000000000.25]}',
        b'0.00,"all":[0.00]}',
        b"",
    ]
    assert [json.loads(row, parse_float=Decimal).get("score") for row in rows] == values
