"""Empty paths and empty lists are refused where they are given: they name nothing, or all that lies in a folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import thresher
from curate.core.command.door import run
from curate.core.read.source import Wanted, find_sources


@pytest.fixture(autouse=True)
def rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("a.jsonl").write_text('{"prompt": "Which tree has needles?", "completion": "The larch has."}\n')
    return tmp_path


def tables(**tables: object) -> Callable[[], object]:
    return lambda: thresher.curate({"input": {"files": ["a.jsonl"]}} | tables, out=None)


@pytest.mark.parametrize(
    ("call", "problem"),
    [
        pytest.param(lambda: thresher.check([]), "no file is named", id="a check of nothing"),
        pytest.param(lambda: thresher.leaks("a.jsonl", []), "no file is named", id="no test"),
        pytest.param(lambda: thresher.preflight([], "model"), "no file is named", id="a preflight of nothing"),
        pytest.param(lambda: thresher.check(""), "files has an empty path", id="an empty text"),
        pytest.param(lambda: thresher.check(["a.jsonl", ""]), "files has an empty path", id="an empty one of two"),
        pytest.param(lambda: thresher.leaks("", ["a.jsonl"]), "train has an empty path", id="train"),
        pytest.param(lambda: thresher.curate("", out=None), "config is an empty path", id="a configuration"),
        pytest.param(lambda: thresher.deduplicate("", "b.jsonl"), "source is an empty path", id="a source"),
        pytest.param(lambda: thresher.deduplicate("a.jsonl", ""), "out is an empty path", id="a target"),
        pytest.param(lambda: thresher.score("", ["exact_match"]), "path is an empty path", id="predictions"),
        pytest.param(tables(input={"files": [""]}), "the path of an input is empty", id="an input"),
        pytest.param(tables(input={"files": ["a.jsonl"], "protect": [""]}), "the path of an input", id="protect"),
        pytest.param(tables(input={"files": ["a.jsonl"], "priority": [""]}), "the path of an input", id="priority"),
        pytest.param(tables(input={"files": ["a.jsonl"], "against": [""]}), "against.0: the path is", id="against"),
        pytest.param(tables(split={"test": 0.1, "previous": ""}), "split.previous: the path is", id="previous"),
    ],
)
def test_nothing_is_no_file(call, problem):
    with pytest.raises(thresher.ThresherError, match=problem) as raised:
        call()

    assert "is a" in str(raised.value)  # a variable not set, or a list empty


def test_nothing_is_written_into_the_folder_that_an_empty_text_would_be(rows):
    with pytest.raises(thresher.ThresherError, match="out is an empty path"):
        thresher.curate({"input": {"files": ["a.jsonl"]}}, out="")

    assert [entry.name for entry in rows.iterdir()] == ["a.jsonl"]


@pytest.mark.parametrize("option", ["--protect", "--against"])
@pytest.mark.parametrize("given", ["a.jsonl", "curate.toml"])
def test_an_option_without_a_path_is_refused_before_the_run(capsys, option, given):
    assert run(["curate", given, option, "", "--out", "clean"]) == 2
    assert "is a variable not set?" in capsys.readouterr().err
    assert not Path("clean").exists()


def test_the_reader_itself_takes_no_empty_path(rows):
    with pytest.raises(thresher.ThresherError, match="empty"):
        find_sources([Wanted("")], rows)
