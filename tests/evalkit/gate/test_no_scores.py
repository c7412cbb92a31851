"""Runs of which no row has a score: all answers empty, or nothing that the metric needs."""

from __future__ import annotations

import pytest

from tests.evalkit.gate.runs import gate, limits, right, scored

METRICS = "bleu,exact_match,f1:macro,perplexity:bits_per_byte"
PHRASES = {"reference": lambda n: f"the answer to question {n} is this"}


@pytest.fixture
def full(tmp_path):
    rows = [row | {"prediction": row["reference"]} for row in right([1] * 40, **PHRASES)]
    return scored(tmp_path, "full", rows, METRICS)


@pytest.fixture
def silent(tmp_path):
    return scored(tmp_path, "silent", [row | {"prediction": ""} for row in right([1] * 40, **PHRASES)], METRICS)


@pytest.mark.parametrize("metric", ["bleu", "exact_match", "f1:macro"])
def test_a_run_of_empty_answers_alone_fails(thresher, tmp_path, full, silent, metric):
    """Oracle: by hand; an empty answer is a wrong one, and all of them are."""
    ran = gate(thresher, silent, full, limits(tmp_path, f'metric = "{metric}"\nmax_drop = 0.02'), "--json")

    assert ran.code == 1
    assert ran.json["limits"][0]["candidate"] == 0.0
    assert ran.json["limits"][0]["counted_wrong"] == {str(silent): 40}


def test_a_metric_that_no_row_has_a_score_by_is_said(thresher, tmp_path, full, silent):
    rules = limits(tmp_path, 'metric = "perplexity:bits_per_byte"\nmax_ratio = 1.05')

    ran = gate(thresher, silent, full, rules)
    told = thresher("compare", full, silent, "--format", "json").json

    assert ran.code == 2
    assert "no item has a score by perplexity:bits_per_byte that can be paired" in ran.err
    assert told["not_compared"] == {"perplexity:bits_per_byte": "no item has a score in both runs"}
    assert {one["metric"]: one["candidate"] for one in told["metrics"]} == {
        "bleu": 0.0, "exact_match": 0.0, "f1:macro": 0.0,
    }  # fmt: skip
    assert thresher("report", full, silent, "--output", tmp_path / "report.html").code == 0
