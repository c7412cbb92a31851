"""Settings from TOML."""

from __future__ import annotations

import tomllib
from collections import ChainMap
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Literal

import jsonschema
import numpy as np
import pytest
from pydantic import BaseModel, ConfigDict, Field

from curate.core.run.errors import ConfigError
from curate.core.run.settings import read_toml, validate


def test_a_mark_and_the_line_ends_of_another_system_are_no_part_of_the_tables(tmp_path):
    (tmp_path / "curate.toml").write_bytes(b"\xef\xbb\xbf[input]\r\nfiles = ['a.jsonl']\r\n")
    assert read_toml(tmp_path / "curate.toml") == {"input": {"files": ["a.jsonl"]}}


class Table(BaseModel):
    share: float = 0.0
    rows: int = 0
    edits: bool = False
    file: Path | None = None
    names: tuple[str, ...] = ()


class Outer(BaseModel):
    within: Table


@pytest.mark.parametrize(
    "given", [{"share": True}, {"share": "0.5"}, {"rows": "7"}, {"rows": True}, {"edits": 1}, {"edits": "no"}]
)
def test_a_value_of_another_kind_is_no_setting(given):
    """Oracle: jsonschema, by the schema that an editor has."""
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(given, Table.model_json_schema())
    with pytest.raises(ConfigError, match=next(iter(given))):
        validate(Table, given, "it")


@pytest.mark.parametrize("rows", [5.0, 1e6, np.int64(7), np.float32(2)])
def test_a_whole_number_is_an_integer_however_it_is_written(rows):
    """Oracle: jsonschema, to which 1e6 is an integer."""
    jsonschema.validate({"rows": float(rows)}, Table.model_json_schema())

    assert validate(Table, {"rows": rows}, "it").rows == int(rows)


@pytest.mark.parametrize(
    "given",
    [
        MappingProxyType({"within": MappingProxyType({"share": 0.5})}),
        ChainMap({"within": ChainMap({"share": 0.5})}),
        {"within": Table(share=0.5)},
        {"within": {"share": np.float64(0.5), "edits": np.bool_(0)}},
        {"within": {"share": 0.5, "names": {"a"}}},
    ],
)
def test_settings_may_be_held_in_what_python_has_for_them(given):
    assert validate(Outer, given, "it").within.share == 0.5


def test_a_date_of_toml_may_have_a_midnight():
    class Dated(BaseModel):
        on: date

    for text in ("2025-01-01", "2025-01-01T00:00:00", "2025-01-01T00:00:00Z"):
        assert validate(Dated, tomllib.loads(f"on = {text}"), "it").on == date(2025, 1, 1)


def test_values_of_the_right_kind_are_taken_from_python_as_from_toml():
    made = validate(Table, {"share": 1, "rows": 2, "edits": True, "file": Path("a/b"), "names": ("a",)}, "it")

    assert (made.share, made.rows, made.edits, made.file, made.names) == (1.0, 2, True, Path("a/b"), ("a",))


def test_a_path_has_no_null_character():
    with pytest.raises(ConfigError, match=r"file: a path without a null character is needed \(is 'a\\x00b'\)"):
        validate(Table, {"file": "a\0b"}, "it")


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid")
    path: str
    size: int = 0


class Kinds(BaseModel):
    compare: Literal["prompt", "answer"] | tuple[str, ...] = "prompt"
    files: list[str | Part] = []
    sizes: dict[str, int | Literal["all"]] = {}
    nested: list[list[int | str] | Part] | None = None
    names: list[str] = Field(["a"], min_length=1)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"compare": 3}, ['compare: "prompt" or "answer" or array of strings is needed (is 3)']),
        ({"compare": "promt"}, ['compare: "prompt" or "answer" or array of strings is needed (is \'promt\')']),
        ({"compare": ["a", 3]}, ["compare.1: Input should be a valid string (is 3)"]),
        ({"compare": {}}, ['compare: "prompt" or "answer" or array of strings is needed (is a table)']),
        (
            {"files": ["a", 3, True]},
            [f"files.{at}: string or table is needed (is {is_})" for at, is_ in ((1, 3), (2, True))],
        ),
        (
            {"files": [{"pat": "a"}]},
            ["files.0.path: Field required", "files.0.pat: no such setting; did you mean 'path'?"],
        ),
        ({"files": [{"path": "a", "size": "b"}]}, ["files.0.size: Input should be a valid integer (is 'b')"]),
        ({"sizes": {"a.b": "none"}}, ["sizes.a.b: integer or \"all\" is needed (is 'none')"]),
        ({"nested": [[1, {}]]}, ["nested.0.1: integer or string is needed (is a table)"]),
        ({"nested": [7]}, ["nested.0: array of integers or strings or table is needed (is 7)"]),
        ({"names": []}, ["names: at least 1 is needed"]),
    ],
)
def test_a_value_of_none_of_several_kinds_is_one_mistake_that_names_them(given, told):
    with pytest.raises(ConfigError) as error:
        validate(Kinds, given, "it")

    assert list(error.value.details) == told
