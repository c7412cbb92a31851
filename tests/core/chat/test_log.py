"""``requests.jsonl`` and the sums of a run."""

from __future__ import annotations

import json
from array import array

import pytest

from curate.core.chat.client import Client
from curate.core.chat.log import percentile
from tests.core.chat.conftest import ask, prompts, settings

PRICES = {"input": 10.0, "output": 20.0, "date": "2026-08-01"}


def lines(folder):
    return [json.loads(line) for line in (folder / "requests.jsonl").read_text().splitlines()]


def test_a_line_for_each_request(serve, tmp_path):
    server = serve(lambda asked: "500" if asked.attempt == 1 else "answer")
    chat = settings(server.url, prices=PRICES)
    ask(chat, prompts(chat, 1), tmp_path)

    (line,) = lines(tmp_path)
    assert line.pop("seconds") > 0
    assert len(line.pop("request")) == 64
    assert line == {
        "model": "m",
        "cached": False,
        "attempts": 2,
        "finish": "stop",
        "fault": None,
        "status": None,
        "prompt_tokens": 10,
        "completion_tokens": 10,
        "cost": 0.0003,
    }


def test_a_fault_and_a_kept_reply_have_lines_too(serve, tmp_path):
    server = serve(lambda asked: "400 |no" if asked.prompt == "question 1" else "answer")
    chat = settings(server.url, prices=PRICES)
    ask(chat, prompts(chat, 1), tmp_path)
    ask(chat, prompts(chat, 2), tmp_path)

    kept, refused = lines(tmp_path)
    assert (kept["cached"], kept["attempts"], kept["cost"]) == (True, 0, 0.0)
    assert (refused["fault"], refused["status"], refused["cost"]) == ("rejected", 400, None)


@pytest.mark.parametrize(("wanted", "there"), [(False, False), (True, True)])
def test_text_is_written_only_where_asked_for(serve, tmp_path, wanted, there):
    chat = settings(serve().url, log_text=wanted)
    ask(chat, prompts(chat, 1), tmp_path)

    log = (tmp_path / "requests.jsonl").read_text()
    assert ("question 0" in log, "re: question" in log) == (there, there)
    assert (tmp_path / "requests.jsonl").stat().st_mode & 0o077 == 0


def test_the_sums_of_a_run(serve, tmp_path):
    server = serve(lambda asked: "400" if asked.prompt == "question 3" else "answer")
    chat = settings(server.url, prices=PRICES)
    ask(chat, prompts(chat, 1), tmp_path)
    with Client(chat, tmp_path) as client:
        client.ask(prompts(chat, 4))
        told = client.summary.as_json()
        text = client.summary.text()

    assert 0 < told.pop("latency_p50") <= told.pop("latency_p95")
    assert told == {
        "requests": 4,
        "answers": 3,
        "cached": 1,
        "faults": {"rejected": 1},
        "success_rate": 0.75,
        "sent": 3,
        "prompt_tokens": 20,
        "completion_tokens": 20,
        "cost": {"value": 0.0006, "at_most": 0.0006, "currency": "USD", "prices_of": "2026-08-01"},
    }
    assert "4 requests: 3 answers (75.0%), 1 from the cache" in text
    assert "  rejected: 1. The endpoint takes no such request (4xx)." in text
    assert "cost: 0.0006 USD at prices of 2026-08-01" in text


@pytest.mark.parametrize(
    ("values", "share", "wanted"),
    [
        pytest.param([], 0.5, None, id="nothing measured"),
        pytest.param([3], 0.95, 3, id="one"),
        pytest.param([4, 1, 3, 2], 0.5, 2, id="half of four"),
        pytest.param(range(1, 101), 0.95, 95, id="95 of 100"),
    ],
)
def test_percentiles_by_nearest_rank(values, share, wanted):
    assert percentile(array("d", values), share) == wanted
