"""The verdict of a gate: three answers, by which numbers, and what is said beside them."""

from __future__ import annotations

import json
from xml.etree import ElementTree

import pytest

from tests.evalkit.gate.runs import AREAS, DROPPED, GOOD, SOME, gate, limits, right, scored


@pytest.mark.parametrize(
    ("flags", "verdict", "code"),
    [
        pytest.param(SOME, "pass", 0, id="as good"),
        pytest.param(DROPPED, "fail", 1, id="15 points worse"),
        pytest.param([0] * 20 + GOOD[20:], "inconclusive", 3, id="2 points worse at a margin of 2"),
    ],
)
def test_three_verdicts(thresher, tmp_path, base, flags, verdict, code):
    ran = gate(thresher, scored(tmp_path, "new", right(flags, **AREAS)), base, limits(tmp_path), "--json")

    assert (ran.code, ran.json["verdict"], ran.json["limits"][0]["verdict"]) == (code, verdict, verdict)


def test_the_fields_of_a_verdict(thresher, tmp_path, base):
    ran = gate(
        thresher, scored(tmp_path, "new", right([0] * 20 + GOOD[20:], **AREAS)), base, limits(tmp_path), "--json"
    )

    row = ran.json["limits"][0]
    assert {"metric", "slice", "rule", "base", "candidate", "difference", "interval", "margin", "p_adjusted", "verdict",
            "smallest_detectable", "needed_n", "next"} <= set(row)  # fmt: skip
    assert (row["metric"], row["rule"], row["margin"], row["n"]) == ("exact_match", "max_drop", 0.02, 1000)
    assert (row["base"], row["candidate"], row["difference"]) == (0.7, 0.68, -0.02)
    assert row["interval"][0] < -0.02 < row["interval"][1]
    assert row["signature"] == "exact_match|tango,alpha:0.05"
    assert row["test"]["name"] == "mcnemar_mid_p"
    assert ran.json["flips"]["exact_match"]["baseline"]["right_to_wrong"] == 20
    assert ran.json["flips"]["exact_match"]["baseline"]["ids"]["right_to_wrong"][0] == "q0000"


def test_an_undecided_rule_says_what_to_do_cheapest_first(thresher, tmp_path):
    few = scored(tmp_path, "few", right(GOOD[670:730], **AREAS))
    new = scored(tmp_path, "new", right([0, 0, *GOOD[672:729], 1], **AREAS))

    ran = gate(thresher, new, few, limits(tmp_path))
    row = gate(thresher, new, few, limits(tmp_path), "--json").json["limits"][0]

    assert ran.code == 3
    assert row["needed_n"] > 60
    told = [step.split()[0] for step in row["next"]]
    assert told == ["gate", "read", "answer", "add", "waive"]
    assert f"thresher review {new} --flips {few}" in ran.out
    assert "area=b (67%)" in ran.out


@pytest.mark.parametrize(
    ("head", "rule", "verdict", "code"),
    [
        pytest.param('on_inconclusive = "inconclusive"', "max_drop = 0.02", "inconclusive", 3, id="as it is"),
        pytest.param('on_inconclusive = "fail"', "max_drop = 0.02", "inconclusive", 1, id="as a failure"),
        pytest.param('on_inconclusive = "pass"', "max_drop = 0.02", "inconclusive", 0, id="as a pass"),
        pytest.param('on_inconclusive = "warn"', "max_drop = 0.02", "inconclusive", 0, id="as a warning"),
        pytest.param('level = "point"', "max_drop = 0.02", "pass", 0, id="by the point alone, on the margin"),
        pytest.param("", 'max_drop = 0.019\nlevel = "point"', "fail", 1, id="by this rule's point alone, beyond it"),
    ],
)
def test_what_evidence_that_does_not_decide_counts_as(thresher, tmp_path, base, head, rule, verdict, code):
    new = scored(tmp_path, "new", right([0] * 20 + GOOD[20:]))

    ran = gate(thresher, new, base, limits(tmp_path, f'metric = "exact_match"\n{rule}', head=head), "--json")

    assert (ran.code, ran.json["limits"][0]["verdict"]) == (code, verdict)
    assert bool(ran.json["warnings"]) == ("warn" in head)


@pytest.mark.parametrize(
    ("setting", "said", "junit", "word"),
    [
        pytest.param("inconclusive", "inconclusive", "errors", "", id="as it is"),
        pytest.param("fail", "fail", "failures", "counts as fail", id="as a failure"),
        pytest.param("pass", "pass", "skipped", "counts as pass", id="as a pass"),
        pytest.param("warn", "pass", "skipped", "counts as pass", id="as a warning"),
    ],
)
def test_every_form_of_a_verdict_says_what_an_undecided_rule_counts_as(thresher, tmp_path, base, setting, said, junit, word):  # fmt: skip
    """A service that reads JUnit turns a job red for a failure and for an error: as the exit code does, and no other."""
    new = scored(tmp_path, "new", right([0] * 20 + GOOD[20:]))
    rules = 'metric = "exact_match"\nmax_drop = 0.5\n\nmetric = "exact_match"\nmax_drop = 0.02'
    config, out = limits(tmp_path, rules, head=f'on_inconclusive = "{setting}"'), tmp_path / "gate"

    ran = gate(thresher, new, base, config, "--out", out)
    thresher("report", out, "--output", tmp_path / "r.html", "--junit", out / "r.xml", "--markdown", out / "r.md", "-q")

    aside = f" ({word})" if word else ""
    assert ran.out.splitlines()[-1] == f"{said}: 1 pass, 1 inconclusive{aside} of 2 rules"
    for path in (out / "junit.xml", out / "r.xml"):
        counts = ElementTree.parse(path).getroot().attrib
        assert [name for name in ("errors", "failures", "skipped") if counts[name] != "0"] == [junit]
    assert word in (out / "summary.md").read_text()
    assert f"| inconclusive{f', {word}' if word else ''} |" in (out / "r.md").read_text()


