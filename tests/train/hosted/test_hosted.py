"""``thresher train`` with ``[hosted]``, against an endpoint on a loopback port."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import chat
from tests.train.hosted.server import KEY, RESULTS, FineTuning
from train.hosted.config import HostedTable

ROWS = [chat(f"Question number {n}?", f"Answer number {n}.") for n in range(12)]


@pytest.fixture
def endpoint(monkeypatch):
    monkeypatch.setenv("LOOPBACK_KEY", KEY)
    with FineTuning() as server:
        yield server


@pytest.fixture
def config(tmp_path, jsonl):
    """Write a train.toml with a table [hosted], and the rows that it names."""

    def write(server, rows=ROWS, data='train = ["train.jsonl"]', **hosted) -> Path:
        jsonl(rows, "train.jsonl")
        table = {"model": "small", "base_url": server.url, "api_key_env": "LOOPBACK_KEY", "poll": 0.001} | hosted
        lines = [f"{name} = {json.dumps(value)}" for name, value in table.items()]
        path = tmp_path / "train.toml"
        path.write_text("\n".join(["seed = 7", "[data]", data, "[hosted]", *lines]))
        return path

    return write


def test_files_go_up_a_job_is_followed_and_its_results_come_down(thresher, endpoint, config, tmp_path):
    told = thresher("train", config(endpoint, suffix="tickets", epochs=2), "--out", tmp_path / "out")

    assert told.code == 0, told.err
    assert "next: thresher predict --data test.jsonl --model openai:ft:small:tickets:ftjob-1" in told.out
    assert "ftjob-1 is succeeded" in told.err
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


def test_a_run_that_was_stopped_follows_the_same_job(thresher, endpoint, config, tmp_path):
    endpoint.refuse["GET /fine_tuning/jobs/ftjob-1"] = (403, {"error": {"message": "not now", "code": "denied"}})
    path = config(endpoint)
    stopped = thresher("train", path, "--out", tmp_path / "out")
    endpoint.refuse.clear()
    again = thresher("train", path, "--out", tmp_path / "out")

    assert (stopped.code, again.code) == (2, 0)
    assert "answers 403 (denied): not now" in stopped.err
    assert (endpoint.count("POST /files"), endpoint.count("POST /fine_tuning/jobs")) == (1, 1)


def test_a_job_whose_answer_was_lost_is_found_and_not_made_twice(thresher, endpoint, config, tmp_path):
    endpoint.lose.add("POST /fine_tuning/jobs")
    path = config(endpoint)
    lost = thresher("train", path, "--out", tmp_path / "out")
    again = thresher("train", path, "--out", tmp_path / "out")

    assert lost.code == 2
    assert "the same command goes on" in lost.err
    assert again.code == 0, again.err
    assert list(endpoint.jobs) == ["ftjob-1"]


def test_a_job_that_was_refused_is_asked_for_again(thresher, endpoint, config, tmp_path):
    endpoint.refuse["POST /fine_tuning/jobs"] = (
        400,
        {"error": {"message": "small is not tuned here", "code": "bad_model"}},
    )
    path = config(endpoint)
    refused = thresher("train", path, "--out", tmp_path / "out")
    endpoint.refuse.clear()
    again = thresher("train", path, "--out", tmp_path / "out")

    assert (refused.code, again.code) == (2, 0)
    assert "answers 400 (bad_model): small is not tuned here" in refused.err
    assert endpoint.count("POST /files") == 1


def test_another_configuration_needs_another_folder(thresher, endpoint, config, tmp_path):
    thresher("train", config(endpoint), "--out", tmp_path / "out")
    told = thresher("train", config(endpoint, epochs=5), "--out", tmp_path / "out")

    assert told.code == 2
    assert "belongs to another job (ftjob-1)" in told.err
    assert len(endpoint.jobs) == 1


def test_twice_is_the_same(thresher, endpoint, config, tmp_path):
    path = config(endpoint)
    thresher("train", path, "--out", tmp_path / "out")
    first = {file.name: file.read_bytes() for file in (tmp_path / "out").iterdir()}
    again = thresher("train", path, "--out", tmp_path / "out")

    assert again.code == 0
    assert {file.name: file.read_bytes() for file in (tmp_path / "out").iterdir()} == first
    assert len(endpoint.jobs) == 1


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


def test_interrupting_leaves_the_job_running_and_says_how_to_go_on(endpoint, config, tmp_path):
    endpoint.hold.add("running")
    path = config(endpoint, poll=60.0)  # it waits when the signal comes
    command = [sys.executable, "-m", "thresher", "train", path, "--out", tmp_path / "out"]
    with subprocess.Popen(
        command, env=os.environ | {"LOOPBACK_KEY": KEY}, stderr=subprocess.PIPE, text=True
    ) as running:
        assert running.stderr is not None
        for line in running.stderr:
            if "is validating_files" in line:
                running.send_signal(signal.SIGINT)
                break
        said = running.stderr.read()

    assert running.returncode == 130
    assert f"ftjob-1 goes on. To follow it: thresher train {path} --out {tmp_path / 'out'}" in said
    assert "--cancel" in said
    assert endpoint.jobs["ftjob-1"]["status"] != "cancelled"


def test_the_key_is_in_no_file_and_in_no_error(thresher, endpoint, config, tmp_path):
    endpoint.refuse["POST /files"] = (401, {"error": {"message": f"wrong key {KEY}"}})
    path = config(endpoint)
    told = thresher("train", path, "--out", tmp_path / "out")
    endpoint.refuse.clear()
    thresher("train", path, "--out", tmp_path / "out")
    written = b"".join(file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())

    assert told.code == 2
    assert "wrong key ***" in told.err
    assert endpoint.keys == {f"Bearer {KEY}"}
    assert KEY.encode() not in written


def test_without_the_key_nothing_is_sent(thresher, endpoint, config, tmp_path, monkeypatch):
    monkeypatch.delenv("LOOPBACK_KEY")
    told = thresher("train", config(endpoint), "--out", tmp_path / "out")

    assert (told.code, "LOOPBACK_KEY is not set" in told.err, endpoint.asked) == (2, True, [])


def test_openais_key_goes_to_no_other_endpoint(thresher, endpoint, tmp_path, config, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    path = config(endpoint)
    path.write_text(path.read_text().replace('api_key_env = "LOOPBACK_KEY"\n', ""))
    told = thresher("train", path, "--out", tmp_path / "out")

    assert told.code == 0, told.err
    assert endpoint.keys == {None}


def test_a_dry_run_sends_nothing(thresher, endpoint, config, tmp_path):
    told = thresher("train", config(endpoint, epochs=3), "--dry-run", "--json")

    assert told.code == 0, told.err
    assert told.json["files"]["train"]["rows"] == 12
    assert told.json["job"]["method"]["supervised"]["hyperparameters"]["n_epochs"] == 3
    assert endpoint.asked == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        pytest.param({"api_key_env": "sk-123"}, "hosted.api_key_env is no name", id="a key where its variable belongs"),
        pytest.param(
            {"base_url": "http://me:pw@host/v1"}, "hosted.base_url holds more", id="a password in the address"
        ),
        pytest.param({"base_url": "http://127.0.0.1:9/v1"}, "cannot be reached", id="nobody listens"),
        pytest.param({"beta": 0.1}, 'beta goes with method = "dpo"', id="beta without dpo"),
        pytest.param({"extra": {"model": "x"}}, "extra: model cannot stand here", id="a field that the driver sets"),
        pytest.param({"epoch": 3}, "did you mean 'epochs'?", id="a misspelt setting"),
        pytest.param({"data": 'train = ["no.jsonl"]'}, "no.jsonl is not there", id="a missing file"),
        pytest.param(
            {"data": 'run = "clean"\ntrain = ["train.jsonl"]'}, "run (a curation run) or train", id="two sources"
        ),
    ],
)
def test_mistakes_are_told(thresher, endpoint, config, tmp_path, change, said):
    data = change.pop("data", 'train = ["train.jsonl"]')
    path = config(endpoint, data=data, **change)
    if "extra" in change:
        path.write_text(path.read_text().replace('extra = {"model": "x"}', 'extra = { model = "x" }'))
    told = thresher("train", path, "--out", tmp_path / "out")

    assert told.code == 2
    assert said in told.err
    assert "sk-123" not in told.err


def test_the_page_has_every_setting():
    page = (Path(__file__).parents[3] / "docs" / "hosted.md").read_text(encoding="utf-8")

    assert set(re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE)) == set(HostedTable.model_fields)
