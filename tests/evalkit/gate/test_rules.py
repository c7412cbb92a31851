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


@pytest.mark.parametrize(("metric", "most"), [("bleu", 100.0), ("token_f1", 1.0)])
def test_what_so_few_items_could_show_is_no_more_than_there_is(thresher, tmp_path, metric, most):
    """Oracle: the range of the metric. Two items that part, one each way, of four: a spread as wide as it gets."""
    good, bad = "the cat sat on the mat today and slept", "no bird"
    runs = [
        [row | {"prediction": good if flag else bad, "reference": good} for row, flag in zip(right(own), own, strict=True)]
        for own in ([1, 0, 1, 0], [0, 1, 1, 0])
    ]  # fmt: skip
    base, new = (scored(tmp_path, name, rows, metric) for name, rows in zip(("base", "new"), runs, strict=True))

    row = gate(thresher, new, base, limits(tmp_path, f'metric = "{metric}"\nmax_drop = 0.5'), "--json").json["limits"][
        0
    ]

    assert row["smallest_detectable"] == most


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
    star = gate(thresher, new, base, limits(tmp_path, f'{rule}"*"\n\nmetric = "exact_match"\nmax_drop = 0.2'), "--json")

    assert [(row["slice"], row["verdict"]) for row in whole.json["limits"]] == [("area=a", "fail"), ("area=b", "pass")]
    assert (one.code, one.json["limits"][0]["n"]) == (0, 300)
    assert (star.code, [row["slice"] for row in star.json["limits"]]) == (0, [None])
    assert {row["slice"]: row["verdict"] for row in star.json["slices"] if row["margin"] == 0.05} == {
        "area=a": "fail",
        "area=b": "pass",
    }


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


def test_stops_that_compare_points_weaken_no_claim(thresher, tmp_path, base):
    """Oracle: the p value of the one rule that claims, alone."""
    rule = 'metric = "exact_match"\nmax_drop = 0.008'
    stops = [f'metric = "exact_match"\nmax_drop = 0.{n}\nlevel = "point"' for n in range(1, 8)]
    new = scored(tmp_path, "new", right([0] * 14 + GOOD[14:], **AREAS))

    ran = gate(thresher, new, base, limits(tmp_path, "\n\n".join([rule, *stops])), "--json")

    assert ran.json["limits"][0]["p_adjusted"] == ran.json["limits"][0]["p_value"]
    assert [row["verdict"] for row in ran.json["limits"]] == ["fail", *["pass"] * 7]


@pytest.mark.parametrize("level", ["point", "confident"])
def test_the_last_bits_of_a_sum_pass_no_line(thresher, tmp_path, level):
    """0.8 - 0.7 is a hair above 0.1."""
    runs = [
        scored(tmp_path, name, right([1] * 40, usage=lambda _, cost=cost: {"cost": cost}), "cost")
        for name, cost in (("base", 0.7), ("new", 0.8))
    ]
    rules = limits(tmp_path, f'metric = "cost"\nmax_drop = 0.1\nlevel = "{level}"')

    ran = gate(thresher, runs[1], runs[0], rules, "--json")

    assert ran.json["limits"][0]["verdict"] == {"point": "pass", "confident": "inconclusive"}[level]


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
        ('metric = "exact_match"\nmin_value = nan', "finite number"),
        ('metric = "exact_match"\nmax_drop = inf', "finite number"),
        ('metric = "exact_match"\nmin_value = true', "valid number"),
        ('metric = "exact_match"\nmin_value = -inf', "finite number"),
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


@pytest.mark.parametrize("names", [("", ""), ("prod=", "prod=")])
def test_two_baselines_of_one_name_are_refused(thresher, tmp_path, base, names):
    weak = scored(tmp_path, "weak", right(DROPPED, **AREAS))
    given = [f"{name}{run}" for name, run in zip(names, (base, weak), strict=True)]

    ran = thresher("gate", base, "--baseline", given[0], "--baseline", given[1], "--limits", limits(tmp_path))

    assert ran.code == 2
    assert f"more than one baseline is called {names[0].rstrip('=') or 'baseline'!r}" in ran.err


def test_a_waiver_is_of_one_rule_and_not_of_its_namesake(thresher, tmp_path, base):
    """A hard stop beside a margin: to waive the margin leaves the stop."""
    rules = 'metric = "exact_match"\nmax_drop = 0.02\n\nmetric = "exact_match"\nmax_drop = 0.2\nlevel = "point"'
    config = limits(tmp_path, rules, 'waivers = "waivers.toml"')
    text = '[[waivers]]\nrule = "exact_match max_drop 0.02"\nreason = "r"\nwho = "w"\nuntil = 2999-01-01\n'
    (tmp_path / "waivers.toml").write_text(text)
    new = scored(tmp_path, "new", right([0] * 300 + GOOD[300:], **AREAS))

    ran = gate(thresher, new, base, config, "--json")
    (tmp_path / "waivers.toml").write_text(text.replace(" 0.02", ""))
    refused = gate(thresher, new, base, config)

    told = [(row["name"], row["counts_as"]) for row in ran.json["limits"]]
    assert told == [("exact_match max_drop 0.02", "pass"), ("exact_match max_drop 0.2", "fail")]
    assert ran.code == 1
    assert (refused.code, "did you mean 'exact_match max_drop 0.2'" in refused.err or "0.02" in refused.err) == (
        2,
        True,
    )


