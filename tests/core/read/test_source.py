"""What the user names to the files that are read, in an order that does not follow the order of the arguments."""

from __future__ import annotations

import itertools
import json
import os
from pathlib import Path

import pytest

from curate.core.read.source import Source, Wanted, find_sources
from curate.core.run.errors import InputError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("b.jsonl", "a.jsonl", "raw/c.jsonl.gz", "raw/deep/d.parquet", "raw/notes.txt", "raw/.hidden.jsonl"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    (tmp_path / "raw/.work").mkdir()
    (tmp_path / "raw/.work/e.jsonl").touch()
    (tmp_path / "empty").mkdir()
    return tmp_path


def names(folder: Path, *paths: str, priority: tuple[str, ...] = ()) -> list[str]:
    sources = find_sources([Wanted(path) for path in paths], folder, priority)
    assert [source.index for source in sources] == list(range(len(sources)))
    return [source.name for source in sources]


@pytest.mark.parametrize(
    ("paths", "wanted"),
    [
        pytest.param(["b.jsonl", "a.jsonl"], ["a.jsonl", "b.jsonl"], id="by path"),
        pytest.param(["raw"], ["raw/c.jsonl.gz", "raw/deep/d.parquet"], id="a folder, without hidden files or others"),
        pytest.param(["*.jsonl"], ["a.jsonl", "b.jsonl"], id="a glob"),
        pytest.param(["**/*.parquet"], ["raw/deep/d.parquet"], id="a glob through folders"),
        pytest.param(["raw/notes.txt"], ["raw/notes.txt"], id="a file named outright, whatever its ending"),
        pytest.param(["raw/.hidden.jsonl"], ["raw/.hidden.jsonl"], id="a hidden file named outright"),
        pytest.param(["./a.jsonl", "a.jsonl", "*.jsonl"], ["a.jsonl", "b.jsonl"], id="each file once"),
        pytest.param(["raw/../a.jsonl", "a.jsonl"], ["a.jsonl"], id="once, by the smaller of its names"),
        pytest.param(["-", "a.jsonl", "-"], ["-", "a.jsonl"], id="standard input, once"),
    ],
)
def test_sources_are_found_in_any_order_of_arguments(folder, paths, wanted):
    for order in itertools.permutations(paths):
        assert names(folder, *order) == wanted


@pytest.mark.parametrize(
    ("priority", "wanted"),
    [
        pytest.param(["b.jsonl"], ["b.jsonl", "a.jsonl", "raw/c.jsonl.gz"], id="one first"),
        pytest.param(["raw", "b.jsonl"], ["raw/c.jsonl.gz", "b.jsonl", "a.jsonl"], id="in the order given"),
        pytest.param(["*.jsonl"], ["a.jsonl", "b.jsonl", "raw/c.jsonl.gz"], id="by path within a pattern"),
    ],
)
def test_priority_puts_files_first(folder, priority, wanted):
    assert names(folder, "a.jsonl", "b.jsonl", "raw/c.jsonl.gz", priority=tuple(priority)) == wanted


@pytest.mark.parametrize(
    ("path", "problem", "hint"),
    [
        pytest.param("c.jsonl", "there is no file 'c.jsonl'", "beside it there is: a.jsonl, b.jsonl", id="missing"),
        pytest.param(
            "nowhere/c.jsonl", "there is no file 'nowhere/c.jsonl'", "there is no folder", id="missing folder"
        ),
        pytest.param("*.csv", r"no file matches '\*.csv'", "relative to", id="a glob of nothing"),
        pytest.param("empty", "the folder 'empty' holds no data files", "looked for .jsonl", id="an empty folder"),
        pytest.param(
            '{"text": "%s"}' % ("a" * 300),
            "cannot be looked at: File name too long",
            "check the path",
            id="a row for a path",
        ),
        pytest.param(
            "a.jsonl/b.jsonl", "there is no file 'a.jsonl/b.jsonl'", "there is no folder", id="a file for a folder"
        ),
    ],
)
def test_what_is_not_there_is_an_error_that_helps(folder, path, problem, hint):
    with pytest.raises(InputError, match=problem) as raised:
        find_sources([Wanted(path)], folder)

    assert hint in (raised.value.hint or "")


@pytest.mark.skipif(os.geteuid() == 0, reason="root lists every folder")
def test_a_folder_that_may_not_be_listed_is_an_error(folder):
    (folder / "raw/deep").chmod(0)
    try:
        with pytest.raises(InputError, match="cannot be listed"):
            find_sources([Wanted("raw")], folder)
    finally:
        (folder / "raw/deep").chmod(0o755)


@pytest.mark.parametrize("named", ["raw", "raw/**", "raw/**/*.parquet", "raw/*/*.parquet", "r*/deep/*", "**/*.jsonl"])
def test_no_folder_is_passed_over_that_cannot_be_listed(folder, named, monkeypatch):
    listed = os.scandir

    def closed(place: str | Path) -> object:
        if str(place).endswith("deep"):
            raise PermissionError(13, "Permission denied", str(place))
        return listed(place)

    monkeypatch.setattr(os, "scandir", closed)

    with pytest.raises(InputError, match=r"deep' cannot be listed: Permission denied"):
        find_sources([Wanted(named)], folder)
    assert names(folder, "*.jsonl", "raw/*.gz") == ["a.jsonl", "b.jsonl", "raw/c.jsonl.gz"]


def test_a_pattern_ends_where_a_linked_folder_leads_back(folder):
    (folder / "raw/deep/back").symlink_to(folder / "raw")

    assert names(folder, "raw/**/*.gz")[0] == "raw/c.jsonl.gz"


def test_a_name_with_the_signs_of_a_glob_is_a_file_where_it_is_one(folder):
    (folder / "a[1].jsonl").touch()

    assert names(folder, "a[1].jsonl") == ["a[1].jsonl"]


def test_two_names_of_one_file_are_one_source(folder):
    (folder / "z.jsonl").symlink_to(folder / "a.jsonl")

    assert names(folder, "z.jsonl", "a.jsonl") == ["a.jsonl"]


def test_a_folder_holds_data_whatever_the_case_of_its_endings(tmp_path):
    (tmp_path / "A.JSONL").touch()
    (tmp_path / "B.Json.GZ").touch()

    assert names(tmp_path, ".") == ["A.JSONL", "B.Json.GZ"]


def test_a_path_outside_keeps_its_name(folder):
    (source,) = find_sources([Wanted(str(folder / "a.jsonl"))], Path("/"))

    assert source == Source(0, (folder / "a.jsonl").as_posix(), folder / "a.jsonl")


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.jsonl", "jsonl"),
        ("a.ndjson.gz", "jsonl"),
        ("a.json", "json"),
        ("a.json.zst", "json"),
        ("a.parquet", "parquet"),
        ("A.JSON", "json"),
        ("A.Json.GZ", "json"),
        ("A.PARQUET", "parquet"),
        ("a", "jsonl"),
        ("-", "jsonl"),
    ],
)
def test_the_ending_says_how_a_file_is_read(name, kind):
    assert Source(0, name, Path(name)).kind == kind


