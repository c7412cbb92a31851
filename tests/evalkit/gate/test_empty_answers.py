"""An empty answer counts as any other wrong one, whatever the other run said. Oracle: the same runs with wrong texts."""

from __future__ import annotations

import itertools

import pytest

from tests.evalkit.gate.runs import gate, limits, right, scored

RIGHT, WRONG, EMPTY = ({"prediction": "yes"}, {"prediction": "zz"}, {"prediction": ""})
FAILED = {"prediction": None, "fault": "timed_out"}
SAID = ("base", "candidate", "difference", "interval", "n", "p_value", "verdict")
JSON = {"yes": "{}", "zz": "zz"}


def answers(folder, name, given, metric):
    """Return a run of twelve items for each answer given, a quarter of them in the slice ``area=d``."""
    rows = right([1] * (12 * len(given)), slices=lambda n: {"area": "abcd"[n % 4]})
    made = [row | given[n // 12] for n, row in enumerate(rows)]
    words = JSON if metric == "json_valid" else {}
    return scored(folder, name, [row | {"prediction": words.get(said := row["prediction"], said)} for row in made], metric)  # fmt: skip


def wrong(given):
    """Return the answers with a wrong text in place of each that is empty or failed."""
    return [RIGHT if one == RIGHT else WRONG for one in given]


@pytest.mark.parametrize("metric", ["exact_match", "token_f1", "rougeL", "accuracy", "json_valid"])
@pytest.mark.parametrize("last", [pytest.param(EMPTY, id="empty"), pytest.param(FAILED, id="failed")])
def test_every_pair_of_answers_counts_as_if_it_were_wrong(thresher, tmp_path, metric, last):
    """A request that the candidate failed counts so too, beside an empty answer as beside any other."""
    old, new = zip(*itertools.product((RIGHT, WRONG, EMPTY), (RIGHT, WRONG, EMPTY, last)), strict=True)
    rules = limits(tmp_path, "\n\n".join(f'metric = "{metric}"\n{rule}' for rule in ("max_drop = 0.4", "min_value = 0.1", "max_drop = 0.3\nslice = 'area=d'")))  # fmt: skip
    base, candidate = answers(tmp_path, "base", old, metric), answers(tmp_path, "candidate", new, metric)
    plain = answers(tmp_path, "plain base", wrong(old), metric), answers(tmp_path, "plain", wrong(new), metric)

    found = gate(thresher, candidate, base, rules, "--allow-missing", "--json").json
    wanted = gate(thresher, plain[1], plain[0], rules, "--json").json

    assert [[row[key] for key in SAID] for row in found["limits"]] == [[row[key] for key in SAID] for row in wanted["limits"]]  # fmt: skip
    assert [row["n"] for row in found["limits"]] == [144, 144, 36]
    assert found["flips"] == wanted["flips"]
    assert found["limits"][0]["counted_wrong"] == {str(candidate): 72, str(base): 48}


def test_two_runs_are_compared_as_they_are_gated(thresher, tmp_path):
    old, new = zip(*itertools.product((RIGHT, WRONG, EMPTY), repeat=2), strict=True)
    runs = answers(tmp_path, "base", old, "exact_match"), answers(tmp_path, "candidate", new, "exact_match")

    (row,) = thresher("compare", *runs, "--json").json["metrics"]
    planned = thresher("gate", runs[1], "--plan", "--baseline", runs[0], "--limits", limits(tmp_path), "--json").json

    assert (row["base"], row["candidate"], row["n"], row["left_out"]) == (0.333333, 0.333333, 108, {})
    assert row["counted_wrong"] == {"base": 36, "candidate": 36}
    assert planned["plan"][0]["n"] == 108


def test_a_failed_request_beside_an_empty_answer_is_refused_as_any_other(thresher, tmp_path):
    base = answers(tmp_path, "base", [RIGHT, EMPTY], "exact_match")
    candidate = answers(tmp_path, "candidate", [RIGHT, FAILED], "exact_match")

    ran = gate(thresher, candidate, base, limits(tmp_path))
    compared = thresher("compare", base, candidate, "--json").json["metrics"][0]

    assert (ran.code, "request_failed 12" in ran.err) == (2, True)
    assert (compared["n"], compared["left_out"], compared["counted_wrong"]) == (12, {"candidate": 12}, {})


def test_what_a_baseline_failed_is_left_out_beside_an_empty_answer(thresher, tmp_path):
    base = answers(tmp_path, "base", [RIGHT, FAILED], "exact_match")
    candidate = answers(tmp_path, "candidate", [RIGHT, EMPTY], "exact_match")

    ran = gate(thresher, candidate, base, limits(tmp_path), "--allow-missing", "--json").json

    assert [(row["n"], row["unpaired"], row["counted_wrong"]) for row in ran["limits"]] == [(12, 12, {})]


@pytest.mark.parametrize("metric", ["bleu", "chrf", "f1:macro", "mcc"])
def test_where_a_wrong_answer_depends_on_its_reference_it_is_left_out_and_said(thresher, tmp_path, metric):
    run = answers(tmp_path, "run", [RIGHT, WRONG, EMPTY], metric)

    ran = gate(thresher, run, run, limits(tmp_path, f'metric = "{metric}"\nmax_drop = 0.5'), "--json").json
    compared = thresher("compare", run, run, "--json").json["metrics"][0]

    assert (ran["limits"][0]["n"], ran["limits"][0]["unpaired"]) == (24, 12)
    assert any("12 items are left out, for both runs left them empty" in text for text in ran["warnings"])
    assert compared["left_out"] == {"both empty": 12}


def test_an_empty_answer_to_what_has_no_right_one_counts_in_no_rule(thresher, tmp_path):
    rows = [row | (EMPTY if n < 50 else {}) | ({"reference": None} if n < 30 else {}) for n, row in enumerate(right([1] * 100))]  # fmt: skip
    run = scored(tmp_path, "run", rows)
    rules = limits(tmp_path, 'metric = "exact_match"\nmax_drop = 0.2\n\nmetric = "exact_match"\nmin_value = 0.5')

    told = gate(thresher, run, run, rules, "--json").json["limits"]

    assert [(row["candidate"], row["n"], row["unpaired"]) for row in told] == [(0.714286, 70, 30)] * 2


def test_items_that_a_metric_may_not_apply_to_are_left_out_where_both_said_nothing(thresher, tmp_path):
    """Half the items have no schema: that both runs left them empty makes them no ties."""
    rows = right([1] * 40)
    schema = {"schema": {"type": "object"}}
    runs = {"base": "{}", "candidate": "zz"}
    for name, said in runs.items():
        made = [row | ({"prediction": "{}" if n else said} | schema if n < 20 else EMPTY) for n, row in enumerate(rows)]
        runs[name] = scored(tmp_path, name, made, "json_schema")

    (row,) = thresher("compare", runs["base"], runs["candidate"], "--json").json["metrics"]

    assert (row["base"], row["candidate"], row["n"]) == (1.0, 0.95, 20)
    assert sum(row["left_out"].values()) == 20
