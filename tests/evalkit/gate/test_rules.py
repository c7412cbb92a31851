"""The rules of gate.toml: which there are, on which items and baselines, and mistakes in them."""

from __future__ import annotations

import pytest

from tests.evalkit.gate.runs import AREAS, DROPPED, GOOD, SOME, gate, limits, right, scored


@pytest.mark.parametrize(
    ("rule", "verdict"),
    [
        pytest.param("min_value = 0.6", "pass", id="surely above a floor"),
        pytest.param("min_value = 0.7", "inconclusive", id="on the floor"),
        pytest.param("min_value = 0.8", "fail", id="surely below"),
        pytest.param("max_value = 0.8", "pass", id="below a ceiling"),
        pytest.param("min_gain = 0.1", "fail", id="no such gain"),
        pytest.param("max_ratio = 1.1", "pass", id="a ratio"),
        pytest.param("max_ratio = 0.9", "fail", id="a ratio passed"),
    ],
)
def test_rules(thresher, tmp_path, base, rule, verdict):
    new = scored(tmp_path, "new", right(SOME))

    ran = gate(thresher, new, base, limits(tmp_path, f'metric = "exact_match"\n{rule}'), "--json")

    assert ran.json["verdict"] == verdict


def test_less_is_better_for_some_metrics(thresher, tmp_path):
    rows = [{"id": str(n), "prediction": "x" * (50 + n % 7), "prompt": "p"} for n in range(300)]
    longer = [row | {"prediction": row["prediction"] * 2} for row in rows]
    base, new = scored(tmp_path, "base", rows, "length"), scored(tmp_path, "new", longer, "length")
    rules = limits(tmp_path, 'metric = "length"\nmax_drop = 10\n\nmetric = "length"\nmax_ratio = 1.5')

    ran = gate(thresher, new, base, rules, "--json")

    assert [row["verdict"] for row in ran.json["limits"]] == ["fail", "fail"]
    assert gate(thresher, base, new, rules).code == 0
    assert ran.json["limits"][1]["estimate"]["value"] == pytest.approx(2)


def test_a_rule_on_a_slice_gates_and_a_star_never_does(thresher, tmp_path):
    base = scored(tmp_path, "base", right([1] * 600, **AREAS))
    new = scored(tmp_path, "new", right([int(n % 10 != 0) for n in range(600)], **AREAS))  # all wrong ones are in a
    rule = 'metric = "exact_match"\nmax_drop = 0.05\nslice = '

    whole = gate(thresher, new, base, limits(tmp_path, f'{rule}"area"'), "--json")
    one = gate(thresher, new, base, limits(tmp_path, f'{rule}"area=b"'), "--json")
    star = gate(thresher, new, base, limits(tmp_path, f'{rule}"*"'), "--json")

    assert [(row["slice"], row["verdict"]) for row in whole.json["limits"]] == [("area=a", "fail"), ("area=b", "pass")]
    assert (one.code, one.json["limits"][0]["n"]) == (0, 300)
    assert (star.code, star.json["limits"]) == (0, [])
    assert {row["slice"]: row["verdict"] for row in star.json["slices"]} == {"area=a": "fail", "area=b": "pass"}


def test_many_rules_adjust_only_the_claim_fail(thresher, tmp_path, base):
    worse = [0] * 14 + GOOD[14:]
    rule = 'metric = "exact_match"\nmax_drop = 0.008'
    new = scored(tmp_path, "new", right(worse, **AREAS))

    one = gate(thresher, new, base, limits(tmp_path, rule), "--json").json["limits"][0]
    many = gate(thresher, new, base, limits(tmp_path, "\n\n".join([rule] * 8)), "--json").json

    assert one["verdict"] == "fail"
    assert one["p_adjusted"] == one["p_value"]
    assert many["limits"][0]["p_adjusted"] == pytest.approx(8 * one["p_value"], rel=1e-4)
    assert many["verdict"] == "inconclusive"


def test_several_baselines_by_name(thresher, tmp_path, base):
    weak = scored(tmp_path, "weak", right(DROPPED, **AREAS))
    new = scored(tmp_path, "new", right([0] * 75 + GOOD[75:], **AREAS))
    rules = limits(
        tmp_path,
        'metric = "exact_match"\nmax_drop = 0.02\nbaseline = "prod"\n\nmetric = "exact_match"\nmin_gain = 0.02\nbaseline = "base"',
    )
    both = ("--baseline", f"prod={base}", "--baseline", f"base={weak}")

    ran = thresher("gate", new, *both, "--limits", rules, "--json")
    unnamed = thresher("gate", new, *both, "--limits", limits(tmp_path))

    assert [(row["baseline"], row["verdict"]) for row in ran.json["limits"]] == [("prod", "fail"), ("base", "pass")]
    assert unnamed.code == 2
    assert "does not say which baseline" in unnamed.err


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('metric = "exact_match"', "this has none"),
        ('metric = "exact_match"\nmax_drop = 0.1\nmin_value = 0.5', "this has max_drop and min_value"),
        ('metric = "exact_match"\nmax_dorp = 0.1', "did you mean 'max_drop'?"),
        ('metric = "exact_match"\nmax_drop = -0.1', "greater than or equal to 0"),
        ('metric = "exact_match"\nmax_drop = 0.1\nslice = "area=c"', "did you mean 'area="),
        ('metric = "exact_match"\nmax_drop = 0.1\nbaseline = "prod"', "no baseline is called 'prod'"),
    ],
)
def test_mistakes_in_the_rules(thresher, tmp_path, base, text, told):
    ran = gate(thresher, base, base, limits(tmp_path, text))

    assert ran.code == 2
    assert told in ran.err


def test_rules_that_need_a_baseline(thresher, tmp_path, base):
    assert "held against a baseline" in thresher("gate", base, "--limits", limits(tmp_path)).err
    assert thresher("gate", base, "--limits", limits(tmp_path, 'metric = "exact_match"\nmin_value = 0.5')).code == 0
