"""An endpoint that does not work at all, and one that wants to be asked slowly."""

from __future__ import annotations

import socket
import time

import pytest

from curate.core.chat.client import Client
from curate.core.chat.layers.breaker import ChatError
from curate.core.chat.layers.throttle import Pace
from curate.core.run.errors import ConfigError
from tests.core.chat.conftest import ask, prompts, settings
from tests.core.chat.server import Asked

KEY = "sk-a1b2c3d4e5f6g7h8"


@pytest.fixture
def closed_port() -> str:
    """Return the address of a port at which nobody listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}/v1"


@pytest.mark.parametrize(
    ("failure", "problem", "hint"),
    [
        pytest.param("401 |bad key", "wants a key, and none was sent", "chat.api_key_env", id="no key"),
        pytest.param("404 |no model", "knows no model 'm'", "check chat.model and chat.base_url", id="wrong model"),
        pytest.param("400 |model_not_found", "knows no model 'm'", "check chat.model", id="wrong model, said by 400"),
        pytest.param("403", "does not let this key use 'm'", "the key's rights", id="forbidden"),
        pytest.param("429 |insufficient_quota", "no credit left", "top it up", id="no credit, said by 429"),
    ],
)
def test_what_cannot_work_stops_at_once_with_the_reason(serve, tmp_path, failure, problem, hint):
    server = serve(lambda _: failure)
    chat = settings(server.url, limits={"concurrency": 4})

    with pytest.raises(ChatError, match=problem) as stopped:
        ask(chat, prompts(chat, 100), tmp_path)

    assert stopped.value.exit_code == 2
    assert hint in str(stopped.value)
    assert len(server.asked) <= 4  # what was in flight


def test_a_wrong_key_is_told_by_its_variable(serve, tmp_path, monkeypatch):
    monkeypatch.setenv("MY_KEY", KEY)
    chat = settings(serve(lambda _: "401").url, api_key_env="MY_KEY")

    with pytest.raises(ChatError, match="the endpoint refused the key in MY_KEY"):
        ask(chat, prompts(chat, 1), tmp_path)


def test_a_server_that_is_not_there_is_told_after_the_last_attempt(tmp_path, closed_port):
    chat = settings(closed_port)

    with pytest.raises(ChatError, match=r"cannot be reached\n.*\n.*0 of 1 requests have an answer"):
        ask(chat, prompts(chat, 1), tmp_path)


def test_where_nothing_works_the_run_stops_early(serve, tmp_path):
    server = serve(lambda _: "500")
    chat = settings(server.url, limits={"concurrency": 4, "breaker": 10})

    with pytest.raises(ChatError, match="10 requests in a row failed; the last: server_error"):
        ask(chat, prompts(chat, 1000), tmp_path)

    assert 30 <= len(server.asked) <= 3 * (10 + 4)


def test_a_reply_now_and_then_keeps_the_run_alive(serve, tmp_path):
    server = serve(lambda asked: "answer" if asked.prompt.endswith("9") else "500")
    chat = settings(server.url, limits={"concurrency": 1, "breaker": 10, "attempts": 1})

    got = ask(chat, prompts(chat, 100), tmp_path)

    assert sum(one.text is not None for one in got) == 10


def test_rows_that_the_endpoint_takes_not_are_no_reason_to_stop(serve, tmp_path):
    server = serve(lambda asked: "answer" if asked.prompt == "question 0" else "400 |too long")
    chat = settings(server.url, limits={"concurrency": 1, "breaker": 5})

    got = ask(chat, prompts(chat, 50), tmp_path)

    assert [one.fault.kind for one in got[1:]] == ["rejected"] * 49


def test_a_wrong_key_does_not_lose_what_is_in_flight(serve, tmp_path):
    server = serve(lambda asked: "401" if asked.prompt == "question 0" else "later")
    chat = settings(server.url, limits={"concurrency": 4})
    with pytest.raises(ChatError):
        ask(chat, prompts(chat, 4), tmp_path)

    with Client(chat, tmp_path) as client:
        again = client.ask(prompts(chat, 4)[1:])

    assert [one.cached for one in again] == [True] * 3


def test_rows_keep_their_order_however_answers_arrive(serve, tmp_path):
    server = serve(lambda _: "later")
    chat = settings(server.url, limits={"concurrency": 16})

    got = ask(chat, prompts(chat, 100), tmp_path)

    assert [one.text for one in got] == [f"re: question {i}" for i in range(100)]


def test_no_more_requests_than_allowed_are_in_flight(serve, tmp_path):
    server = serve(lambda _: "later")
    chat = settings(server.url, limits={"concurrency": 3})

    ask(chat, prompts(chat, 30), tmp_path)

    assert server.most_at_once <= 3


@pytest.mark.parametrize(
    ("per_minute", "amounts", "waits"),
    [
        pytest.param(None, [1, 1, 1], [0, 0, 0], id="no limit"),
        pytest.param(60, [1, 1, 1], [0, 1, 2], id="a second apart"),
        pytest.param(6000, [50, 100, 1], [0, 0.5, 1.5], id="each waits for what those before it use"),
    ],
)
def test_a_pace_spaces_evenly(per_minute, amounts, waits):
    pace = Pace(per_minute)

    assert [pace.wait(amount, now=100.0) for amount in amounts] == pytest.approx(waits)


def test_a_pace_does_not_save_up_what_was_not_used():
    pace = Pace(60)

    assert [pace.wait(1, now) for now in (0.0, 100.0, 100.0)] == [0, 0, 1]


@pytest.mark.parametrize(
    "limits",
    [
        pytest.param({"requests_per_minute": 6000}, id="requests"),
        pytest.param({"tokens_per_minute": 6000 * 1031}, id="tokens: 7 of the prompt, 1,024 of the answer"),
    ],
)
def test_limits_a_minute_are_kept(serve, tmp_path, limits):
    chat = settings(serve().url, limits=limits)
    started = time.monotonic()

    ask(chat, prompts(chat, 20), tmp_path)

    assert time.monotonic() - started >= 0.19  # 19 gaps of 10 ms


def test_who_is_asked_to_wait_waits_and_so_do_the_others(serve, tmp_path):
    arrived: list[float] = []

    def script(asked: Asked) -> str:
        arrived.append(time.monotonic())
        return "429 Retry-After: 0.3" if (asked.prompt, asked.attempt) == ("question 0", 1) else "answer"

    chat = settings(serve(script).url, limits={"concurrency": 2})
    ask(chat, prompts(chat, 5), tmp_path)

    assert len(arrived) == 6
    assert [moment - arrived[0] >= 0.3 for moment in arrived[-3:]] == [True] * 3  # two were sent before it asked


def test_a_wait_that_is_too_long_is_a_fault(serve, tmp_path):
    server = serve(lambda _: "429 Retry-After: 3600")
    chat = settings(server.url)

    (got,) = ask(chat, prompts(chat, 1), tmp_path)

    assert (got.fault.kind, got.fault.retry_after, len(server.asked)) == ("rate_limited", 3600, 1)


def test_prompts_go_nowhere_but_where_the_settings_say(serve, tmp_path):
    elsewhere = serve()
    server = serve(lambda _: f"307 Location: {elsewhere.url}/chat/completions")
    chat = settings(server.url)

    (got,) = ask(chat, prompts(chat, 1), tmp_path)

    assert (got.fault.kind, elsewhere.asked) == ("rejected", [])
    assert "redirects" in got.fault.detail


def test_a_missing_key_is_told_before_anything_is_sent(serve, tmp_path, monkeypatch):
    monkeypatch.delenv("MY_KEY", raising=False)
    server = serve()
    chat = settings(server.url, api_key_env="MY_KEY")

    with pytest.raises(ConfigError, match="no key: MY_KEY is not set"):
        ask(chat, prompts(chat, 5), tmp_path)

    assert server.asked == []


def test_a_run_that_the_cache_answers_needs_no_key(serve, tmp_path, monkeypatch):
    chat = settings(serve().url, api_key_env="MY_KEY")
    monkeypatch.setenv("MY_KEY", KEY)
    first = ask(chat, prompts(chat, 5), tmp_path)
    monkeypatch.delenv("MY_KEY")

    assert ask(chat, prompts(chat, 5), tmp_path) == first
