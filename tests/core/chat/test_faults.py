"""Every way in which a server fails: asked again where that may help, recorded where not, and never an answer."""

from __future__ import annotations

import zlib

import pytest

from curate.core.chat.backend import retry_after
from curate.core.chat.layers.store import Store
from tests.core.chat.conftest import ask, prompts, settings
from tests.core.chat.server import Asked, reply

FAILURES = {
    "429": "rate_limited",
    "429 Retry-After: 0.01": "rate_limited",
    "500": "server_error",
    "503": "server_error",
    "408": "timed_out",
    "hang": "timed_out",
    "drip": "timed_out",
    "drop": "dropped",
    "cut": "dropped",
    "raw {not json": "malformed",
    "raw ": "malformed",
    "raw <html>Bad gateway</html>": "malformed",
    "raw []": "malformed",
    "raw {}": "malformed",
    'raw {"choices": []}': "malformed",
    'raw {"choices": [{"message": {"content": 7}}]}': "malformed",
    'raw {"choices": [{"message": {"content": null, "tool_calls": [{"id": "1", "function": null}]}}]}': "malformed",
    'raw {"choices": [{"message": {"content": null, "tool_calls": "none"}}]}': "malformed",
    'raw {"error": {"message": "overloaded"}}': "server_error",
}
ONCE = {
    "400 |too long": "rejected",
    "422": "rejected",
    "501": "rejected",
    "301 Location: http://elsewhere/": "rejected",
}


@pytest.mark.parametrize("failure", FAILURES)
def test_what_fails_once_is_asked_again(serve, tmp_path, failure):
    server = serve(lambda asked: failure if asked.attempt == 1 else "answer")
    chat = settings(server.url, limits={"timeout": 1.0 if FAILURES[failure] == "timed_out" else 5.0})

    (got,) = ask(chat, prompts(chat, 1), tmp_path)

    assert (got.text, got.fault, got.attempts) == ("re: question 0", None, 2)


@pytest.mark.parametrize(("failure", "kind"), FAILURES.items())
def test_what_keeps_failing_is_a_fault_after_the_last_attempt(serve, tmp_path, failure, kind):
    server = serve(lambda _: failure)
    chat = settings(server.url, limits={"timeout": 0.2 if kind == "timed_out" else 5.0, "attempts": 2})

    (got,) = ask(chat, prompts(chat, 1), tmp_path)

    assert (got.text, got.fault.kind, got.attempts) == (None, kind, 2)
    assert len(server.asked) == 2


@pytest.mark.parametrize(("failure", "kind"), ONCE.items())
def test_what_cannot_get_better_is_asked_once(serve, tmp_path, failure, kind):
    server = serve(lambda _: failure)
    chat = settings(server.url)

    (got,) = ask(chat, prompts(chat, 1), tmp_path)

    assert (got.text, got.fault.kind, len(server.asked)) == (None, kind, 1)


@pytest.mark.parametrize(
    ("answered", "schema", "kind"),
    [
        pytest.param(reply({"content": None, "refusal": "I will not"}), None, "refused", id="refused"),
        pytest.param(reply({"content": "half a"}, finish="length"), None, "cut_at_length", id="cut at the limit"),
        pytest.param(reply({"content": "x"}, finish="content_filter"), None, "filtered", id="filtered"),
        pytest.param(reply({"content": ""}), None, "empty", id="nothing"),
        pytest.param(reply({"content": " \n"}), None, "empty", id="white space"),
        pytest.param(reply({"content": None}), None, "empty", id="null"),
        pytest.param(reply({"content": "Sure! {}"}), {"type": "object"}, "invalid_json", id="prose where JSON is due"),
        pytest.param(reply({"content": "```json\n{}\n```"}), {"type": "object"}, None, id="JSON in a fence"),
        pytest.param(reply({"content": "```\n[]```"}), {"type": "object"}, "breaks_schema", id="a list in a fence"),
        pytest.param(reply({"content": "[]"}), {"type": "object"}, "breaks_schema", id="JSON of another schema"),
        pytest.param(reply({"content": "{}"}), {"type": "object"}, None, id="JSON of the schema"),
        pytest.param(reply({"content": None, "tool_calls": [{"id": "1"}]}), None, None, id="a call is an answer"),
        pytest.param(
            reply({"content": "So.", "tool_calls": [{"id": "1"}]}),
            {"type": "object"},
            "invalid_json",
            id="a call is no object",
        ),
    ],
)
def test_what_a_model_says_in_place_of_an_answer(serve, tmp_path, answered, schema, kind):
    server = serve(answers=lambda _: answered)
    chat = settings(server.url)

    for _ in ("asked", "kept"):
        (got,) = ask(chat, prompts(chat, 1, schema=schema), tmp_path)
        assert (got.fault and got.fault.kind) == kind
        assert (got.text is None) == (kind is not None)

    assert len(server.asked) == 1  # it was paid for, and asking again would get the same


def test_a_filter_that_answers_400_is_no_broken_request(serve, tmp_path):
    chat = settings(serve(lambda _: "400 |content_filter").url)

    assert ask(chat, prompts(chat, 1), tmp_path)[0].fault.kind == "filtered"


def test_a_thousand_requests_of_which_a_third_fails_all_end(serve, tmp_path):
    """The oracle is the server: it knows whom it answered."""
    failures = [name for name in FAILURES if name not in ("hang", "drip")]

    def script(asked: Asked) -> str:
        drawn = zlib.crc32(f"{asked.prompt} {asked.attempt}".encode())
        if drawn % 500 == 0:
            return "hang"
        return failures[drawn // 10 % len(failures)] if drawn % 10 < 3 else "answer"

    server = serve(script)
    chat = settings(server.url, limits={"concurrency": 32, "timeout": 8.0})
    requests = prompts(chat, 1000)
    got = ask(chat, requests, tmp_path)

    answered = [i for i, one in enumerate(got) if one.text is not None]
    assert [got[i].text for i in answered] == [f"re: question {i}" for i in answered]
    assert all(one.fault is not None for one in got if one.text is None)
    assert 950 < len(answered) < 1000  # 0.3 to the power of 3 is 0.027
    assert server.answered == {f"question {i}": 1 for i in answered}
    assert 2 <= server.most_at_once <= 32
    with Store(tmp_path / "chat.sqlite") as store:
        assert [line.replies for line in store.stats()] == [len(answered)]


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        pytest.param({}, None, id="not said"),
        pytest.param({"Retry-After": "2"}, 2.0, id="seconds"),
        pytest.param({"retry-after": "0.5"}, 0.5, id="a part of a second"),
        pytest.param({"retry-after-ms": "20", "retry-after": "9"}, 0.02, id="milliseconds come first"),
        pytest.param({"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}, 0.0, id="a date in the past"),
        pytest.param({"Retry-After": "soon"}, None, id="no number"),
        pytest.param({"Retry-After": "-1"}, None, id="less than nothing"),
    ],
)
def test_how_long_a_server_asks_to_wait(headers, seconds):
    assert retry_after(headers) == seconds
