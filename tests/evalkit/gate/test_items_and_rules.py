"""Rules that stand in the items themselves: labels, schemas, checks, the right choice."""

from __future__ import annotations

import pytest

from tests.evalkit.gate.runs import gate, limits, right, scored

METRICS = "accuracy,f1:macro,check,json_schema,exact_match"
LABELS = {
    "reference": lambda n: "rare" if n == 17 else ("pos", "neg")[n % 2],
    "prediction": lambda n: "rare" if n == 17 else ("pos", "neg")[n % 2],
    "schema": lambda _: {"type": "object"},
    "check": lambda n: [{"is": "mentions", "values": [("pos", "neg")[n % 2]]}],
}


@pytest.mark.parametrize("metric", ["accuracy", "f1:macro", "check", "json_schema"])
def test_an_item_fewer_is_told_apart_from_another_rule(thresher, tmp_path, metric):
    """Oracle: the hint, taken: a row with a fault for the item that is missing."""
    rows = right([1] * 300, **LABELS)
    base = scored(tmp_path, "base", rows, METRICS)
    fewer = scored(tmp_path, "fewer", rows[:17] + rows[18:], METRICS)
    filled = [row | ({"prediction": None, "fault": "missing"} if n == 17 else {}) for n, row in enumerate(rows)]
    rules = limits(tmp_path, f'metric = "{metric}"\nmax_drop = 0.5')

    ran = gate(thresher, fewer, base, rules, "--allow-missing")
    other = gate(thresher, base, fewer, rules, "--allow-missing")
    mended = gate(thresher, scored(tmp_path, "filled", filled, METRICS), base, rules, "--allow-missing", "--json")

    assert ran.code == 2
    assert f'score {fewer} again with a row for each item that it lacks, "prediction": null and' in ran.err
    assert f"score {fewer} again" in other.err
    assert ("labels=[...]" in ran.err) == (metric in ("accuracy", "f1:macro"))
    assert mended.code == 0
    assert mended.json["limits"][0]["n"] == 300


def test_labels_that_are_named_are_the_same_for_both(thresher, tmp_path, jsonl):
    rows = right([1] * 300, **LABELS)
    runs = {"base": rows, "fewer": rows[:17] + rows[18:]}
    for name, own in runs.items():
        setting = 'accuracy.labels=["neg","pos","rare"]'
        file = jsonl(own, f"{name}.jsonl")
        thresher("score", file, "--metrics", "accuracy", "--set", setting, "--out", tmp_path / name)
    rules = limits(tmp_path, 'metric = "accuracy"\nmax_drop = 0.5')

    assert gate(thresher, tmp_path / "fewer", tmp_path / "base", rules, "--allow-missing").code == 0


def test_another_rule_on_fewer_items_is_another_rule(thresher, tmp_path, jsonl):
    rows = right([1] * 300, **LABELS)
    base = scored(tmp_path, "base", rows, "accuracy")
    file = jsonl(rows[:17] + rows[18:], "exact.jsonl")
    thresher("score", file, "--metrics", "accuracy", "--set", "accuracy.extract=exact", "--out", tmp_path / "exact")

    rules = limits(tmp_path, 'metric = "accuracy"\nmax_drop = 0.5')
    ran = gate(thresher, tmp_path / "exact", base, rules, "--allow-missing")

    assert ran.code == 2
    assert "hint: thresher score" in ran.err


def choices(gold):
    told = {"choices": ["Rome", "Paris"], "gold": gold, "choice_logprobs": {"sums": [-1, -2]}, "reference": None}
    return [row | told for row in right([1] * 300)]


def test_a_mended_answer_key_is_not_a_better_model(thresher, tmp_path):
    old, new = (scored(tmp_path, f"gold{gold}", choices(gold), "choice") for gold in (1, 0))
    rules = limits(tmp_path, 'metric = "choice"\nmax_drop = 0.02')

    ran = gate(thresher, new, old, rules)

    assert ran.code == 2
    assert "were asked different things" in ran.err
    assert gate(thresher, old, old, rules).code == 0
