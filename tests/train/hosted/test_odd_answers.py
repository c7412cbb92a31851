"""What an endpoint may answer beside what it should: no traceback, no key in what is told, no job that is paid twice."""

from __future__ import annotations

import base64
import re

import pytest

from tests.train.hosted.server import KEY, FineTuning

JOB = r"GET /fine_tuning/jobs/[^/]+"
EVENTS = JOB + "/events"
DONE = {"status": "succeeded", "fine_tuned_model": "ft:small", "result_files": []}


class Odd(FineTuning):
    """Answers the requests that a pattern fits with other fields; the first that fits wins."""

    def __init__(self, answers: dict) -> None:
        super().__init__()
        self.answers = answers

    def _answer(self, request, query, raw):
        status, body = super()._answer(request, query, raw)
        other = next((fields for pattern, fields in self.answers.items() if re.fullmatch(pattern, request)), None)
        if isinstance(other, dict):
            return status, body | other
        return status, body if other is None else other


@pytest.fixture
def tuned(thresher, config, tmp_path, monkeypatch):
    """Train at an endpoint with some odd answers, and once more in the same folder; return what was told each time."""
    monkeypatch.setenv("LOOPBACK_KEY", KEY)

    def run(answers, refuse=None):
        with Odd(answers) as server:
            server.refuse |= refuse or {}
            path = config(server)
            told = thresher("train", path, "--out", tmp_path / "out")
            server.refuse.clear()
            return told, thresher("train", path, "--out", tmp_path / "out")

    return run


@pytest.mark.parametrize(
    ("answers", "code", "said"),
    [
        pytest.param({EVENTS: {"data": None}}, 0, "is succeeded", id="events that are null"),
        pytest.param({EVENTS: {"data": ["text", 3, None]}}, 0, "is succeeded", id="events that are no objects"),
        pytest.param({EVENTS: {"data": 3}}, 2, "answers no list in 'data': 3", id="events that are a number"),
        pytest.param(
            {JOB: {"status": "failed", "error": "out of memory"}}, 1, "failed: out of memory", id="an error in words"
        ),
        pytest.param({JOB: {"status": "failed", "error": None}}, 1, "ftjob-1 failed", id="no error"),
        pytest.param({JOB: DONE | {"method": "supervised"}}, 0, "is succeeded", id="a method that is a word"),
        pytest.param({JOB: DONE | {"method": {"supervised": 3}}}, 0, "is succeeded", id="a method without settings"),
        pytest.param({JOB: DONE | {"result_files": "file-results"}}, 0, "is succeeded", id="results that are no list"),
        pytest.param(
            {JOB: DONE | {"fine_tuned_model": None}}, 1, "fine_tuned_model is None", id="a job without a model"
        ),
        pytest.param({JOB: DONE | {"fine_tuned_model": ""}}, 1, "fine_tuned_model is ''", id="a model without a name"),
        pytest.param({"POST /fine_tuning/jobs": {"id": "x\n"}}, 2, "answers 404", id="an id with a control character"),
    ],
)
def test_odd_answers_are_no_crash(tuned, answers, code, said):
    for told in tuned(answers):
        assert (told.code, said in told.err) == (code, True), told.err
        assert "None" not in told.out


@pytest.mark.parametrize("listed", [{"data": None}, {"data": [3, {"metadata": "x"}]}], ids=["null", "no jobs"])
def test_a_job_is_made_where_the_list_of_jobs_has_none_of_ours(tuned, listed):
    lost = {"POST /fine_tuning/jobs": (500, {"error": {"message": "later"}})}
    told, again = tuned({"GET /fine_tuning/jobs": listed}, refuse=lost)

    assert (told.code, again.code) == (2, 0), again.err
    assert "ftjob-1 is succeeded" in again.err


def test_steps_that_are_written_as_floats_are_logged(tuned, tmp_path):
    data = {"step": 1.0, "total_steps": 2.0, "train_loss": 2.5}
    events = [{"id": "e1", "message": "Step 1", "data": data}, {"id": "e2", "message": "x", "data": {"step": True}}]
    told, _ = tuned({EVENTS: {"data": events}})

    assert told.code == 0, told.err
    assert (tmp_path / "out" / "log.jsonl").read_text() == '{"loss":2.5,"step":1}\n'


def test_events_without_ids_are_each_told_once(tuned):
    events = [{"message": "second"}, {"message": "first"}]
    told, _ = tuned({EVENTS: {"data": events, "has_more": True}})

    assert [line for line in told.err.splitlines() if line in ("first", "second")] == ["first", "second"]


ESCAPED = KEY.replace("-", "\\u002d")  # in JSON: as the text has it, only for whoever reads the JSON


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        pytest.param({EVENTS: {"data": [{"id": "1", "message": f"hello Bearer {KEY}"}]}}, "hello Bearer ***", id="an event"),
        pytest.param({JOB: {"status": "failed", "error": {"message": f"with {KEY}"}}}, "with ***", id="a failure"),
        pytest.param({JOB: {"status": "failed", "error": f"with {KEY}"}}, "with ***", id="a failure in words"),
        pytest.param(
            {JOB: DONE | {"fine_tuned_model": f"m-{KEY}", "hyperparameters": {"k": KEY}}}, "is succeeded", id="a model"
        ),
        pytest.param({JOB: f"{'x' * 70}{KEY}".encode()}, f"{'x' * 70}***", id="no JSON, cut inside the key"),
        pytest.param({JOB: ESCAPED.encode()}, "no JSON object: ***", id="no JSON, and an escaped key"),
        pytest.param({JOB: DONE | {"result_files": ["f"]}, "GET /files/f/content": f"step\n{KEY}\n".encode()}, "", id="a table"),
        pytest.param(
            {JOB: DONE | {"result_files": ["f"]}, "GET /files/f/content": base64.b64encode(f"step\n{KEY}\n".encode())},
            "",
            id="a table in Base64",
        ),
    ],
)  # fmt: skip
def test_a_key_that_the_endpoint_says_back_is_told_nowhere(tuned, tmp_path, answers, said):
    told, _ = tuned(answers)
    written = b"".join(file.read_bytes() for file in (tmp_path / "out").rglob("*") if file.is_file())

    assert said in told.err
    assert KEY[:9] not in told.err + told.out + written.decode()


def test_a_refusal_before_anything_is_sent_leaves_no_folder(thresher, endpoint, config, tmp_path):
    told = thresher("train", config(endpoint, rows=[{"messages": []}]), "--out", tmp_path / "out")

    assert (told.code, "nothing was sent" in told.err, (tmp_path / "out").exists()) == (1, True, False)
    assert endpoint.asked == []
