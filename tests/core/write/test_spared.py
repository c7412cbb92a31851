"""What is read, and what a run lists, is not written over: exit 2, and every file is as it was."""

from __future__ import annotations

from pathlib import Path

import pytest

import thresher as door
from curate.core.run.errors import OutputError
from tests.evalkit.gate.runs import limits, right, scored

FLAGS = [1, 0] * 150
ROWS = [{"id": str(n), "prompt": f"What is {n}?", "completion": f"The number {n}."} for n in range(5)]


def held(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def place(tmp_path, jsonl, thresher, monkeypatch):
    """Make a curated folder, two scored runs, a baseline file and rules; all paths are relative to it."""
    monkeypatch.chdir(tmp_path)
    jsonl(ROWS)
    thresher("curate", "rows.jsonl", "--out", "clean", "--quiet")
    for name in ("a", "b"):
        scored(Path(), name, right(FLAGS))
    thresher("gate", "a", "--accept", "base.jsonl")
    limits(tmp_path)
    return tmp_path


GATE = ("gate", "b", "--baseline", "a", "--limits", "gate.toml")


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(("curate", "clean/train.jsonl", "--out", "clean"), id="curate its own rows"),
        pytest.param(("curate", "rows.jsonl", "--protect", "clean/train.jsonl", "--out", "clean"), id="protected"),
        pytest.param(("predict", "--data", "a/rows.jsonl", "--model", "replay:a.jsonl", "--out", "a"), id="predict"),
        pytest.param(("check", "rows.jsonl", "--output", "rows.jsonl"), id="check: the rows"),
        pytest.param(("check", "rows.jsonl", "--output", "clean/train.jsonl"), id="check: a run's file"),
        pytest.param(("report", "clean", "--output", "clean/train.jsonl"), id="report: a run's file"),
        pytest.param(("report", "clean", "--output", "clean/manifest.json"), id="report: a manifest"),
        pytest.param(("report", "a", "--output", "x.html", "--junit", "a.jsonl"), id="report: what was scored"),
        pytest.param(("compare", "a", "b", "--output", "a/scores.json"), id="compare: scores"),
        pytest.param(("compare", "base.jsonl", "b", "--output", "base.jsonl"), id="compare: a baseline"),
        pytest.param(("review", "a", "--output", "a/rows.parquet"), id="review: rows"),
        pytest.param((*GATE, "--out", "b/gate"), id="gate: a folder in the candidate"),
        pytest.param((*GATE, "--junit", "b/deep/x.xml"), id="gate: JUnit in the candidate"),
        pytest.param((*GATE, "--summary", "b/y.md"), id="gate: summary in the candidate"),
        pytest.param((*GATE, "--accept", "b/z"), id="gate: a baseline in the candidate"),
        pytest.param(("gate", "b", "--accept", "b/z"), id="gate: accepted without rules"),
        pytest.param((*GATE, "--junit", "a/scores.json"), id="gate: scores of the baseline"),
        pytest.param((*GATE, "--summary", "gate.toml"), id="gate: the rules"),
    ],
)
def test_it_is_refused_and_nothing_is_touched(thresher, place, words):
    (place / "a" / "rows.jsonl").write_text('{"id": "q0000", "prompt": "question 0", "reference": "yes"}\n')
    (place / "b" / "deep").mkdir()
    before = held(place)

    ran = thresher(*words)

    assert ran.code == 2, ran.err
    assert "overwritten" in ran.err or "nothing is written there" in ran.err
    assert held(place) == before


def test_a_link_to_an_input_is_that_input(thresher, place):
    (place / "link.jsonl").symlink_to("rows.jsonl")

    assert thresher("check", "rows.jsonl", "--output", "link.jsonl").code == 2


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
        pytest.param(("report", "clean", "--output", "clean/report.html"), id="a page in its run"),
        pytest.param(("compare", "a", "b", "--output", "a/changes.md"), id="another file beside scores"),
        pytest.param((*GATE, "--out", "verdict", "--junit", "verdict.xml"), id="a verdict beside the candidate"),
        pytest.param(
            ("gate", "b", "--baseline", "base.jsonl", "--limits", "gate.toml", "--accept", "base.jsonl"),
            id="a baseline over the one before",
        ),
    ],
)
def test_what_may_be_written_still_is(thresher, place, words):
    assert thresher(*words).code in (0, 3)
