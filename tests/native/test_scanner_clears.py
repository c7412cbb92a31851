"""What clean data holds is cleared, or the scanner is of no use."""

from __future__ import annotations

import json
import shutil
from typing import Any

import orjson
import pytest

from curate.native.scanner import Sieve
from tests.conftest import chat
from tests.native.scanning import LIMIT, assert_same, cleared, gatherer

pytestmark = pytest.mark.skipif(shutil.which("cc") is None, reason="there is no C compiler on this machine")

RICH = {
    "id": 7,
    "source": "a",
    "score": -1.5e-3,
    "meta": {"a": [1, {"b": None}, []], "c": {}},
    "lang": None,
    "ok": True,
}


@pytest.mark.parametrize(
    ("layout", "record"),
    [
        pytest.param("messages", chat("Hi", "Hello"), id="a chat"),
        pytest.param("messages", RICH | chat("Hi", "Hello"), id="a chat with an id, numbers and nested fields"),
        pytest.param(
            "messages",
            {"messages": [{"role": "system", "content": "Be kind"}, *chat("Hi", "Hello", "Why?", "So")["messages"]]},
            id="a chat with a system prompt",
        ),
        pytest.param("messages", chat("“Où?” — \u00a0 ja\tso\nだ\r\n👋", 'Say "ü\\/"'), id="a chat beyond ASCII"),
        pytest.param(
            "messages", chat("Hi", "Hello", tools=None, label="good"), id="a chat with a label, without tools"
        ),
        pytest.param(
            "messages",
            {"messages": [t | {"name": None, "tool_calls": None, "x": 1} for t in chat("Hi", "Hello")["messages"]]},
            id="turns with null fields",
        ),
        pytest.param(
            "sharegpt",
            {"conversations": [{"from": "human", "value": "Hi"}, {"from": "gpt", "value": "Hello"}], "tools": ""},
            id="ShareGPT",
        ),
        pytest.param(
            "sharegpt",
            {
                "conversations": [{"from": "user", "value": "Hi"}, {"value": "Hello", "from": "model"}],
                "system": "Be kind",
            },
            id="ShareGPT with a system prompt beside it",
        ),
        pytest.param("alpaca", {"instruction": "Add", "input": "1 1", "output": "2", "history": []}, id="alpaca"),
        pytest.param(
            "alpaca", {"output": "2", "instruction": "Add", "input": None, "system": ""}, id="alpaca, no input"
        ),
        pytest.param(
            "prompt_completion", {"prompt": "Hi", "completion": "Hello", "system": 1}, id="prompt, completion"
        ),
        pytest.param(
            "prompt_completion",
            {"prompt": "Hi", "completion": "Hello", "system": "Be kind"},
            id="prompt, completion with a system prompt",
        ),
        pytest.param(
            "input_output", {"input": "Hi", "output": "Hello", "system_prompt": "Be kind"}, id="input, output"
        ),
        pytest.param("classification", {"text": "Where is it?", "label": "lost"}, id="a label"),
        pytest.param("classification", {"text": "Where is it?", "label": 0}, id="a label that is a number"),
        pytest.param("classification", {"text": "Where is it?", "label": False}, id="a label that is true or false"),
        pytest.param("text", RICH | {"text": "Long ago"}, id="a text"),
    ],
)
@pytest.mark.parametrize("escaped", [False, True])
def test_clean_rows_of_every_layout_are_cleared(built, tmp_path, layout, record, escaped):
    line = json.dumps(record, ensure_ascii=escaped).encode()
    path = tmp_path / "a.jsonl"
    path.write_bytes(line + b"\r\n")

    assert cleared(Sieve(built), line, layout)
    assert cleared(gatherer(built), line, layout)
    assert_same(path, gatherer(built), layout)


CALLS = [{"id": "c1", "type": "function", "function": {"name": "weather", "arguments": "{}"}}]
TURNS = [{"from": "human", "value": "Hi"}, {"from": "gpt", "value": "Hello"}]


@pytest.mark.parametrize(
    ("layout", "line"),
    [
        pytest.param("messages", {"messages": [turn | {"tool_calls": CALLS} for turn in chat("Hi", "Hello")["messages"]]},
                     id="a text and calls"),
        pytest.param("sharegpt", {"conversations": [turn | {"weight": 0} for turn in TURNS]}, id="a weight, ShareGPT"),
        pytest.param("sharegpt", {"conversations": [turn | {"train": False} for turn in TURNS]}, id="train, ShareGPT"),
        pytest.param("sharegpt", {"conversations": [turn | {"name": "Ann"} for turn in TURNS]}, id="a name, ShareGPT"),
        pytest.param("sharegpt", {"conversations": TURNS, "label": False}, id="a verdict, ShareGPT"),
        pytest.param("alpaca", {"instruction": "Hi", "output": "Hello", "kto_tag": True}, id="a verdict, alpaca"),
        pytest.param("input_output", {"input": "Hi", "output": "Hello", "label": True}, id="a verdict"),
        pytest.param("messages", chat("Hi", "Hello", documents=[{"text": "a"}]), id="documents"),
        pytest.param("prompt_completion", {"prompt": "Hi", "completion": "Hello", "image_file": "1"}, id="a file"),
        pytest.param("text", {"id": 12345678901234567890, "text": "a"}, id="an id of 20 digits"),
        pytest.param("text", b'{"id": 12345678901234567890123, "text": "a"}', id="an id of 23 digits"),
        pytest.param("text", b'{"text": "\\ud83d\\ue000"}', id="half a surrogate pair and a private character"),
    ],
)  # fmt: skip
def test_what_python_has_to_look_at_is_not_cleared(built, tmp_path, layout, line):
    raw = line if isinstance(line, bytes) else orjson.dumps(line)
    path = tmp_path / "a.jsonl"
    path.write_bytes(raw + b"\n")

    assert not cleared(gatherer(built), raw, layout)
    assert_same(path, gatherer(built), layout)


def test_clean_real_chats_are_cleared(built, real_data):
    sieve = Sieve(built)
    for name in ("gsm8k_train.chat", "alpaca_zh_00.chat", "alpaca_random9k.chat"):
        scanned = sieve.scan((real_data / "jsonl" / f"{name}.jsonl").read_bytes(), "messages", LIMIT)
        assert scanned is not None
        assert len(scanned.doubtful) <= scanned.lines / 100


def test_keys_nearly_as_many_as_there_may_be(built):
    for keys in (1, 64, 1000, 1022, 1100):
        record: dict[str, Any] = {"text": "a"} | {f"k{number}": number for number in range(keys)}
        assert cleared(Sieve(built), orjson.dumps(record), "text") == (keys < 1023)
    repeated = orjson.dumps(record | {"end": 1})[:-1] + b',"k7":2}'
    assert not cleared(Sieve(built), repeated, "text")
