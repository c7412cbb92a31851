"""What an endpoint can do is found out by asking: servers ignore what they do not know, and answer 200."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import orjson
import pytest

from curate.core.chat.client import Client
from curate.core.chat.layers.breaker import ChatError
from curate.core.chat.probe import PROBES
from curate.core.chat.request import identity
from tests.core.chat.conftest import prompts, settings
from tests.core.chat.server import Asked, reply

TOKEN = {"token": "a", "logprob": -0.1, "top_logprobs": [{"token": "a"}, {"token": "b"}]}


def able(asked: Asked) -> dict[str, Any]:
    """Return what a server that knows every field replies."""
    body = asked.body
    if schema := body.get("response_format"):
        return reply(
            {"content": json.dumps({"sort": schema["json_schema"]["schema"]["properties"]["sort"]["enum"][0]})}
        )
    one = reply(
        {"content": f"letters {body.get('seed')}"}, logprobs={"content": [TOKEN]} if "logprobs" in body else None
    )
    return {**one, "choices": one["choices"] * body.get("n", 1)}


def ignorant(asked: Asked) -> dict[str, Any]:
    """Return what a server that knows no field replies: something else each time."""
    return reply({"content": f"letters {asked.attempt}"})


def found(url: str, folder) -> dict[str, str]:
    with Client(settings(url), folder) as client:
        return {name: finding.state for name, finding in client.capabilities().items()}


def test_a_server_that_knows_every_field(serve, tmp_path):
    states = found(serve(answers=able).url, tmp_path)

    assert states == dict.fromkeys(("logprobs", "response_format", "n", "seed"), "available")


def test_what_is_ignored_in_silence_is_unavailable(serve, tmp_path):
    states = found(serve(answers=ignorant).url, tmp_path)

    assert states == dict.fromkeys(("logprobs", "response_format", "n", "seed"), "unavailable")


def test_what_is_refused_is_unavailable(serve, tmp_path):
    fields = {"logprobs", "response_format", "n"}
    server = serve(lambda asked: "400" if fields & asked.body.keys() else "answer", answers=able)

    assert found(server.url, tmp_path) == dict.fromkeys(fields, "unavailable") | {"seed": "available"}


def test_a_seed_that_changes_nothing_proves_nothing(serve, tmp_path):
    states = found(serve(answers=lambda _: reply({"content": "always this"})).url, tmp_path)

    assert states["seed"] == "unproven"


@pytest.mark.parametrize(
    ("said", "states"),
    [
        pytest.param("{seed} and so on", {"seed": "unproven", "response_format": "unproven"}, id="another seed, cut"),
        pytest.param('{{"sort": "thres', {"seed": "unproven", "response_format": "unproven"}, id="JSON, cut"),
        pytest.param(
            "{attempt}", {"seed": "unavailable", "response_format": "unproven"}, id="one seed, two beginnings"
        ),
    ],
)
def test_a_reply_that_is_cut_proves_nothing_of_what_would_follow(serve, tmp_path, said, states):
    def cut(asked: Asked) -> dict[str, Any]:
        return reply({"content": said.format(seed=asked.body.get("seed"), attempt=asked.attempt)}, finish="length")

    told = found(serve(answers=cut).url, tmp_path)

    assert {name: told[name] for name in states} == states


def test_an_endpoint_is_probed_once(serve, tmp_path):
    server = serve(answers=able)

    assert found(server.url, tmp_path) == found(server.url, tmp_path)
    assert len(server.asked) == 6


def test_a_probe_that_failed_is_tried_again_and_no_other(serve, tmp_path):
    server = serve(lambda asked: "500" if "n" in asked.body and asked.attempt <= 3 else "answer", answers=able)

    assert found(server.url, tmp_path)["n"] == "unknown"
    assert len(server.asked) == 5 + 3
    assert found(server.url, tmp_path)["n"] == "available"
    assert len(server.asked) == 5 + 3 + 1


@pytest.mark.parametrize("refusal", ["400", "403", "404", "422"])
def test_a_capability_that_is_refused_as_if_nothing_was_there_ends_no_run(serve, tmp_path, refusal):
    server = serve(lambda asked: refusal if "logprobs" in asked.body else "answer", answers=able)

    assert found(server.url, tmp_path) == dict.fromkeys(PROBES, "available") | {"logprobs": "unavailable"}


def test_a_wrong_key_still_ends_it(serve, tmp_path):
    with pytest.raises(ChatError, match="wants a key"):
        found(serve(lambda _: "401").url, tmp_path)


def test_what_is_relied_on_is_probed_before_the_first_request_and_not_where_none_is_sent(serve, tmp_path, monkeypatch):
    monkeypatch.setenv("MY_KEY", "sk-a1b2c3d4e5f6g7h8")
    server = serve(lambda asked: "500" if "logprobs" in asked.body or asked.body.get("seed") == 2 else "answer")
    chat = settings(server.url, api_key_env="MY_KEY", limits={"attempts": 1})
    asked = prompts(chat, 4)

    for sent in (3 + 4, 0):
        with Client(chat, tmp_path) as client:
            client.rely_on(["seed"])
            before = len(server.asked)
            assert [one.text for one in client.ask(asked)] == [f"re: question {number}" for number in range(4)]
            assert len(server.asked) - before == sent
        monkeypatch.delenv("MY_KEY", raising=False)
    assert client.findings == {}  # it failed, and who asks again asks for it again


def test_what_an_earlier_version_kept_is_known(serve, tmp_path):
    chat = settings(serve().url)
    with Client(chat, tmp_path) as client:
        told = [["available", "so"], ["unavailable", "so"], ["available", "so"], ["unproven", "so"]]
        key = hashlib.sha256(b"probe 1\n" + identity(chat) + b"\nm").digest()
        client._store.keep_probe(key, orjson.dumps(told), "m")
        client.rely_on(["seed", "response_format"])

        assert {name: one.state for name, one in client.findings.items()} == {
            "seed": "unproven",
            "response_format": "unavailable",
        }


@pytest.mark.parametrize(("conditions", "asked"), [(["--faults"], 0), (["--all"], 6), (["--model", "m"], 6)])
def test_pruning_faults_leaves_what_an_endpoint_can_do(serve, tmp_path, thresher, conditions, asked):
    server = serve(answers=able)
    found(server.url, tmp_path)

    ran = thresher("cache", "prune", str(tmp_path / "chat.sqlite"), *conditions)
    found(server.url, tmp_path)

    assert (ran.code, len(server.asked)) == (0, 6 + asked)
