"""What is read, and what a run lists, is not written over: exit 2, and every file is as it was."""

from __future__ import annotations

from pathlib import Path

import pytest

import thresher as door
from curate.core.run.errors import OutputError
from tests.evalkit.gate.runs import right, scored

FLAGS = [1, 0] * 150
ROWS = [{"id": str(n), "prompt": f"What is {n}?", "completion": f"The number {n}."} for n in range(5)]


def held(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def place(tmp_path, jsonl, thresher, monkeypatch):
    """Make a curated folder, two scored runs; all paths are relative to it."""
    monkeypatch.chdir(tmp_path)
    jsonl(ROWS)
    thresher("curate", "rows.jsonl", "--out", "clean", "--quiet")
    for name in ("a", "b"):
        scored(Path(), name, right(FLAGS))
    return tmp_path


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(("curate", "clean/train.jsonl", "--out", "clean"), id="curate its own rows"),
        pytest.param(("curate", "rows.jsonl", "--protect", "clean/train.jsonl", "--out", "clean"), id="protected"),
        pytest.param(("predict", "--data", "a/rows.jsonl", "--model", "replay:a.jsonl", "--out", "a"), id="predict"),
    ],
)
def test_it_is_refused_and_nothing_is_touched(thresher, place, words):
    (place / "a" / "rows.jsonl").write_text('{"id": "q0000", "prompt": "question 0", "reference": "yes"}\n')
    before = held(place)

    ran = thresher(*words)

    assert ran.code == 2, ran.err
    assert "overwritten" in ran.err
    assert held(place) == before


def test_a_file_without_its_near_duplicates_is_another_file(place):
    before = held(place)

    with pytest.raises(OutputError, match="would be overwritten"):
        door.deduplicate("rows.jsonl", "rows.jsonl")
    assert held(place) == before


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(("curate", "clean/train.jsonl", "--out", "clean", "--dry-run"), id="a dry run"),
        pytest.param(("curate", "rows.jsonl", "--out", "clean"), id="the same run again"),
    ],
)
def test_what_may_be_written_still_is(thresher, place, words):
    assert thresher(*words).code in (0, 3)
