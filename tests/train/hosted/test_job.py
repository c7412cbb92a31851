"""``thresher train`` with ``[hosted]``: files go up, a job is followed to its end, and its results come down."""

from __future__ import annotations

import json

import pytest

from tests.conftest import chat
from tests.train.hosted.conftest import ROWS
from tests.train.hosted.server import KEY, RESULTS, FineTuning


def test_files_go_up_a_job_is_followed_and_its_results_come_down(thresher, endpoint, config, tmp_path):
    told = thresher("train", config(endpoint, suffix="tickets", epochs=2), "--out", tmp_path / "out")

    assert told.code == 0, told.err
    assert "next: thresher predict --data test.jsonl --model openai:ft:small:tickets:ftjob-1" in told.out
    assert "ftjob-1 is succeeded" in told.err
    assert "next:" not in told.err  # the check before it proposes no other curation
    job = endpoint.jobs["ftjob-1"]
    assert endpoint.files[job["training_file"]] == (tmp_path / "train.jsonl").read_bytes()
    assert (job["model"], job["seed"], job["suffix"]) == ("small", 7, "tickets")
    automatic = {"batch_size": "auto", "learning_rate_multiplier": "auto"}
    assert job["method"] == {"type": "supervised", "supervised": {"hyperparameters": automatic | {"n_epochs": 2}}}
    out = tmp_path / "out"
    manifest = json.loads((out / "manifest.json").read_bytes())
    assert manifest["command"] == "train"
    assert manifest["model"]["name"] == "ft:small:tickets:ftjob-1"
    assert [(one["path"], one["rows"]) for one in manifest["inputs"]] == [("train.jsonl", 12)]
    assert {one["path"] for one in manifest["outputs"]} == {"log.jsonl", "results-1.csv"}
    assert (out / "results-1.csv").read_bytes() == RESULTS
    log = [json.loads(line) for line in (out / "log.jsonl").read_text().splitlines()]
    assert log == [{"step": 1, "loss": 2.5}, {"step": 2, "loss": 1.25, "eval_loss": 1.5}]


def test_a_curation_run_brings_its_splits(thresher, endpoint, config, tmp_path, jsonl):
    jsonl(
        [chat(f"Where is parcel {n * n + 7} of lot {n}?", f"In hall {n}, shelf {n * 3}.") for n in range(400)],
        "raw.jsonl",
    )
    curated = thresher("curate", tmp_path / "raw.jsonl", "--out", tmp_path / "clean", "--quiet", "--no-report")
    assert curated.code == 0, curated.err

    told = thresher("train", config(endpoint, data='run = "clean"'), "--out", tmp_path / "out")

    assert told.code == 0, told.err
    job = endpoint.jobs["ftjob-1"]
    assert endpoint.files[job["training_file"]] == (tmp_path / "clean" / "train.jsonl").read_bytes()
    assert endpoint.files[job["validation_file"]] == (tmp_path / "clean" / "validation.jsonl").read_bytes()


def test_preferences_are_trained_by_dpo(thresher, endpoint, config, tmp_path):
    def answer(text):
        return [{"role": "assistant", "content": text}]

    rows = [
        {
            "input": {"messages": [{"role": "user", "content": f"Question {n}?"}]},
            "preferred_output": answer(f"Yes, {n}."),
            "non_preferred_output": answer("No."),
        }
        for n in range(12)
    ]
    told = thresher("train", config(endpoint, rows, method="dpo", beta=0.2), "--out", tmp_path / "out")

    assert told.code == 0, told.err
    method = endpoint.jobs["ftjob-1"]["method"]
    assert (method["type"], method["dpo"]["hyperparameters"]["beta"]) == ("dpo", 0.2)


def test_rows_that_break_the_endpoints_rules_are_never_sent(thresher, endpoint, config, tmp_path):
    rows = [*ROWS, {"messages": [{"role": "user", "content": "and?"}]}]
    told = thresher("train", config(endpoint, rows), "--out", tmp_path / "out")

    assert told.code == 1
    assert "no_assistant" in told.err
    assert "nothing was sent" in told.err
    assert told.out == ""
    assert endpoint.asked == []


