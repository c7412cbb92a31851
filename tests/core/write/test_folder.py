"""Whose an output folder is: of a run of the same command, finished or stopped; all else is refused and left alone."""

from __future__ import annotations

import errno
import hashlib
import json
from pathlib import Path

import pytest

from curate.core.run.errors import OutputError
from curate.core.write.folder import output_folder
from tests.evalkit.gate.runs import limits, right, scored

FLAGS = [1, 0] * 20


def held(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def filled(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        path = folder / name.replace("__", "/").replace("_json", ".json")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def replaced(tmp_path: Path) -> Path:
    """Return a folder of a finished run whose next one was stopped after the old manifest went."""
    out = tmp_path / "out"
    with output_folder(out, "curate") as folder:
        folder.file("train.jsonl").write_text("old")
        folder.publish(["train.jsonl"], own=())
        folder.finish({"thresher": "0", "command": "curate"})
    return out


@pytest.mark.parametrize(
    "files",
    [
        pytest.param({"work__x": "theirs", "manifest_json": '{"a":1}'}, id="a work folder and a manifest of others"),
        pytest.param({"work__x": "theirs", "notes_json": "{}"}, id="a work folder of others beside a file of theirs"),
        pytest.param({"work__.thresher": "curate", "manifest_json": "{}"}, id="our mark, and a manifest of others"),
    ],
)
def test_a_work_folder_is_ours_by_its_mark_alone(tmp_path, files):
    out = filled(tmp_path / "f", **{name.replace("work__", ".work__"): text for name, text in files.items()})
    before = held(out)

    with pytest.raises(OutputError, match="no run of ours wrote"), output_folder(out, "curate"):
        pass

    assert held(out) == before


@pytest.mark.parametrize("stopped", ["before the mark", "in the mark", "at work"])
def test_a_stopped_run_is_simply_run_again(tmp_path, stopped):
    work = tmp_path / "out" / ".work"
    work.mkdir(parents=True)
    if stopped != "before the mark":
        (work / ".thresher").write_text("" if stopped == "in the mark" else "curate")
    if stopped == "at work":
        (work / "half.jsonl").write_text("{")
        (tmp_path / "out" / "train.jsonl").write_text("published, and no manifest yet")

    with output_folder(tmp_path / "out", "curate") as folder:
        assert [entry.name for entry in folder.work.iterdir()] == [".thresher"]
        folder.finish({"thresher": "0", "command": "curate"})

    assert not work.exists()


def fill_the_disk(out: Path) -> None:
    with output_folder(out, "curate") as folder:
        folder.file("half").write_text("x")
        raise OSError(errno.ENOSPC, "no space")


def test_a_full_disk_over_an_older_run_leaves_a_folder_that_is_ours(tmp_path):
    out = replaced(tmp_path)
    with pytest.raises(OutputError, match="disk is full"):
        fill_the_disk(out)

    assert set(held(out)) == {"train.jsonl", ".work/.thresher"}
    with output_folder(out, "curate"):
        pass


@pytest.mark.parametrize("finished", [True, False])
def test_a_run_of_another_command_is_named_and_left_alone(tmp_path, finished):
    out = replaced(tmp_path)
    if not finished:
        with output_folder(out, "curate"):
            pass
    before = held(out)

    with pytest.raises(OutputError, match="holds a run of thresher curate"), output_folder(out, "predict"):
        pass

    assert held(out) == before


def test_predict_does_not_orphan_a_curation(thresher, tmp_path, jsonl):
    rows = jsonl([{"id": "a", "prompt": "q?", "completion": "an answer"}])
    thresher("curate", rows, "--out", tmp_path / "clean", "--no-report", "--quiet")
    before = held(tmp_path / "clean")
    assert "manifest.json" in before
    data = jsonl([{"id": "a", "prompt": "q?", "reference": "yes"}], "items.jsonl")
    answers = jsonl([{"id": "a", "prediction": "yes"}], "answers.jsonl")

    ran = thresher("predict", "--data", data, "--model", f"replay:{answers}", "--out", tmp_path / "clean")

    assert (ran.code, "holds a run of thresher curate" in ran.err) == (2, True)
    assert held(tmp_path / "clean") == before


@pytest.mark.parametrize("name", ["manifest.json", "scores.json", "rows.parquet"])
@pytest.mark.parametrize("named", ["the folder", "the file"])
def test_scores_beside_predictions_do_not_replace_what_others_wrote(thresher, tmp_path, jsonl, name, named):
    file = jsonl(right(FLAGS), "theirs/predictions.jsonl")
    (file.parent / name).write_text('{"a": 1}')
    before = held(file.parent)

    which = (file.parent,) if named == "the folder" else (file, "--out", file.parent)
    ran = thresher("score", *which, "--metrics", "exact_match")

    assert (ran.code, "no run of ours wrote" in ran.err) == (2, True)
    assert held(file.parent) == before


@pytest.mark.parametrize("named", ["the folder", "the file"])
def test_predictions_of_others_take_scores_and_a_predicted_folder_keeps_its_manifest(thresher, tmp_path, jsonl, named):
    theirs = jsonl(right(FLAGS), "theirs/predictions.jsonl")
    (theirs.parent / "notes.txt").write_text("mine")
    data = jsonl([{"id": "a", "prompt": "q?", "reference": "yes"}], "items.jsonl")
    answers = jsonl([{"id": "a", "prediction": "yes"}], "answers.jsonl")
    thresher("predict", "--data", data, "--model", f"replay:{answers}", "--out", tmp_path / "ours")

    for folder, command in ((theirs.parent, "score"), (tmp_path / "ours", "predict")):
        which = (folder,) if named == "the folder" else (folder / "predictions.jsonl", "--out", folder)
        for _ in range(2):
            assert thresher("score", *which, "--metrics", "exact_match").code == 0
        assert json.loads((folder / "manifest.json").read_bytes())["command"] == command


def interrupted(*_: object) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize("scored_before", [False, True])
def test_a_score_that_is_killed_leaves_the_manifest_of_the_predictions(
    thresher, tmp_path, jsonl, monkeypatch, scored_before
):
    data = jsonl([{"id": "a", "prompt": "q?", "reference": "yes"}], "items.jsonl")
    answers = jsonl([{"id": "a", "prediction": "yes"}], "answers.jsonl")
    ours = tmp_path / "ours"
    thresher("predict", "--data", data, "--model", f"replay:{answers}", "--out", ours)
    predicted = (ours / "manifest.json").read_bytes()
    if scored_before:
        assert thresher("score", ours, "--metrics", "exact_match").code == 0

    with monkeypatch.context() as killed:
        killed.setattr("evalkit.run.write_rows", interrupted)
        assert thresher("score", ours, "--metrics", "exact_match").code == 130

    assert (ours / "manifest.json").read_bytes() == predicted
    assert thresher("score", ours, "--metrics", "exact_match").code == 0
    told = json.loads((ours / "manifest.json").read_bytes())
    assert [one["path"] for one in told["outputs"]] == ["predictions.jsonl", "rows.parquet", "scores.json"]


def test_a_run_that_fails_leaves_no_older_scores_or_verdict(thresher, tmp_path, jsonl):
    """Oracle: what lies in the folders after each exit 2: our mark, and what the run would not have replaced."""
    every, fewer = scored(tmp_path, "every", right(FLAGS)), scored(tmp_path, "fewer", right(FLAGS[:-2]))
    data = jsonl([{"id": "a", "prompt": "q?", "reference": "yes"}], "items.jsonl")
    answers = jsonl([{"id": "a", "prediction": "yes"}], "answers.jsonl")
    broken = jsonl(['{"id":'], "broken.jsonl")
    rules = limits(tmp_path, 'metric = "exact_match"\nmin_value = 0.1')
    verdict, ours = tmp_path / "verdict", tmp_path / "ours"

    for failing in (("gate", fewer, "--limits", rules), ("gate", every, "--limits", tmp_path / "none.toml")):
        assert thresher("gate", every, "--baseline", every, "--limits", rules, "--out", verdict).code == 0
        assert thresher(*failing, "--baseline", every, "--out", verdict).code == 2
        assert set(held(verdict)) == {".work/.thresher"}

    thresher("predict", "--data", data, "--model", f"replay:{answers}", "--out", ours)
    thresher("score", ours, "--metrics", "exact_match")
    assert thresher("predict", "--data", broken, "--model", f"replay:{answers}", "--out", ours).code == 2
    assert set(held(ours)) == {"predictions.jsonl", "run.json", ".work/.thresher"}

    assert thresher("score", broken, "--metrics", "exact_match", "--out", every).code == 2
    assert set(held(every)) == {".work/.thresher"}


def test_a_run_that_fails_leaves_no_trace_where_there_was_none(thresher, tmp_path, jsonl):
    """A mark beside the files of others would say that they are ours."""
    theirs = jsonl(['{"id":'], "theirs/predictions.jsonl")

    assert thresher("score", theirs.parent, "--metrics", "exact_match").code == 2
    assert thresher("score", theirs, "--metrics", "exact_match", "--out", tmp_path / "new").code == 2

    assert set(held(theirs.parent)) == {"predictions.jsonl"}
    assert not (tmp_path / "new").exists()


def test_the_manifest_of_scores_names_the_predictions_that_were_scored(thresher, jsonl):
    """Oracle: the hash of the file at the second scoring."""
    file = jsonl(right(FLAGS), "theirs/predictions.jsonl")
    thresher("score", file.parent, "--metrics", "exact_match")
    jsonl(right(FLAGS[:-2]), "theirs/predictions.jsonl")
    thresher("score", file.parent, "--metrics", "token_f1")

    told = json.loads((file.parent / "manifest.json").read_bytes())
    assert [one["sha256"] for one in told["inputs"]] == [hashlib.sha256(file.read_bytes()).hexdigest()]
    assert (told["counts"]["in"], told["config"]["metrics"]) == (len(FLAGS) - 2, ["token_f1"])
