"""What the gate judges can be planned and tested on itself; what it refuses is refused by name."""

from __future__ import annotations

import math
from statistics import NormalDist

import pytest

from tests.evalkit.gate.runs import gate, limits, right, scored

FAILED = {"prediction": None, "fault": "timed_out"}
METRICS = {
    "bleu": ("yes it is so indeed", "no it never was like that"),
    "chrf": ("yes it is so indeed", "no it never was like that"),
    "f1:macro": ("yes", "no"),
    "mcc": ("yes", "no"),
    "json_fields:f1": ('{"a": 1}', '{"a": 2}'),
}


def runs(folder, metric, left=None, items=120):
    """Return a base, of which one row is otherwise, and a candidate; both are wrong on some items."""
    good, bad = METRICS.get(metric, ("yes", "no"))

    def rows(wrong):
        return [
            row | {"reference": (good, bad)[n % 2], "prediction": (good, bad)[(n + (n % wrong == 0)) % 2]}
            for n, row in enumerate(right([1] * items))
        ]

    base = rows(7)
    base[5] |= left or {}
    return scored(folder, "base", base, metric), scored(folder, "new", rows(9), metric)


@pytest.mark.parametrize("metric", METRICS)
def test_a_baseline_with_an_empty_answer_is_planned_and_tested(thresher, tmp_path, metric):
    """Oracle: the gate takes it, and the plan of a baseline without that row."""
    base, new = runs(tmp_path, metric, {"prediction": ""})
    (tmp_path / "whole").mkdir()
    whole, _ = runs(tmp_path / "whole", metric)
    margin = 5 if metric in ("bleu", "chrf") else 0.05
    rules = limits(tmp_path, f'metric = "{metric}"\nmax_drop = {margin}')

    judged = gate(thresher, new, base, rules, "--json")
    alone, other = (
        thresher("gate", "--plan", "--baseline", run, "--limits", rules, "--json").json["plan"][0]
        for run in (base, whole)
    )
    both = thresher("gate", new, "--plan", "--baseline", base, "--limits", rules, "--json").json["plan"][0]
    tested = thresher("gate", base, "--self-test", "--splits", 20, "--limits", rules)

    assert judged.code in (0, 3)
    assert alone["assumed"] == "assumed: scores correlate by 0.7; 1 item without a score is left out"
    assert (alone["n"], both["n"]) == (119, 120)
    assert alone["affordable_margin"] == pytest.approx(other["affordable_margin"], rel=0.1)
    assert tested.code in (0, 1)
    assert "split into halves" in tested.out


def test_a_baseline_with_a_failed_request_is_planned_as_it_is_judged(thresher, tmp_path):
    base, new = runs(tmp_path, "token_f1", FAILED)
    rules = limits(tmp_path, 'metric = "token_f1"\nmax_drop = 0.05')

    for flags in (["--plan", "--baseline", base], ["--baseline", base]):
        refused = thresher("gate", *([] if "--plan" in flags else [new]), *flags, "--limits", rules)
        assert refused.code == 2
        assert "--allow-missing leaves them out" in refused.err

    planned = thresher("gate", "--plan", "--baseline", base, "--limits", rules, "--allow-missing", "--json").json
    judged = gate(thresher, new, base, rules, "--allow-missing", "--json").json
    assert planned["plan"][0]["n"] == judged["limits"][0]["n"] == 119
    assert f"token_f1: 1 items are left out, for {base} has no score of them" in judged["warnings"]


def test_whose_score_is_missing_is_said(thresher, tmp_path):
    """A length that only the candidate lacks, and one that neither has."""
    base = [row | (FAILED if n == 3 else {}) for n, row in enumerate(right([1] * 300))]
    new = [row | (FAILED if n in (3, 4) else {}) for n, row in enumerate(right([1] * 300))]
    rules = limits(tmp_path, 'metric = "length"\nmax_ratio = 2')
    base, new = scored(tmp_path, "base", base, "length"), scored(tmp_path, "new", new, "length")

    warnings = gate(thresher, new, base, rules, "--allow-missing", "--json").json["warnings"]

    assert "length: 1 items are left out, for neither run has a score of them" in warnings
    assert f"length: 1 items are left out, for {new} has no score of them" in warnings


def test_checks_that_were_asked_and_not_answered_count_as_failed(thresher, tmp_path):
    """Oracle: by hand; 100 items of two checks each, of which 20 were not answered."""
    two = {"check": lambda _: [{"is": "mentions", "values": ["yes"]}, {"is": "mentions", "values": ["yes"]}]}
    rows = right([1] * 100, **two)
    base = scored(tmp_path, "base", rows, "check_parts")
    left = [row | ({"prediction": None, "fault": "timed_out"} if n < 20 else {}) for n, row in enumerate(rows)]
    new = scored(tmp_path, "new", left, "check_parts")
    rules = limits(tmp_path, 'metric = "check_parts"\nmax_drop = 0.02')

    ran = gate(thresher, new, base, rules, "--allow-missing", "--json")

    assert (ran.code, ran.json["limits"][0]["candidate"]) == (1, 0.8)


