"""Pages over outputs of real models."""

from __future__ import annotations

import re

import pytest

from tests.conftest import REAL_DATA
from tests.evalkit.answers import rows_of
from tests.evalkit.gate.runs import limits

FOLDER = REAL_DATA / "jsonl"
GSM8K = ("--prediction-field", "output", "--reference-field", "reference", "--prompt-field", "question")


@pytest.fixture
def score(thresher, tmp_path, real_data):
    def run(file, *more):
        ran = thresher("score", FOLDER / file, *more, "--out", tmp_path / file, "--quiet")
        assert ran.code == 0, ran.err
        return tmp_path / file

    return run


def test_gsm8k(thresher, page, tmp_path, score):
    """Oracle: the recorded accuracies, 34.72 and 21.68%, and the items whose recorded flags differ."""
    names = [f"gsm8k_preds_{name}_finetuning.jsonl" for name in ("175b", "6b")]
    runs = [score(name, *GSM8K, "--metrics", "exact_match:gsm8k_flexible") for name in names]
    rules = limits(tmp_path, 'metric = "exact_match:gsm8k_flexible"\nmax_drop = 0.02')
    thresher("gate", runs[1], "--baseline", runs[0], "--limits", rules, "--out", tmp_path / "gate")

    thresher("report", tmp_path / "gate", runs[1], runs[0], "--output", tmp_path / "report.html", "-q")

    text = page(tmp_path / "report.html").text
    old, new = (rows_of(FOLDER / name) for name in names)
    lost = sum(a["correct"] and not b["correct"] for a, b in zip(old, new, strict=True))
    won = sum(b["correct"] and not a["correct"] for a, b in zip(old, new, strict=True))
    assert "The candidate may not ship" in text
    assert "34.72% before, 21.68% now" in text
    assert f"right to wrong, and wrong to right{lost}{won}" in text
    assert f"all {lost + won} flips" in text
    assert (tmp_path / "report.html").stat().st_size < 700_000


def test_alpaca_eval_models_against_each_other(thresher, page, tmp_path, score):
    asked = ("--prediction-field", "output", "--id-field", "id", "--slice", "dataset")
    runs = [
        score(f"alpaca_eval_{name}.outputs.jsonl", *asked, "--metrics", "length:words,refusal,repetition")
        for name in ("gpt4", "vicuna-7b", "NullModel")
    ]

    told = thresher("report", *runs, "--output", tmp_path / "report.html", "--json").json

    assert [one["kind"] for one in told["runs"]] == ["comparison"] * 2 + ["scores"] * 3
    seen = page(tmp_path / "report.html")
    ids = [attributes["id"] for _, attributes in seen.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert re.search(r"215\.2 → 175\.5", seen.text)


def test_banking77_has_a_matrix_of_the_labels_confused_most(thresher, page, tmp_path, jsonl, real_data):
    labels = [row["label"] for row in rows_of(FOLDER / "banking77_test.cls.jsonl")][::4]
    said = [labels[(n * 7) % len(labels)] if n % 3 == 0 else label for n, label in enumerate(labels)]
    rows = [{"id": str(n), "prediction": b, "reference": a} for n, (a, b) in enumerate(zip(labels, said, strict=True))]
    thresher("score", jsonl(rows), "--metrics", "accuracy,f1:macro", "--out", tmp_path / "run", "--quiet")

    thresher("report", tmp_path / "run", "--output", tmp_path / "report.html", "-q")

    text = page(tmp_path / "report.html").text
    assert "Confusion matrix of the 20 labels confused most, of 77" in text
    assert "Most confused Every answer is a label." in text
