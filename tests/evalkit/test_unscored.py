"""Why a row has no score: each kind by the command line, counted with its reason, and never a 0."""

from __future__ import annotations

import json

import polars as pl
import pytest

GOOD = {"id": "good", "prediction": "a", "reference": "a"}


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        pytest.param(
            {"prediction": None, "reference": "a", "fault": {"kind": "timed_out"}},
            "request_failed",
            id="failed request",
        ),
        pytest.param(
            {"prediction": "partial", "reference": "a", "fault": "dropped"}, "request_failed", id="half an answer"
        ),
        pytest.param(
            {"prediction": None, "reference": "a", "fault": {"kind": "ignored_capability"}},
            "ignored_capability",
            id="ignored capability",
        ),
        pytest.param({"prediction": "", "reference": "a"}, "empty_prediction", id="empty prediction"),
        pytest.param({"prediction": " \n\t", "reference": "a"}, "empty_prediction", id="white space"),
        pytest.param(
            {"prediction": None, "reference": "a", "fault": {"kind": "empty"}}, "empty_prediction", id="told empty"
        ),
        pytest.param({"prediction": None, "reference": "a"}, "no_prediction", id="null prediction"),
        pytest.param({"reference": "a"}, "no_prediction", id="no prediction"),
        pytest.param({"prediction": "a"}, "no_reference", id="no reference"),
        pytest.param({"prediction": "a", "reference": None}, "no_reference", id="null reference"),
        pytest.param({"prediction": "a", "references": []}, "no_reference", id="no references"),
        pytest.param({"prediction": ""}, "no_reference", id="empty, and no reference"),
    ],
)
def test_each_kind(thresher, jsonl, tmp_path, row, reason):
    file = jsonl([GOOD, {"id": "bad", **row}])

    ran = thresher("score", file, "--metrics", "exact_match,token_f1,bleu", "--out", tmp_path / "out", "--json")

    for name in ("exact_match", "token_f1"):
        score = ran.json["metrics"][name]
        assert (score["value"], score["n"], score["unscored"], score["reasons"]) == (1.0, 1, 1, {reason: 1})
    rows = pl.read_parquet(tmp_path / "out" / "rows.parquet")
    assert rows["exact_match"].to_list() == [1.0, None]
    assert rows["unscored"].to_list() == [
        [],
        [{"metric": m, "reason": reason} for m in ("exact_match", "token_f1", "bleu")],
    ]
    assert f"1 ({reason} 1)" in thresher("score", file, "--metrics", "exact_match").out


def test_an_empty_reference_is_a_reference(thresher, jsonl):
    ran = thresher("score", jsonl([GOOD | {"reference": ""}]), "--metrics", "exact_match", "--json")

    assert ran.json["metrics"]["exact_match"]["value"] == 0.0


def test_a_metric_that_has_no_row_to_score_has_no_value(thresher, jsonl):
    ran = thresher(
        "score", jsonl([{"id": "1", "prediction": "a"}]), "--metrics", "exact_match,f1:macro,bleu,regex", "--json"
    )

    for score in ran.json["metrics"].values():
        assert (score["value"], score["interval"], score["n"], score["unscored"]) == (None, None, 0, 1)
    assert ran.code == 0


def test_every_reason_is_explained(thresher):
    reasons = json.loads(thresher("metrics", "--json").out)["reasons"]

    assert {"request_failed", "ignored_capability", "empty_prediction", "no_reference"} <= set(reasons)
    assert all(sentence.endswith(".") for sentence in reasons.values())
