"""What an endpoint can do is found out by asking: servers ignore what they do not know, and answer 200."""

from __future__ import annotations

import json
from typing import Any

import pytest

from curate.core.chat.client import Client
from curate.core.run.errors import ThresherError
from tests.core.chat.conftest import settings
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
        return {name: finding.state for name, finding in client.capabilities()._asdict().items()}


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


def test_an_endpoint_is_probed_once(serve, tmp_path):
    server = serve(answers=able)

    assert found(server.url, tmp_path) == found(server.url, tmp_path)
    assert len(server.asked) == 6


def test_a_probe_that_failed_is_tried_again(serve, tmp_path):
    server = serve(lambda asked: "500" if "n" in asked.body and asked.attempt <= 3 else "answer", answers=able)

    assert found(server.url, tmp_path)["n"] == "unknown"
    assert found(server.url, tmp_path)["n"] == "available"


def test_who_needs_what_is_not_there_is_told(serve, tmp_path):
    with Client(settings(serve(answers=ignorant).url), tmp_path) as client:
        capabilities = client.capabilities()

    assert capabilities.missing == ["logprobs", "response_format", "n", "seed"]
    with pytest.raises(ThresherError, match="logprobs is unavailable: ignored: the reply has no log-probabilities"):
        capabilities.require("logprobs")
