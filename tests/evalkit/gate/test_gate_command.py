"""``thresher gate`` as a user runs it: plan, self-test, what it writes, its schema and page, and from Python."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree.ElementTree import fromstring

import jsonschema
import pytest

import thresher as door
from tests.evalkit.gate.runs import AREAS, DROPPED, GOOD, SOME, gate, limits, right, scored

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("price", [0.0005, 0.00004], ids=["usual", "low"])
def test_small_costs_are_told_with_their_digits(thresher, tmp_path, price):
    """Oracle: the numbers of verdict.json. A hundred answers, each of another price; the candidate's cost a tenth more."""
    costs = [{"usage": lambda n, more=more: {"cost": price * more * (1 + n % 7 / 10)}} for more in (1, 1.1)]
    base, new = (scored(tmp_path, name, right([1] * 100, **own), "cost") for name, own in zip("bn", costs, strict=True))
    rules = limits(tmp_path, f'metric = "cost"\nmax_drop = {price}')

    ran = gate(thresher, new, base, rules, "--junit", tmp_path / "junit.xml", "--summary", tmp_path / "summary.md")
    row = gate(thresher, new, base, rules, "--json").json["limits"][0]

    words = next(line for line in ran.out.splitlines() if line.startswith("cost max_drop")).split()
    told = [row["base"], row["candidate"], row["difference"], *row["interval"], row["smallest_detectable"]]
    shown = [float(word) for word in (*words[3:7], words[8], words[9])]
    assert shown == pytest.approx(told, rel=0.005)
    for path in ("junit.xml", "summary.md"):
        assert words[5] in (tmp_path / path).read_text()


def test_a_difference_of_nothing_has_no_sign(thresher, tmp_path):
    """Costs that differ in their last bits alone."""
    costs = [{"usage": lambda n, own=own: {"cost": own[n % 2]}} for own in ((0.1, 0.2), (0.2, 0.1 - 1e-17))]
    base, new = (scored(tmp_path, name, right([1] * 300, **own), "cost") for name, own in zip("bn", costs, strict=True))

    assert "-0.0000 " not in gate(thresher, new, base, limits(tmp_path, 'metric = "cost"\nmax_drop = 1')).out


def test_the_plan_knows_the_third(thresher, tmp_path):
    ran = thresher("gate", "--plan", "--items", 400, "--limits", limits(tmp_path), "--json")

    plan = ran.json["plan"][0]
    assert ran.code == 0
    assert plan["chance_equal_passes"] == pytest.approx(1 / 3, abs=0.02)
    assert plan["needed_n"] == pytest.approx(1544, abs=1)
    assert plan["affordable_margin"] == pytest.approx(0.039, abs=0.001)


def test_the_plan_measures_what_it_can(thresher, tmp_path, base):
    new = scored(tmp_path, "new", right(SOME, **AREAS))

    ran = thresher("gate", new, "--plan", "--baseline", base, "--limits", limits(tmp_path))

    assert ran.code == 0
    assert "measured: 1.0% of the items discordant" in ran.out


def test_the_self_test_finds_no_false_alarms(thresher, tmp_path, base):
    halves = thresher("gate", base, "--self-test", "--limits", limits(tmp_path), "--json")
    sides = thresher("gate", base, "--baseline", base, "--self-test", "--limits", limits(tmp_path))

    assert (halves.code, halves.json["holds"]) == (0, True)
    assert halves.json["false_alarms"] <= 0.05
    assert sides.code == 0
    assert "false alarms of the whole gate: 0.0%" in sides.out


TWO = (
    'metric = "exact_match"\nmax_drop = 0.02\nbaseline = "near"\n\n'
    'metric = "exact_match"\nmax_drop = 0.02\nbaseline = "far"'
)


def test_each_rule_is_planned_and_tested_on_its_own_baseline(thresher, tmp_path, base):
    """Oracle: the other order of the flags, and the shares of a rule, which are all of its comparisons."""
    far = scored(tmp_path, "far", right(GOOD[::-1], **AREAS))
    new = scored(tmp_path, "new", right(SOME, **AREAS))
    given = ["--baseline", f"near={base}", "--baseline", f"far={far}"]
    rules = limits(tmp_path, TWO)

    plans = [
        thresher("gate", new, "--plan", *some, "--limits", rules, "--json").json
        for some in (given, given[2:] + given[:2])
    ]
    near, other = plans[0]["plan"]
    tested = thresher("gate", new, "--self-test", "--splits", 50, *given, "--limits", rules, "--json").json["rules"]

    assert plans[0] == plans[1]
    assert near["assumed"] == "measured: 1.0% of the items discordant"
    assert other["assumed"] == "measured: 59.0% of the items discordant"
    assert set(tested) == {"exact_match max_drop against near", "exact_match max_drop against far"}
    assert all(sum(shares.values()) == pytest.approx(1) for shares in tested.values())


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        ('metric = "exact_match"\nmax_drop = 0.02\nslice = "area=c"', "no item is in the slice"),
        ('metric = "exact_match"\nmax_drop = 0.02\nbaseline = "prod"', "no baseline is called 'prod'"),
        ('metric = "exact_mitch"\nmin_value = 0.02', "exact_mitch"),
        ('metric = "exact_match"\nmax_drop = 2', "can never decide"),
    ],
)
@pytest.mark.parametrize("flag", ["--plan", "--self-test"])
def test_what_the_gate_refuses_its_plan_and_its_test_refuse(thresher, tmp_path, base, rule, told, flag):
    ran = gate(thresher, base, base, limits(tmp_path, rule), flag)

    assert (ran.code, told in ran.err) == (2, True)