def one_of(n):
    return {"lang": "en" if n else "de"}


@pytest.mark.parametrize(
    ("more", "rule", "told"),
    [
        ({"slices": one_of}, '\nslice = "lang"', "exact_match max_drop on lang=de cannot be split into halves"),
        ({"cluster": lambda _: "one"}, "", "all its items are one cluster"),
    ],
)
def test_what_has_no_halves_is_refused_by_name_and_changes_sides(thresher, tmp_path, more, rule, told):
    run = scored(tmp_path, "run", right([1] * 40 + [0] * 20, **more))
    rules = limits(tmp_path, f'metric = "exact_match"\nmax_drop = 0.3{rule}')

    refused = thresher("gate", run, "--self-test", "--limits", rules)
    sides = gate(thresher, run, run, rules, "--self-test", "--splits", 20)

    assert (refused.code, told in refused.err) == (2, True)
    assert "--baseline RUN changes the sides" in refused.err
    assert sides.code == 0


@pytest.mark.parametrize("flags", [["--plan", "--baseline"], ["--self-test"]])
def test_a_run_without_a_score_has_nothing_to_plan_or_test(thresher, tmp_path, flags):
    run = scored(tmp_path, "run", right([1] * 40), "perplexity:bits_per_byte")
    rules = limits(tmp_path, 'metric = "perplexity:bits_per_byte"\nmax_ratio = 1.05')

    ran = thresher("gate", *flags, run, "--limits", rules)

    assert ran.code == 2
    assert "no item has a score by perplexity:bits_per_byte" in ran.err


@pytest.mark.parametrize("items", [1, 3])
def test_a_few_equal_scores_promise_no_more_than_half_right_would(thresher, tmp_path, items):
    """Oracle: the normal theory of scores of which half are 0 and half 1, that correlate by 0.7."""
    base = scored(tmp_path, "base", right([0] * items), "token_f1")
    rules = limits(tmp_path, 'metric = "token_f1"\nmax_drop = 0.02')
    error = 0.5 * math.sqrt(2 * (1 - 0.7) / 500)
    z = [NormalDist().inv_cdf(chance) for chance in (0.95, 0.8)]

    (told,) = thresher(
        "gate", "--plan", "--baseline", base, "--limits", rules, "--items", 500, "--json"
    ).json["plan"]  # fmt: skip

    assert told["affordable_margin"] == pytest.approx(sum(z) * error, rel=0.03)
    assert told["chance_equal_passes"] == pytest.approx(NormalDist().cdf(0.02 / error - z[0]), abs=0.03)
    assert told["needed_n"] == pytest.approx(500 * (sum(z) * error / 0.02) ** 2, rel=0.03)
    assert "50.0% of others are taken to vary" in told["assumed"]


def test_two_runs_that_do_not_differ_promise_less_the_fewer_they_are(thresher, tmp_path):
    rules = limits(tmp_path, 'metric = "token_f1"\nmax_drop = 0.02')

    def chance(items):
        run = scored(tmp_path, f"run{items}", right([1, 0] * items), "token_f1")
        ran = thresher("gate", run, "--baseline", run, "--plan", "--limits", rules, "--items", 500, "--json")
        return ran.json["plan"][0]["chance_equal_passes"]

    found = [chance(items) for items in (1, 5, 50, 500)]

    assert found == sorted(found)
    assert found[0] < 0.3
    assert found[-1] > 0.99


def test_many_equal_scores_afford_no_less_than_the_gate_will_say(thresher, tmp_path):
    """Oracle: the gate's own bound where nothing moved among 500 items, by the rule of three: 1 - 0.05^(1/500)."""
    base = scored(tmp_path, "base", right([1] * 5000), "token_f1")
    rules = limits(tmp_path, 'metric = "token_f1"\nmax_drop = 0.02')

    ran = thresher("gate", "--plan", "--baseline", base, "--limits", rules, "--items", 500, "--json")

    assert ran.json["plan"][0]["affordable_margin"] >= float(f"{1 - 0.05 ** (1 / 500):.4g}")
    assert ran.json["plan"][0]["chance_equal_passes"] == 1.0


@pytest.mark.parametrize("mode", ["--plan", "--self-test"])
@pytest.mark.parametrize("file", ["--out", "--junit", "--summary", "--accept"])
def test_a_run_that_judges_nothing_refuses_the_files_it_would_not_write(thresher, tmp_path, mode, file):
    base, new = runs(tmp_path, "exact_match")

    ran = gate(thresher, new, base, limits(tmp_path), mode, file, tmp_path / "asked")

    assert ran.code == 2
    assert f"{mode} writes no {file}" in ran.err
    assert not (tmp_path / "asked").exists()
