"""Settings from TOML."""

from __future__ import annotations

from pathlib import Path

import jsonschema
import pytest
from pydantic import BaseModel

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


@pytest.mark.parametrize(
    "given", [{"share": True}, {"share": "0.5"}, {"rows": "7"}, {"rows": True}, {"edits": 1}, {"edits": "no"}]
)
def test_a_value_of_another_kind_is_no_setting(given):
    """Oracle: jsonschema, by the schema that an editor has."""
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(given, Table.model_json_schema())
    with pytest.raises(ConfigError, match=next(iter(given))):
        validate(Table, given, "it")


def test_values_of_the_right_kind_are_taken_from_python_as_from_toml():
    made = validate(Table, {"share": 1, "rows": 2, "edits": True, "file": Path("a/b"), "names": ("a",)}, "it")

    assert (made.share, made.rows, made.edits, made.file, made.names) == (1.0, 2, True, Path("a/b"), ("a",))