@pytest.mark.parametrize("more", [pytest.param([], id="gate"), ["--plan"], ["--self-test"]])
def test_a_ratio_of_what_may_be_negative_is_refused(thresher, tmp_path, more):
    """A model that is wrong where the other is right has the ratio -1, which would pass any margin."""
    rows = right([1] * 70 + [0] * 30, reference=lambda n: ("yes", "no")[n % 2])
    run = scored(tmp_path, "run", rows, "mcc")

    ran = gate(thresher, run, run, limits(tmp_path, 'metric = "mcc"\nmax_ratio = 1.2'), *more)

    assert ran.code == 2
    assert "mcc max_ratio says nothing: the metric goes from -1 to 1" in ran.err
    assert "hint: max_drop" in ran.err


def test_rules_on_one_run_have_nothing_to_test(thresher, tmp_path, base):
    ran = thresher("gate", base, "--self-test", "--limits", limits(tmp_path, 'metric = "exact_match"\nmin_value = 0.5'))

    assert (ran.code, "nothing to test" in ran.err) == (2, True)


RATIO = 'metric = "exact_match"\nmax_ratio = 0.9'
GAIN = 'metric = "exact_match"\nmin_gain = 0.05'


def test_that_an_equal_model_does_not_gain_is_no_false_alarm(thresher, tmp_path, base):
    """Oracle: the test of the other rule alone; a run against itself gains nothing, which is a right fail."""
    drop = 'metric = "exact_match"\nmax_drop = 0.02'
    alone = gate(thresher, base, base, limits(tmp_path, drop), "--self-test", "--json")
    both = gate(thresher, base, base, limits(tmp_path, f"{drop}\n\n{GAIN}"), "--self-test", "--json")
    ratio = gate(thresher, base, base, limits(tmp_path, f"{drop}\n\n{RATIO}"), "--self-test", "--json")

    assert (both.code, both.json, ratio.json) == (0, alone.json, alone.json)
    assert gate(thresher, base, base, limits(tmp_path, GAIN)).code == 1
    assert gate(thresher, base, base, limits(tmp_path, GAIN), "--self-test").code == 2


def test_a_slice_has_its_part_of_the_items_and_a_gain_is_not_for_an_equal_model(thresher, tmp_path):
    base = scored(tmp_path, "base", right(GOOD, slices=lambda n: {"area": "rare" if n % 10 == 0 else "often"}))
    rules = limits(
        tmp_path, 'metric = "exact_match"\nmax_drop = 0.02\nslice = "area"\n\nmetric = "exact_match"\nmin_gain = 0.02'
    )

    plan = thresher("gate", "--plan", "--items", 2000, "--baseline", base, "--limits", rules, "--json").json["plan"]

    assert {one["slice"]: one["n"] for one in plan} == {"area=often": 1800, "area=rare": 200, None: 2000}
    assert plan[-1]["needed_n"] is None


def test_a_share_is_planned_by_the_bounds_of_the_gate(thresher, tmp_path):
    """Oracle: the gate on that run, which cannot pass it, and on one of as many items as the plan asks for."""
    rules = limits(tmp_path, 'metric = "exact_match"\nmin_value = 0.98')
    run = scored(tmp_path, "run", right([1] * 60))

    planned = thresher("gate", run, "--plan", "--limits", rules, "--json").json["plan"][0]
    judged = thresher("gate", run, "--limits", rules, "--json").json["limits"][0]
    enough = scored(tmp_path, "enough", right([1] * planned["needed_n"]))

    assert planned["chance_equal_passes"] == 0.0
    assert planned["needed_n"] == judged["needed_n"] == 149  # log 0.05 / log 0.98
    assert (judged["verdict"], thresher("gate", enough, "--limits", rules).code) == ("inconclusive", 0)


