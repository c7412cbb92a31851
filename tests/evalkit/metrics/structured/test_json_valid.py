"""JSON in answers: valid as it stands, and taken out of other text."""

from __future__ import annotations

import pytest

from tests.evalkit.answers import answers, scored, value, values

DEEP = "[" * 1500 + "]" * 1500


@pytest.mark.parametrize(
    ("text", "valid", "extracted"),
    [
        pytest.param('{"a": 1}', 1, 1, id="an object"),
        pytest.param(" \n[1, 2]\t", 1, 1, id="space around it"),
        pytest.param("null", 1, 1, id="null is JSON, and stays whole"),
        pytest.param("12", 1, 1, id="a number"),
        pytest.param('{"a": 1, "a": 2}', 1, 1, id="a key that repeats is still JSON"),
        pytest.param('```json\n{"a": 1}\n```', 0, 1, id="a fenced block"),
        pytest.param("Here:\n```\n[1]\n```\nDone.", 0, 1, id="a fence without a name"),
        pytest.param('It is {"a": [1, {"b": 2}]}, I think.', 0, 1, id="a value in a sentence"),
        pytest.param('Use {braces} as in {"a": 1}', 0, 1, id="the first braces are none"),
        pytest.param('{"a": 1} trailing', 0, 1, id="text after it"),
        pytest.param("the number 12", 0, 0, id="a bare number in a sentence is not taken"),
        pytest.param("{'a': 1}", 0, 0, id="Python's quotes"),
        pytest.param('{"a": NaN}', 0, 0, id="NaN"),
        pytest.param('{"a": 1,}', 0, 0, id="a trailing comma"),
        pytest.param('"\\ud800"', 0, 0, id="half a surrogate pair"),
        pytest.param("[1e400]", 0, 0, id="beyond a double"),
        pytest.param('{"a": ', 0, 0, id="cut off"),
        pytest.param(DEEP, 0, 0, id="nested too deep"),
        pytest.param("[" * 200_000, 0, 0, id="hostile openings"),
        pytest.param("\ufeff{}", 0, 1, id="a byte-order mark"),
    ],
)
def test_valid_and_extracted_are_two_things(text, valid, extracted):
    frame = answers((text, None))

    assert values(frame, "json_valid") == [valid]
    assert values(frame, "json_extracted") == [extracted]


def test_the_first_fence_wins_over_a_value_before_it():
    frame = answers(('{"a": 1}\n```json\n{"a": 2}\n```', '{"a": 2}'))

    assert value(frame, "json_fields:exact", extract=True) == 1.0


@pytest.mark.parametrize("kind", ["y", "n"])
def test_the_json_test_suite(real_data, kind):
    paths = sorted((real_data / "raw/json_test_suite").glob(f"{kind}_*.json"))
    texts = [path.read_bytes().decode("utf-8", "surrogateescape") for path in paths]
    kept = [text for text in texts if text.isascii() or max(text) < "\udc80"]  # a prediction is always UTF-8

    result = scored(answers(*((text, None) for text in kept)), "json_valid")

    assert len(kept) >= 45
    assert set(result.measured[0].statistics.drop_nulls()) == {float(kind == "y")}
