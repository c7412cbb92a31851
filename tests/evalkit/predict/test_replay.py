"""Answers replayed from a file, and what every source has in common on the command line."""

from __future__ import annotations

import json

import pytest

import thresher as door
from curate.core.run.errors import ConfigError

ITEMS = [{"id": name, "prompt": f"{name}?", "reference": name} for name in ("a", "b", "c")]
SAID = [
    {"id": "c", "prediction": "c", "model": "m", "finish": "stop", "usage": {"completion_tokens": 3}},
    {"id": "a", "prediction": "x", "fault": None},
    {"id": "z", "prediction": "of no item"},
]


@pytest.fixture
def data(jsonl):
    return jsonl(ITEMS, "data.jsonl")


def test_answers_are_joined_by_id_and_a_missing_one_is_a_fault(data, jsonl, predict, rows, thresher, tmp_path):
    said = jsonl(SAID, "said.jsonl")

    ran = predict(data, f"replay:{said}")

    assert ran.code == 0
    assert [(row["id"], row["prediction"], row["fault"]) for row in rows()] == [
        ("a", "x", None), ("b", None, {"kind": "missing"}), ("c", "c", None),
    ]  # fmt: skip
    assert (rows()[2]["finish"], rows()[2]["usage"]) == ("stop", {"completion_tokens": 3})
    assert "1 items have no row" in ran.out
    assert "1 rows of" in ran.out
    score = thresher("score", tmp_path / "out", "--metrics", "exact_match", "--json").json["metrics"]["exact_match"]
    assert (score["value"], score["reasons"]) == (0.5, {"no_prediction": 1})


def test_our_own_predictions_replayed_are_the_same_rows(data, jsonl, predict, rows):
    predict(data, f"replay:{jsonl(SAID, 'said.jsonl')}", out="first")
    (first,) = [rows("first")]

    predict(data, f"replay:{jsonl(first, 'again.jsonl')}", out="second")

    assert rows("second") == first


def test_fields_are_named(data, jsonl, predict, rows):
    said = jsonl([{"key": name, "out": {"text": name}} for name in "abc"], "said.jsonl")

    predict(data, f"replay:{said}", "--replay-id-field", "key", "--prediction-field", "out.text")

    assert [row["prediction"] for row in rows()] == ["a", "b", "c"]


def test_a_failed_request_stays_one(data, jsonl, predict, rows):
    said = jsonl([{"id": "a", "prediction": "half", "fault": {"kind": "dropped"}}], "said.jsonl")

    ran = predict(data, f"replay:{said}")

    assert (rows()[0]["prediction"], rows()[0]["fault"]) == (None, {"kind": "dropped"})
    assert ran.code == 1  # not one answer


@pytest.mark.parametrize(
    ("said", "options", "told"),
    [
        ([SAID[0], SAID[0]], (), "stands twice"),
        ([{"id": "a", "output": "x"}], (), "no row of"),
        ([{"id": one, "prediction": None} for one in "ab"], (), "the field 'prediction' is null in all"),
        (
            [{"id": "a", "said": {"text": None}}],
            ("--prediction-field", "said.text"),
            "the field 'said.text' is null",
        ),
        ([{"id": "a", "said": {"text": None}}], ("--prediction-field", "said.txt"), "no row of"),
        ([], (), "holds no rows"),
        ([{"prediction": "x"}], (), "has no usable 'id'"),
        (SAID, ("--samples", "2"), "2 samples at temperature 0"),
        (SAID, ("--no-answers",), "leaves nothing to do"),
        (SAID, ("--temperature", "-1"), "temperature"),
        (SAID, ("--stop", ""), "empty stop string"),
        (SAID, ("--system", "x", "--template", "none"), "no system message"),
        (SAID, ("--temperature", "hot"), "neither a number nor 'default'"),
        (SAID, ("--dry-run",), "what an endpoint would cost"),
        (SAID, ("--id-field", "nope"), "in 'nope'"),
    ],
)
def test_what_cannot_run_is_exit_2(data, jsonl, predict, said, options, told):
    ran = predict(data, f"replay:{jsonl(said, 'said.jsonl')}", *options)

    assert ran.code == 2
    assert told in ran.err


def test_a_repeated_id_in_the_data_is_exit_2(jsonl, predict):
    ran = predict(jsonl([ITEMS[0], ITEMS[0]], "twice.jsonl"), f"replay:{jsonl(SAID, 'said.jsonl')}")

    assert ran.code == 2
    assert "stands twice" in ran.err


@pytest.mark.parametrize(
    ("spec", "told"),
    [("opnai:m", "did you mean 'openai'?"), ("replay:", "is not known"), ("m", "openai:NAME"), ("replay:none", "there is no file"),
     ("local:none", "there is no folder none")],
)  # fmt: skip
def test_an_unknown_model_is_exit_2(data, predict, spec, told):
    ran = predict(data, spec)

    assert ran.code == 2
    assert told in ran.err


def test_scores_of_an_older_run_go(data, jsonl, predict, thresher, tmp_path):
    said = f"replay:{jsonl(SAID, 'said.jsonl')}"
    predict(data, said)
    thresher("score", tmp_path / "out", "--metrics", "exact_match")

    predict(data, said)

    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "manifest.json",
        "predictions.jsonl",
        "run.json",
    ]


def test_limit_no_text_and_json(data, jsonl, predict, rows):
    said = f"replay:{jsonl([{'id': name, 'prediction': 'secret'} for name in 'abc'], 'said.jsonl')}"

    assert "secret" in predict(data, said).out
    assert "secret" not in predict(data, said, "--no-text").out
    ran = predict(data, said, "--limit", 2, "--json")
    assert (ran.json["counts"]["in"], len(rows())) == (2, 2)


def test_from_python(data, jsonl, tmp_path):
    said = jsonl(SAID, "said.jsonl")

    outcome = door.predict(data, f"replay:{said}", tmp_path / "out")

    assert outcome.answered == 2
    assert json.loads((tmp_path / "out" / "manifest.json").read_bytes()) == outcome.manifest


@pytest.mark.parametrize("limit", [0, -1, -100])
def test_a_limit_that_leaves_no_item_or_counts_from_the_end_is_refused(data, jsonl, tmp_path, limit):
    said = jsonl(SAID, "said.jsonl")

    with pytest.raises(ConfigError, match=f"limit is {limit}"):
        door.predict(data, f"replay:{said}", tmp_path / "out", limit=limit)

    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("slip", ["--data", "--model"])
def test_a_slip_of_the_pen_leaves_the_folder_as_it_was(data, jsonl, predict, thresher, tmp_path, slip):
    """Oracle: the bytes of all that lay there."""
    said = jsonl(SAID, "said.jsonl")
    predict(data, f"replay:{said}")
    thresher("score", tmp_path / "out", "--metrics", "exact_match")
    before = {file.name: file.read_bytes() for file in (tmp_path / "out").glob("*.*") if file.is_file()}

    none = tmp_path / "none.jsonl"
    ran = predict(none if slip == "--data" else data, f"replay:{none if slip == '--model' else said}")

    assert ran.code == 2
    assert {file.name: file.read_bytes() for file in (tmp_path / "out").glob("*.*") if file.is_file()} == before
    assert {"scores.json", "predictions.jsonl", "manifest.json"} <= before.keys()