@pytest.mark.parametrize(
    ("named", "hint"),
    [
        pytest.param("raw/clean 1", "name its rows: 'raw/clean 1/train.jsonl'", id="the folder"),
        pytest.param("raw", "name the files of raw that are rows, or move the run out of it", id="what it lies in"),
        pytest.param("raw/**", "name the files of 'raw/**' that are rows, or move the run out of it", id="a pattern"),
    ],
)
def test_a_folder_that_a_run_wrote_is_no_data(tmp_path, named, hint):
    run = tmp_path / "raw" / "clean 1"
    run.mkdir(parents=True)
    for name in ("dropped.jsonl", "requests.jsonl", "test.jsonl", "train.jsonl", "ledger.parquet", "../rows.jsonl"):
        (run / name).touch()
    (run / "manifest.json").write_text('{"thresher": "0.1.0", "command": "curate"}')

    with pytest.raises(InputError, match="'raw/clean 1' was written by a run: not all in it are rows") as error:
        find_sources([Wanted(named)], tmp_path)

    assert error.value.hint == hint
    assert names(tmp_path, "raw/clean 1/train.jsonl", "raw/*.jsonl") == ["raw/clean 1/train.jsonl", "raw/rows.jsonl"]


def test_a_pattern_takes_rows_of_runs_and_nothing_else_that_they_wrote(tmp_path):
    for run in ("clean-1", "clean-2"):
        (tmp_path / run).mkdir()
        for name in ("train.jsonl", "dropped.jsonl", "mine.jsonl"):
            (tmp_path / run / name).touch()
        outputs = [{"path": name, "sha256": "9f"} for name in ("train.jsonl", "dropped.jsonl")]
        (tmp_path / run / "manifest.json").write_text(json.dumps({"thresher": "0.1.0", "outputs": outputs}))

    assert names(tmp_path, "clean-*/train.jsonl") == ["clean-1/train.jsonl", "clean-2/train.jsonl"]
    assert names(tmp_path, "clean-1/[mt]*.jsonl") == ["clean-1/mine.jsonl", "clean-1/train.jsonl"]
    for pattern in ("**/*.jsonl", "clean-?/*", "clean-2/*.jsonl"):
        with pytest.raises(InputError, match=r"'clean-[12]' was written by a run"):
            find_sources([Wanted(pattern)], tmp_path)


@pytest.mark.parametrize("named", ["raw", "raw/**/*.jsonl", "raw/*/train.jsonl", "raw/clean"])
def test_what_a_run_that_was_cut_off_left_is_no_data(tmp_path, named):
    (tmp_path / "raw/clean/.work").mkdir(parents=True)
    for name in ("raw/rows.jsonl", "raw/clean/train.jsonl", "raw/clean/.work/.thresher"):
        (tmp_path / name).touch()

    with pytest.raises(InputError, match="'raw/clean' holds a run that was cut off") as error:
        find_sources([Wanted(named)], tmp_path)

    assert "finish or remove the run" in (error.value.hint or "")
    assert names(tmp_path, "raw/*.jsonl", "raw/clean/train.jsonl") == ["raw/clean/train.jsonl", "raw/rows.jsonl"]


def test_another_ones_manifest_is_data(tmp_path):
    (tmp_path / "manifest.json").write_text('[{"prompt": "Hello?", "completion": "Hello."}]')
    assert names(tmp_path, ".") == ["manifest.json"]
