"""Files whose names are no UTF-8: check reads them, and what writes names refuses them in words."""

from __future__ import annotations

import os

import pytest

from tests.conftest import chat

NAME = os.fsdecode(b"\xff.jsonl")


@pytest.fixture
def named(tmp_path, jsonl, monkeypatch):
    monkeypatch.chdir(tmp_path)
    jsonl([chat("What is a bird?", "It has feathers.")], "test.jsonl")
    try:
        jsonl([chat("What is a bird?", "It has feathers.") | {"prediction": "a", "reference": "a"}], f"raw/{NAME}")
    except OSError:
        pytest.skip("this file system takes UTF-8 alone")
    return f"raw/{NAME}"


@pytest.mark.parametrize(
    "arguments",
    [
        ("curate", "FILE", "--dry-run"),
        ("curate", "raw", "--out", "out"),
        ("curate", "test.jsonl", "--protect", "FILE", "--out", "out"),
        ("leaks", "FILE", "test.jsonl"),
        ("leaks", "test.jsonl", "FILE"),
        ("score", "FILE", "--metrics", "exact_match", "--out", "out"),
        ("predict", "--data", "FILE", "--model", "replay:test.jsonl", "--out", "out"),
    ],
)
def test_what_writes_names_refuses_it(thresher, tmp_path, named, arguments):
    ran = thresher(*(named if one == "FILE" else one for one in arguments))

    assert ran.code == 2
    assert "the name of the file 'raw/\\udcff.jsonl' is no UTF-8\n  hint: rename it" in ran.err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("form", ["text", "json", "sarif", "junit", "github", "gitlab"])
def test_check_reads_it(thresher, named, form):
    assert thresher("check", named, "--format", form).code == 0


def test_check_says_what_comes_first(thresher, named):
    told = thresher("check", "raw")
    assert told.code == 0
    assert "next: rename" in told.out
    assert "or its folder: no ledger can hold a name that is no UTF-8" in told.out
    assert "next: thresher" not in told.out
