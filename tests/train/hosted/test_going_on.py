"""A run of a hosted job that was stopped goes on with the same job, and no job is made twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

from tests.train.hosted.server import KEY


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
