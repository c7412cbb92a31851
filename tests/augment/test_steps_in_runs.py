"""Steps in whole runs: what is probed, rows of tools among rows that cannot hold them, and no table [chat]."""

from __future__ import annotations

import json
import sys

import orjson
import pytest

from curate.core.run.errors import ConfigError
from tests.augment.asking.test_asking import chat
from tests.augment.made import augment, curated, questions
from tests.augment.scripted import saying

WEATHER = {"name": "weather", "parameters": {"type": "object", "properties": {"city": {"type": "string"}}}}
SYNTHESIS = {"use": "synthesis", "count": 2}
UPPER = [sys.executable, "-c", "import sys; print(sys.stdin.read().upper())"]


def calls(asked):
    return {"question": f"rain {asked.body.get('seed')}?", "arguments": {"city": "Rome"}}


def test_a_call_of_a_tool_is_written_in_a_layout_that_has_a_place_for_it(tmp_path, serve):
    plain = [
        {"id": f"a{i}", "instruction": row["messages"][0]["content"], "output": f"out {i}"}
        for i, row in enumerate(questions(3))
    ]
    curated(tmp_path, {"a.jsonl": plain, "b.jsonl": questions(6)[3:]})
    (tmp_path / "tools.json").write_bytes(orjson.dumps([WEATHER]))
    step = {**SYNTHESIS, "source": {"kind": "tools", "tools": "tools.json"}}
    after = augment(tmp_path, [step], chat=chat(serve(answers=saying(calls))))
    new = after.rows("train")[6:]

    assert [row["messages"][1]["tool_calls"][0]["function"]["name"] for row in new] == ["weather", "weather"]
    assert all(row["tools"][0]["function"] == WEATHER for row in new)
    assert [row["id"].rsplit(".")[-1] for row in new] == ["1", "2"]  # counted by rows, not by layouts that were tried
    assert after.stats["added"]["steps"][0]["faults"] == {}


def test_what_an_endpoint_ignores_is_told_and_probed_once(tmp_path, serve):
    server = serve(answers=saying(lambda asked: {"question": f"{len(server.asked)} is new?", "answer": "yes"}))
    curated(tmp_path, questions(4))
    first = augment(tmp_path, [SYNTHESIS], chat=chat(server), to="first")
    sent = len(server.asked)
    augment(tmp_path, [SYNTHESIS], chat=chat(server), to="again")
    told = json.loads((first.out / "run.json").read_bytes())["chat"]["chat"]["capabilities"]

    assert {name: one["state"] for name, one in told.items()} == {
        "seed": "unavailable",
        "response_format": "unavailable",
    }
    assert sent == len(server.asked) == 2 + 4  # rows, and probes of what is relied on


def test_a_program_translates_without_a_model(tmp_path):
    curated(tmp_path, questions(3))
    program = {"by": "program", "command": UPPER}
    step = {"use": "back_translation", "translator": program, "constraints": {"kinds": ["numbers"]}}
    after = augment(tmp_path, [step])

    assert after.stats["added"]["steps"][0]["faults"] == {"unchanged": 3}
    with pytest.raises(ConfigError, match=r"no table \[chat\] says which"):
        augment(tmp_path, [{"use": "back_translation"}], to="other")
