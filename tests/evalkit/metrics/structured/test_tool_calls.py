"""Calls of tools in answers: right by name and arguments, in any spelling and order."""

from __future__ import annotations

import json

import pytest

from tests.evalkit.answers import answers, scored, value, values

CALL = {"name": "book", "arguments": {"seats": 2, "to": "Rome"}}


@pytest.mark.parametrize(
    ("said", "wanted", "score"),
    [
        pytest.param(CALL, CALL, 1, id="equal"),
        pytest.param([CALL], CALL, 1, id="a list of one"),
        pytest.param({"name": "book", "arguments": '{"to": "Rome", "seats": 2}'}, CALL, 1, id="arguments as a text"),
        pytest.param({"type": "function", "id": "1", "function": CALL}, CALL, 1, id="as endpoints send it"),
        pytest.param({"name": "book", "arguments": {"seats": 3, "to": "Rome"}}, CALL, 0, id="a wrong argument"),
        pytest.param({"name": "book", "arguments": {"seats": 2}}, CALL, 0, id="a missing argument"),
        pytest.param({"name": "cancel", "arguments": {"seats": 2, "to": "Rome"}}, CALL, 0, id="a wrong name"),
        pytest.param([CALL, CALL], CALL, 0, id="one call too many"),
        pytest.param([CALL, {"name": "now"}], [{"name": "now", "arguments": {}}, CALL], 1, id="in another order"),
        pytest.param("I booked it.", CALL, 0, id="prose where a call is wanted"),
        pytest.param(
            {"name": "f", "arguments": {"a": {"[0]": 1}}},
            {"name": "f", "arguments": {"a": [1]}},
            0,
            id="a key is no place",
        ),
        pytest.param("I cannot.", [], 1, id="prose where none is"),
        pytest.param(CALL, [], 0, id="a call where none is wanted"),
    ],
)
def test_tool_calls(said, wanted, score):
    text = said if isinstance(said, str) else json.dumps(said)

    assert values(answers((text, json.dumps(wanted))), "tool_calls") == [score]


LONG = 12345678901234567890123


@pytest.mark.parametrize(
    ("said", "wanted", "score"),
    [
        pytest.param(f'"{{\\"id\\": {LONG}}}"', f'"{{\\"id\\": {LONG + 1}}}"', 0, id="texts that differ"),
        pytest.param(f'"{{\\"id\\": {LONG}}}"', f'{{"id": {LONG}}}', 1, id="a text and an object that are equal"),
        pytest.param(
            f'"{{\\"id\\": {LONG}}}"', '{"id": 1.2345678901234568e22}', 1, id="an object that lost its digits"
        ),
    ],
)
def test_long_numbers_in_arguments(said, wanted, score):
    frame = answers((f'{{"name": "f", "arguments": {said}}}', f'{{"name": "f", "arguments": {wanted}}}'))

    assert values(frame, "tool_calls") == [score]


def test_a_call_where_none_is_wanted_is_wrong(thresher, tmp_path, jsonl):
    """An empty list as reference is JSON; an empty list of references says that none is known, and so does null."""
    call = json.dumps(CALL)
    rows = [
        ("no call", "Hello", {"reference": []}),
        ("a call", call, {"reference": []}),
        ("right", call, {"reference": [CALL]}),
    ]
    rows += [("none known", call, {"references": []}), ("null", call, {"reference": None})]
    jsonl(
        [{"id": name, "prompt": "Book it.", "prediction": said} | wanted for name, said, wanted in rows], "said.jsonl"
    )
    told = {"exact_match": {"no_reference": 4}, "tool_calls": {"no_reference": 2}}

    asked = thresher(
        "predict",
        "--data",
        tmp_path / "said.jsonl",
        "--model",
        f"replay:{tmp_path / 'said.jsonl'}",
        "--out",
        tmp_path / "run",
    )
    assert asked.code == 0, asked.err
    for path in (tmp_path / "said.jsonl", tmp_path / "run"):
        ran = thresher("score", path, "--metrics", "tool_calls,exact_match", "--json", "--quiet")
        assert ran.code == 0, ran.err
        assert {name: one["reasons"] for name, one in ran.json["metrics"].items()} == told
        assert (ran.json["metrics"]["tool_calls"]["n"], round(ran.json["metrics"]["tool_calls"]["value"], 4)) == (
            3,
            0.6667,
        )


def test_names_of_calls_alone_and_their_order():
    other = json.dumps([{"name": "now"}, {"name": "book", "arguments": {}}])
    frame = answers((json.dumps([CALL, {"name": "now"}]), other))

    assert values(frame, "tool_calls:names") == [1]
    assert values(frame, "tool_calls:names", ordered=True) == [0]


def test_a_reference_that_is_no_call_is_unscored():
    assert scored(answers(("[]", "Rome")), "tool_calls").scores[0].reasons == {"bad_reference": 1}


def test_real_gold_calls_are_right_against_themselves_in_any_spelling(real_data):
    lines = (real_data / "jsonl/bfcl_parallel.jsonl").read_text().splitlines()
    gold = [
        [{"name": n, "arguments": a} for call in json.loads(line)["gold"] for n, a in call.items()] for line in lines
    ]
    spelt = [
        [{"function": {"name": one["name"], "arguments": json.dumps(one["arguments"])}} for one in calls]
        for calls in gold
    ]
    frame = answers(*((json.dumps(said[::-1]), json.dumps(wanted)) for said, wanted in zip(spelt, gold, strict=True)))

    assert value(frame, "tool_calls") == 1.0