def test_what_is_written(thresher, tmp_path, base, monkeypatch):
    new = scored(tmp_path, "new", right(DROPPED, **AREAS))
    before = {path.name: path.read_bytes() for path in new.iterdir()}
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
    (tmp_path / "summary.md").write_text("of an earlier step\n")

    more = ("--junit", tmp_path / "junit.xml", "--summary", tmp_path / "summary.md", "--out", tmp_path / "verdict")
    ran = gate(thresher, new, base, limits(tmp_path), *more)

    cases = fromstring((tmp_path / "junit.xml").read_text()).findall(".//testcase")
    assert [(case.get("name"), case.find("failure") is not None) for case in cases] == [("exact_match max_drop", True)]
    summary = (tmp_path / "summary.md").read_text()
    assert summary.startswith("of an earlier step\n## thresher gate: fail")
    assert "::error title=thresher gate::exact_match max_drop 0.02: fail" in ran.out
    assert json.loads((tmp_path / "verdict" / "verdict.json").read_bytes())["verdict"] == "fail"
    manifest = json.loads((tmp_path / "verdict" / "manifest.json").read_bytes())
    assert {Path(one["path"]).name for one in manifest["inputs"]} == {"scores.json", "rows.parquet", "gate.toml"}
    assert {path.name: path.read_bytes() for path in new.iterdir()} == before
    assert gate(thresher, new, base, limits(tmp_path), "--out", new).code == 2


def test_a_margin_that_is_in_a_name_is_said_once(thresher, tmp_path, base, monkeypatch):
    """Two rules of one name have their margins in it, before the slice."""
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    rule = 'metric = "exact_match"\nslice = "area=a"\nmax_drop ='
    rules = limits(tmp_path, f'{rule} 0.05\n\n{rule} 0.1\n\nmetric = "exact_match"\nmin_value = 0.9')

    ran = gate(thresher, scored(tmp_path, "new", right(DROPPED, **AREAS)), base, rules, "--junit", tmp_path / "j.xml")

    told = [case.find("*").get("message") for case in fromstring((tmp_path / "j.xml").read_text()).iter("testcase")]
    names = ["exact_match max_drop 0.05 on area=a", "exact_match max_drop 0.1 on area=a", "exact_match min_value 0.9"]
    assert [one.partition(":")[0] for one in told] == names
    assert all(f"title=thresher gate::{name}: " in ran.out for name in names)


def test_the_same_bytes_twice(thresher, tmp_path, base):
    new = scored(tmp_path, "new", right(SOME, **AREAS))
    for name in ("a", "b"):
        gate(thresher, new, base, limits(tmp_path), "--out", tmp_path / name)

    for name in ("verdict.json", "junit.xml", "summary.md"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_the_schema_and_the_page_are_what_ships(thresher, tmp_path):
    import tomllib

    schema = thresher("gate", "--schema").json

    assert schema == json.loads((ROOT / "evalkit" / "gate" / "gate.schema.json").read_text())
    assert thresher("gate", "--markdown").out == (ROOT / "docs" / "gate-configuration.md").read_text()
    jsonschema.validate(tomllib.loads(limits(tmp_path).read_text()), schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"limits": [{"metric": "m", "max_dorp": 1}]}, schema)


def test_from_python(tmp_path, base):
    verdict = door.gate(scored(tmp_path, "new", right(DROPPED, **AREAS)), {"prod": base}, limits(tmp_path))

    assert (verdict.said, verdict.exit_code) == ("fail", 1)
    assert door.compare(base, base).items == 1000


def test_every_manifest_has_the_counts_of_the_contract(thresher, tmp_path, jsonl):
    """Oracle: the numbers of items that were written; a map adds up, or is of no row."""
    data = jsonl([{"id": f"q{n}", "prompt": f"{n}?", "reference": "yes"} for n in range(3)], "items.jsonl")
    answers = jsonl([{"id": f"q{n}", "prediction": "yes"} for n in range(3)], "answers.jsonl")
    thresher("predict", "--data", data, "--model", f"replay:{answers}", "--out", tmp_path / "predict")
    scored(tmp_path, "score", right([1] * 40))
    rules = limits(tmp_path, 'metric = "exact_match"\nmin_value = 0.5')
    thresher("gate", tmp_path / "score", "--limits", rules, "--out", tmp_path / "gate")

    for command, rows in (("predict", 3), ("score", 40), ("gate", 40)):
        counts = json.loads((tmp_path / command / "manifest.json").read_bytes())["counts"]
        numbers = {name: counts[name] for name in ("in", "added", "kept", "dropped")}
        assert numbers == {"in": rows, "added": 0, "kept": rows, "dropped": 0}, command
        assert [counts[name] for name in ("by_reason", "by_warning", "by_split")] == [{}, {}, {}]
        assert list(counts["by_source"].values()) == [{"kept": rows, "dropped": 0}]