@pytest.mark.parametrize("more", [[], ["--dry-run"], ["--no-text"]], ids=["sent", "a dry run", "no text"])
def test_what_is_wrong_with_a_row_is_told(thresher, endpoint, config, tmp_path, more):
    """In the words of the check, which quote the row unless texts are to be left out."""
    turn = ROWS[0]["messages"][1]
    rows = [*ROWS, {"messages": [{"role": "user", "content": 3}, turn]}, {"messages": [{"role": "Bard"}, turn]}]
    told = thresher("train", config(endpoint, rows), "--out", tmp_path / "out", *more)
    said = ["content is a number, not a string or parts", "'Bard'"]

    assert (told.code, endpoint.asked) == (1, [])
    assert [words in told.err for words in said] == [more != ["--no-text"]] * 2
    assert f"train.jsonl:{len(ROWS) + 1}" in told.err


def test_a_failed_job_says_why(thresher, config, tmp_path, monkeypatch):
    monkeypatch.setenv("LOOPBACK_KEY", KEY)
    error = {"code": "invalid_training_file", "message": "line 3 is too long", "param": "training_file"}
    with FineTuning(ends="failed", error=error) as endpoint:
        told = thresher("train", config(endpoint), "--out", tmp_path / "out")

    assert told.code == 1
    assert "ftjob-1 failed: invalid_training_file, line 3 is too long, training_file" in told.err
    assert not (tmp_path / "out" / "manifest.json").exists()


def test_events_come_in_pages(thresher, config, tmp_path, monkeypatch):
    monkeypatch.setenv("LOOPBACK_KEY", KEY)
    with FineTuning(page=1) as endpoint:
        told = thresher("train", config(endpoint), "--out", tmp_path / "out")

    assert told.code == 0, told.err
    assert told.err.count("Created ftjob-1") == 1
    assert len((tmp_path / "out" / "log.jsonl").read_text().splitlines()) == 2


def test_cancelling_stops_the_job_of_a_folder(thresher, endpoint, config, tmp_path):
    endpoint.refuse["GET /fine_tuning/jobs/ftjob-1/events"] = (403, {})
    path = config(endpoint)
    thresher("train", path, "--out", tmp_path / "out")
    endpoint.refuse.clear()
    cancelled = thresher("train", path, "--out", tmp_path / "out", "--cancel", "--json")
    again = thresher("train", path, "--out", tmp_path / "out", "--cancel")
    followed = thresher("train", path, "--out", tmp_path / "out")

    assert (cancelled.code, cancelled.json["status"]) == (0, "cancelled")
    assert (again.code, "has ended: cancelled" in again.err) == (2, True)
    assert (followed.code, "ftjob-1 cancelled" in followed.err) == (1, True)


def test_a_folder_without_a_job_has_nothing_to_cancel(thresher, endpoint, config, tmp_path):
    told = thresher("train", config(endpoint), "--out", tmp_path / "out", "--cancel")

    assert (told.code, "has no job" in told.err, endpoint.asked) == (2, True, [])


@pytest.mark.parametrize("method", ["dpo", "supervised"])
def test_rows_that_the_method_does_not_train_on_are_never_sent(thresher, endpoint, config, tmp_path, method):
    said = [{"role": "assistant", "content": "Yes."}]
    asked = {"messages": [{"role": "user", "content": "Well?"}]}
    pair = {"input": asked, "preferred_output": said, "non_preferred_output": [said[0] | {"content": "No."}]}
    rows = ROWS if method == "dpo" else [pair] * 12
    told = thresher("train", config(endpoint, rows, method=method), "--out", tmp_path / "out")

    lacks = "preferred_output" if method == "dpo" else "messages"
    assert (told.code, f"train.jsonl:1 has no '{lacks}'" in told.err) == (2, True), told.err
    assert endpoint.asked == []
