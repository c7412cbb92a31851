"""A folder that holds no finished run is told in one way, by whatever command is to read it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conftest import chat

NO_RUNS = {
    "it has no manifest.json": None,
    "its manifest.json cannot be read: Is a directory": {},
    "its manifest.json is no JSON": "{",
    "its manifest.json is not of a run of ours": '{"name": "my site", "outputs": [{"name": "x"}]}',
    "its manifest.json is of 'cook'": '{"thresher": "0", "command": "cook"}',
}
AUGMENT = '[input]\nrun = "run"\n[[steps]]\nuse = "noise"\nk = 1\ntypos = 0.1\n'
READERS = {
    "explain": ("explain", "run", "rows.jsonl:1"),
    "curate": ("curate", "rows.jsonl", "--against", "run", "--out", "new"),
    "augment": ("augment", "augment.toml", "--out", "new"),
    "report": ("report", "run", "--output", "page.html"),
}


@pytest.fixture
def place(jsonl, tmp_path, monkeypatch) -> Path:
    """Return where rows, an empty folder ``run``, and a configuration that names it lie."""
    monkeypatch.chdir(tmp_path)
    jsonl([chat("How deep is the lake?", "Forty metres, at the dam.")])
    (tmp_path / "augment.toml").write_text(AUGMENT)
    (tmp_path / "run").mkdir()
    return tmp_path


@pytest.mark.parametrize("words", [pytest.param(words, id=name) for name, words in READERS.items()])
@pytest.mark.parametrize(("told", "content"), NO_RUNS.items())
def test_what_is_no_finished_run_is_refused_with_the_reason_and_what_to_do(thresher, place, words, told, content):
    manifest = place / "run" / "manifest.json"
    if content == {}:
        manifest.mkdir()
    elif content is not None:
        manifest.write_text(content)

    ran = thresher(*words)

    assert ran.code == 2
    assert "run holds no " in ran.err
    assert told in ran.err
    assert "hint:" in ran.err
    assert not (place / "new").exists()


@pytest.mark.parametrize("told", ["its manifest.json is no JSON", "its manifest.json is not of a run of ours"])
def test_scores_without_the_manifest_of_their_run_are_not_reviewed(thresher, jsonl, place, told):
    answers = jsonl([{"id": "lake", "prediction": "40", "reference": "40"}], "answers.jsonl")
    thresher("score", answers, "--metrics", "exact_match", "--out", "run")
    (place / "run" / "manifest.json").write_text(NO_RUNS[told])

    ran = thresher("review", "run", "--output", "page.html")

    assert ran.code == 2
    assert f"run holds no scored run: {told}" in ran.err


@pytest.mark.parametrize("outputs", [None, 5, [5], [{"name": "x"}], [{"path": "index.parquet"}]])
@pytest.mark.parametrize("name", ["explain", "curate", "augment", "report"])
def test_files_that_a_manifest_does_not_list_as_we_do_are_passed_over(thresher, place, name, outputs):
    manifest = {"thresher": "0", "schema_version": 1, "command": "curate", "inputs": outputs, "outputs": outputs}
    (place / "run" / "manifest.json").write_text(json.dumps(manifest))

    assert thresher(*READERS[name]).code == 2