def test_clusters_are_drawn_whole(thresher, tmp_path):
    families = {"cluster": lambda n: f"c{n // 10}"}
    base = scored(tmp_path, "base", right([1] * 300 + [0] * 300, **families))
    new = scored(tmp_path, "new", right([0] * 20 + [1] * 280 + [0] * 300, **families))
    alone = [
        scored(tmp_path, name, right(flags))
        for name, flags in (("b", [1] * 300 + [0] * 300), ("n", [0] * 20 + [1] * 280 + [0] * 300))
    ]

    together = gate(thresher, new, base, limits(tmp_path), "--json").json["limits"][0]
    apart = gate(thresher, alone[1], alone[0], limits(tmp_path), "--json").json["limits"][0]

    assert (together["n"], together["units"]) == (600, 60)
    assert ",clusters," in together["signature"]
    assert together["interval"][1] - together["interval"][0] > 1.5 * (apart["interval"][1] - apart["interval"][0])


def test_a_jump_that_is_too_good_warns(thresher, tmp_path, base):
    new = scored(tmp_path, "new", right([1] * 1000, **AREAS))

    ran = gate(thresher, new, base, limits(tmp_path))

    assert ran.code == 0
    assert "too good; look for a broken extractor" in ran.out


def test_tainted_items_get_a_second_line(thresher, tmp_path, jsonl):
    base = scored(tmp_path, "base", right([1] * 500 + [0] * 500))
    new = scored(tmp_path, "new", right([0] * 60 + [1] * 440 + [1] * 60 + [0] * 440))
    tainted = jsonl([{"suite": "s", "id": f"q{n:04d}", "rule": "ngram"} for n in range(500, 560)], "tainted.jsonl")

    ran = gate(thresher, new, base, limits(tmp_path), "--tainted", tainted)
    told = gate(thresher, new, base, limits(tmp_path), "--tainted", tainted, "--json").json

    assert told["limits"][0]["without_tainted"]["verdict"] == "fail"
    assert told["tainted"] | {"ids": []} == {"listed": 60, "items": 60, "of": 1000, "ids": []}
    assert "exact_match max_drop without tainted items: fail" in ran.out
    assert any("without them" in text for text in told["warnings"])


@pytest.mark.parametrize("rule", ["max_drop = 0.05", 'max_drop = 0.05\nslice = "area=a"'])
def test_where_all_items_are_tainted_there_is_a_verdict_all_the_same(thresher, tmp_path, jsonl, base, rule):
    tainted = jsonl([{"suite": "s", "id": f"q{n:04d}", "rule": "ngram"} for n in range(1000)], "tainted.jsonl")
    rules = limits(tmp_path, f'metric = "exact_match"\n{rule}')

    ran = gate(thresher, base, base, rules, "--tainted", tainted, "--out", tmp_path / "verdict")
    told = json.loads((tmp_path / "verdict" / "verdict.json").read_bytes())

    assert ran.code == 0
    assert told["limits"][0]["without_tainted"]["n"] == 0
    assert "without tainted items: nothing is left" in ran.out
    assert any("all of its items are tainted" in text for text in told["warnings"])
    assert thresher("report", tmp_path / "verdict", "--output", tmp_path / "page.html").code == 0
    assert "nothing is left without them" in (tmp_path / "page.html").read_text()


def test_bounds_stay_within_what_the_metric_can_be(thresher, tmp_path):
    labels = [row | {"prediction": row["reference"]} for row in right([1] * 40)]
    rules = limits(tmp_path, 'metric = "f1:macro"\nmin_value = 0.9')

    ran = thresher("gate", scored(tmp_path, "run", labels, "f1:macro"), "--limits", rules, "--json")

    low, high = ran.json["limits"][0]["interval"]
    assert 0 <= low < high == 1


def test_a_committed_baseline_has_no_texts_to_review(thresher, tmp_path, base):
    new = scored(tmp_path, "new", right([0] * 22 + GOOD[22:], **AREAS))
    thresher("gate", base, "--accept", tmp_path / "prod.jsonl")

    ran = gate(thresher, new, tmp_path / "prod.jsonl", limits(tmp_path), "--json")

    steps = " ".join(ran.json["limits"][0]["next"])
    assert ran.code == 3
    assert "read the 22 items" in steps
    assert "thresher review" not in steps