def test_a_waiver_of_a_rule_that_is_given_twice_is_refused(thresher, tmp_path, base):
    rule = 'metric = "exact_match"\nmax_drop = 0.02'
    config = limits(tmp_path, f"{rule}\n\n{rule}", 'waivers = "waivers.toml"')
    waiver = '[[waivers]]\nrule = "exact_match max_drop"\nreason = "r"\nwho = "w"\nuntil = 2999-01-01\n'
    (tmp_path / "waivers.toml").write_text(waiver)

    ran = gate(thresher, base, base, config)

    assert (ran.code, "given twice" in ran.err) == (2, True)


def test_a_ratio_to_nothing_says_nothing_and_weakens_no_other_rule(thresher, tmp_path):
    """Oracle: Holm's factor is that of all rules, whichever of them has no number."""
    free = {"usage": lambda n: {"cost": 0.0}}
    base = scored(tmp_path, "base", right(GOOD, **free), "exact_match,cost")
    new = scored(tmp_path, "new", right([0] * 8 + GOOD[8:], **free), "exact_match,cost")
    drop = 'metric = "exact_match"\nmax_drop = 0'
    ratio = 'metric = "cost"\nmax_ratio = 1.2'

    one = gate(thresher, new, base, limits(tmp_path, drop), "--json").json["limits"][0]
    ran = gate(thresher, new, base, limits(tmp_path, f"{drop}\n\n{ratio}"), "--json")
    point = gate(thresher, new, base, limits(tmp_path, f'{ratio}\nlevel = "point"'), "--json")

    held, undefined = ran.json["limits"]
    assert held["p_adjusted"] == pytest.approx(2 * one["p_value"], rel=1e-4)
    assert (undefined["p_value"], undefined["verdict"], undefined["estimate"]["value"]) == (1.0, "inconclusive", None)
    assert "max_value needs no baseline" in undefined["next"][0]
    assert any("there is no ratio" in text for text in ran.json["warnings"])
    assert point.json["limits"][0]["verdict"] == "inconclusive"


def test_rules_that_only_inform_are_no_gate(thresher, tmp_path, base):
    rules = limits(tmp_path, 'metric = "exact_match"\nmax_drop = 0.02\nslice = "*"')

    ran = gate(thresher, base, base, rules, "--junit", tmp_path / "j.xml")

    assert (ran.code, "no rule gates" in ran.err) == (2, True)
    assert not (tmp_path / "j.xml").exists()


@pytest.mark.parametrize("rule", ["max_drop = 2", "min_gain = 1", "min_value = 85", "max_value = -0.1"])
@pytest.mark.parametrize("flags", [(), ("--plan",)])
def test_a_margin_that_the_metric_cannot_reach_is_refused(thresher, tmp_path, base, rule, flags):
    ran = gate(thresher, base, base, limits(tmp_path, f'metric = "exact_match"\n{rule}'), *flags)

    assert (ran.code, "can never decide: the metric goes from 0 to 1" in ran.err) == (2, True)


@pytest.mark.parametrize("margin", ["1e-320", "1e-9"])
def test_a_margin_next_to_nothing_needs_more_items_than_there_are(thresher, tmp_path, base, margin):
    new = scored(tmp_path, "new", right(SOME, **AREAS))
    rules = limits(tmp_path, f'metric = "exact_match"\nmax_drop = {margin}')

    ran = gate(thresher, new, base, rules, "--json")
    plan = gate(thresher, new, base, rules, "--plan", "--json")

    assert (ran.code, ran.json["limits"][0]["needed_n"]) == (3, None)
    assert plan.json["plan"][0]["needed_n"] is None


def test_rules_of_one_margin_are_told_apart_by_their_levels(thresher, tmp_path, base):
    rule = 'metric = "exact_match"\nmax_drop = 0.02'

    ran = gate(thresher, base, base, limits(tmp_path, f'{rule}\n\n{rule}\nlevel = "point"'), "--json")

    assert [row["name"] for row in ran.json["limits"]] == [
        "exact_match max_drop by confident",
        "exact_match max_drop by point",
    ]


def test_one_number_has_one_interval(thresher, tmp_path):
    """A slice that a rule judges was counted exactly in the rule, and approximated beside it."""
    base = scored(tmp_path, "base", right([1] * 50 + [0] * 10, **AREAS))
    new = scored(tmp_path, "new", right([0] * 3 + [1] * 50 + [0] * 7, **AREAS))
    whole, part = 'metric = "exact_match"\nmax_drop = 0.02', 'metric = "exact_match"\nslice = "area=a"\nmax_drop = 0.1'

    told = gate(thresher, new, base, limits(tmp_path, f"{whole}\n\n{part}"), "--json").json

    beside = {row["slice"]: row for row in told["slices"]}
    assert [row["slice"] for row in told["limits"]] == [None, "area=a"]
    assert beside["area=a"]["interval"] == told["limits"][1]["interval"]
    assert ["tango_exact" in beside[one]["signature"] for one in ("area=a", "area=b")] == [True, False]
