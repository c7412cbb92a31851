"""Where commands write: not into a place that nobody named, and no two files into one."""

from __future__ import annotations

import pytest

from tests.conftest import chat

TRAIN = [chat("What is a bird?", "It has feathers."), chat("What is a fish?", "It has fins.")]


@pytest.mark.parametrize(
    "arguments",
    [
        ("curate", "train.jsonl", "--out", ""),
        ("score", "train.jsonl", "--metrics", "length", "--out", ""),
        ("predict", "--data", "train.jsonl", "--model", "replay:train.jsonl", "--out", ""),
        ("train", "train.toml", "--out", ""),
        ("eval", "eval.toml", "--out", ""),
    ],
)
def test_an_empty_folder_is_a_variable_that_nobody_set(thresher, tmp_path, jsonl, monkeypatch, arguments):
    jsonl(TRAIN, "train.jsonl")
    monkeypatch.chdir(tmp_path)

    ran = thresher(*arguments)

    assert ran.code == 2
    assert "the path is empty" in ran.err
    assert [file.name for file in tmp_path.iterdir()] == ["train.jsonl"]


@pytest.mark.parametrize(
    "arguments",
    [
        ("check", "train.jsonl", "--output", "-"),
        ("suites", "arithmetic", "--n", "3", "--output", "-"),
        ("report", "run", "--output", "-"),
        ("report", "run", "--junit", "-"),
        ("review", "run", "--output", "-"),
        ("compare", "run", "run", "--output", "-"),
        ("gate", "run", "--accept", "-"),
        ("gate", "run", "--limits", "gate.toml", "--summary", "-"),
        ("curate", "train.jsonl", "--out", "-"),
        ("init", "-"),
    ],
)
def test_a_dash_is_no_file_of_that_name(thresher, tmp_path, jsonl, monkeypatch, arguments):
    """It is standard input where a file is read, so that what was written there could not be read again."""
    jsonl(TRAIN, "train.jsonl")
    monkeypatch.chdir(tmp_path)

    ran = thresher(*arguments)

    assert ran.code == 2
    assert "'-' is no place to write to; name one" in ran.err
    assert [file.name for file in tmp_path.iterdir()] == ["train.jsonl"]


def test_two_files_of_one_name_are_refused(thresher, tmp_path, jsonl):
    """Each would say that it was written."""
    run = tmp_path / "out"
    assert thresher("curate", jsonl(TRAIN, "train.jsonl"), "--out", run, "--quiet").code == 0
    page = tmp_path / "page.html"

    report = thresher("report", run, "--output", page, "--markdown", tmp_path / "elsewhere" / ".." / "page.html")
    gate = thresher("gate", run, "--limits", "g.toml", "--summary", page, "--junit", page)

    assert [(ran.code, "is named for two files" in ran.err) for ran in (report, gate)] == [(2, True)] * 2
    assert not page.exists()


def test_a_number_of_items_is_one_where_suites_are_only_listed(thresher):
    assert thresher("suites", "arithmetic", "--n", "many").code == 2
