"""Rows of Parquet files: what JSON has no form for is left out as null is, or told."""

from __future__ import annotations

import json
from collections.abc import Callable
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
