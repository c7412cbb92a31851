"""An endpoint on a loopback port, and a train.toml that names it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conftest import chat
from tests.train.hosted.server import KEY, FineTuning

ROWS = [chat(f"Question number {n}?", f"Answer number {n}.") for n in range(12)]


@pytest.fixture
def endpoint(monkeypatch):
    monkeypatch.setenv("LOOPBACK_KEY", KEY)
    with FineTuning() as server:
        yield server


@pytest.fixture
def config(tmp_path, jsonl):
    """Write a train.toml with a table [hosted], and the rows that it names."""

    def write(server, rows=ROWS, data='train = ["train.jsonl"]', **hosted) -> Path:
        jsonl(rows, "train.jsonl")
        table = {"model": "small", "base_url": server.url, "api_key_env": "LOOPBACK_KEY", "poll": 0.001} | hosted
        lines = [f"{name} = {json.dumps(value)}" for name, value in table.items()]
        path = tmp_path / "train.toml"
        path.write_text("\n".join(["seed = 7", "[data]", data, "[hosted]", *lines]))
        return path

    return write
