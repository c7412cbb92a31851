"""A scored file is read again as it was read first, whatever its rows say."""

from __future__ import annotations

import hashlib
import json

import pytest

from evalkit.predictions import to_frame
from evalkit.read import Fields, InputFile
from evalkit.read.again import read_again
from evalkit.read.rows import read_rows

PLAIN = {"id": "a", "prediction": "Paris", "reference": "Paris", "prompt": "The capital of France?"}


@pytest.mark.parametrize(
    ("rows", "fields", "quick"),
    [
        pytest.param([PLAIN], Fields(), True, id="plain"),
        pytest.param([{"id": "a", "prediction": None}, PLAIN | {"id": "b"}], Fields(), True, id="what is not there"),
        pytest.param([{"id": "a", "prediction": ""}], Fields(), True, id="an empty answer"),
        pytest.param(
            [
                PLAIN | {"slices": {"b": "x", "a": 1}, "cluster": 7, "finish": "stop"},
                PLAIN | {"id": "b", "slices": {"a": None}, "usage": {"completion_tokens": 3, "seconds": 0.5}},
                PLAIN | {"id": "c", "fault": {"kind": "timeout"}, "usage": 3, "slices": {"b": "x", "a": True}},
            ],
            Fields(),
            True,
            id="slices, usage and faults of some",
        ),
        pytest.param(
            [PLAIN | {"messages": [{"role": "user", "content": "Ünïcode"}]}, PLAIN | {"id": "b", "prompt": ["x"]}],
            Fields(),
            True,
            id="messages",
        ),
        pytest.param(
            [{"key": "a", "out": "x", "gold_answer": "y", "ask": "z"}],
            Fields("key", "out", "gold_answer", "ask"),
            True,
            id="fields of another name",
        ),
        pytest.param([PLAIN | {"id": 1}], Fields(), False, id="an id that is a number"),
        pytest.param([{"prediction": "x", "prompt": "q"}], Fields(), False, id="no id"),
        pytest.param([PLAIN | {"prediction": {"a": 1}}], Fields(), False, id="an answer of JSON"),
        pytest.param([PLAIN | {"reference": ["x", "y"]}], Fields(), False, id="several references"),
        pytest.param([PLAIN | {"logprobs": [-0.5]}], Fields(), False, id="log-probabilities"),
        pytest.param([PLAIN | {"doc": {"x": "y"}}], Fields(reference="doc.x"), False, id="a field within another"),
    ],
)
def test_read_again_is_what_was_read_first(tmp_path, rows, fields, quick):
    """Oracle: the reader that reads a file row by row."""
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()

    again = read_again(path, sha256, fields)

    assert (again is not None) == quick
    if again is not None:
        first = to_frame(read_rows(InputFile(path), fields), "rows.jsonl")
        assert again.schema == first.schema
        assert again.equals(first)


def test_a_file_that_was_changed_is_not_read_again(tmp_path):
    path = tmp_path / "rows.jsonl"
    path.write_text(json.dumps(PLAIN))

    assert read_again(path, "ab" * 32, Fields()) is None
