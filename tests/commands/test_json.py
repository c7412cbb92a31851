"""What ``--json`` prints: one object, which says of which version it is, as the files do."""

from __future__ import annotations

import json

import pytest

from curate.core.run.canonical import SCHEMA_VERSION
from tests.conftest import chat
from tests.evalkit.gate.runs import limits, right, scored

ROWS = [chat(f"What is bird {n} called?", f"It is called the bird of number {n}.", id=f"b{n}") for n in range(6)]


@pytest.fixture
def here(thresher, jsonl, tmp_path, monkeypatch):
    """A folder with rows, a run of curation, and two scored runs."""
    monkeypatch.chdir(tmp_path)
    jsonl([*ROWS, ROWS[0]])
    jsonl(ROWS[:1], "test.jsonl")
    assert thresher("curate", "rows.jsonl", "--out", "clean").code == 0
    (tmp_path / "augment.toml").write_text('[input]\nrun = "clean"\n[[steps]]\nuse = "noise"\n')
    scored(tmp_path, "old", right([1] * 40))
    scored(tmp_path, "new", right([1] * 40))
    limits(tmp_path, 'metric = "exact_match"\nmax_drop = 0.5')
    return tmp_path


@pytest.mark.parametrize(
    "command",
    [
        "check rows.jsonl",
        "codes",
        "curate rows.jsonl --out again",
        "curate rows.jsonl --dry-run",
        "augment augment.toml --out more",
        "augment augment.toml --dry-run",
        "explain clean b0",
        "leaks rows.jsonl test.jsonl",
        "report clean --output page.html",
        "steps",
        "metrics",
        "compare old new",
        "compare old new --format json",
        "gate new --baseline old --limits gate.toml",
    ],
)
def test_json_says_its_version(thresher, here, command):
    words = command.split()
    told = thresher(*words) if "json" in words else thresher(*words, "--json")
    assert told.code in {0, 1}
    assert json.loads(told.out)["schema_version"] == SCHEMA_VERSION


def test_two_formats_are_refused(thresher, here):
    told = thresher("compare", "old", "new", "--json", "--format", "text")
    assert (told.code, told.out) == (2, "")
    assert "--json and --format text exclude each other" in told.err
