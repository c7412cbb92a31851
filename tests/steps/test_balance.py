"""What ``balance`` says of a field that it cannot balance by."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Ran

ROWS = [{"instruction": f"Say {n}.", "output": f"{n}!", "lang": "de"} for n in range(3)]


@pytest.mark.parametrize(
    ("by", "note"),
    [
        pytest.param("language", "no row has the field 'language'; none was capped", id="a field that is not there"),
        pytest.param("label", "no row has a label; none was capped", id="rows without labels"),
        pytest.param("lang", None, id="a field that is there"),
    ],
)
def test_a_field_that_no_row_has_is_told(
    by: str, note: str | None, tmp_path: Path, jsonl: Callable[..., Path], thresher: Callable[..., Ran]
) -> None:
    jsonl(ROWS)
    config = tmp_path / "curate.toml"
    config.write_text(f'[input]\nfiles = ["rows.jsonl"]\n[[steps]]\nuse = "balance"\nby = "{by}"\ncap = 2\n')
    done = thresher("curate", config, "--out", tmp_path / "out", "--json")

    assert done.code == 0
    assert done.json["counts"]["kept"] == (2 if note is None else 3)
    assert [one for one in done.json["notes"] if one.startswith("balance")] == ([f"balance by: {note}"] if note else [])
