"""The page of a verdict: pass, fail or inconclusive in words, and the numbers behind every rule."""

from __future__ import annotations

import json
import re

import pytest

from tests.reports.scored import gated


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        pytest.param(40, ("pass", "The candidate may ship", "The only rule holds."), id="as good"),
        pytest.param(160, ("fail", "The candidate may not ship", "1 of 1 rule does not hold."), id="worse"),
        pytest.param(46, ("inconclusive", "The evidence does not decide", "is undecided"), id="a hair worse"),
    ],
)
def test_the_verdict_stands_first_and_in_words(thresher, page, tmp_path, wrong, told):
    gate = gated(thresher, tmp_path, [0] * 40 + [1] * 360, [0] * wrong + [1] * (400 - wrong))

    thresher("report", gate, "--output", tmp_path / "report.html", "-q")

    seen = page(tmp_path / "report.html")
    said, headline, decided = told
    assert f"gate of new {said} {headline} " in seen.text
    assert decided in seen.text
    assert seen.text.index(headline) < seen.text.index("Base against candidate")


def test_a_rule_has_all_its_numbers(thresher, page, tmp_path):
    """Oracle: 40 and 160 wrong of 400 are 90.00% and 60.00%; 120 flips, all one way."""
    gate = gated(thresher, tmp_path, [0] * 40 + [1] * 360, [0] * 160 + [1] * 240)
    row = json.loads((gate / "verdict.json").read_bytes())["limits"][0]

    thresher("report", gate, "--output", tmp_path / "report.html", "-q")

    text = page(tmp_path / "report.html").text
    assert "baseline90.00% candidate60.00% difference−30.00 pp" in text
    low, high = (f"−{-100 * bound:.2f}" for bound in row["interval"])
    assert f"interval{low} to {high} pp" in text
    assert "line at−2.00 pp n400" in text
    assert f"could show{100 * row['smallest_detectable']:.2f} pp" in text
    assert "exact_match may get worse by at most 2.00 pp, held against baseline." in text
    assert "exact_matchagainst baseline; right to wrong, and wrong to right1200" in text


POINT, LINE = "looks? at (the|its) dot alone", "fails where all of it lies inside"


@pytest.mark.parametrize(
    ("rules", "told", "untold"),
    [
        pytest.param("", [LINE, "p, adjusted"], [POINT, "Holm", "level"], id="confident"),
        pytest.param('level = "point"', [POINT, "level point", "p 0"], [LINE, "p, adjusted"], id="point"),
        pytest.param(
            'level = "point"\n\nmetric = "exact_match"\nmax_drop = 0.2', [LINE, POINT, "level point"], [], id="both"
        ),
    ],
)
def test_how_rules_are_decided_is_told_as_it_was(thresher, page, tmp_path, rules, told, untold):
    rule = f'metric = "exact_match"\nmax_drop = 0.02\n{rules}'
    gate = gated(thresher, tmp_path, [0] * 40 + [1] * 360, [0] * 60 + [1] * 340, rules=rule)

    thresher("report", gate, "--output", tmp_path / "report.html", "-q")

    html = re.sub(r"<[^>]+>\s*", " ", page(tmp_path / "report.html").html)
    text = " ".join(html.replace("&#34;", '"').split())
    assert [words for words in told if not re.search(words, text)] == []
    assert [words for words in untold if re.search(words, text)] == []


def test_a_rule_that_only_several_rules_leave_undecided_is_told(thresher, page, tmp_path):
    """Thirteen of 400 got wrong: beyond a line at -0.018 by itself, and not as one of four rules."""
    rule = 'metric = "exact_match"\nmax_drop = {}'
    rules = "\n\n".join(rule.format(margin) for margin in (0.018, 0.3, 0.4, 0.5))
    gate = gated(thresher, tmp_path, [0] * 42 + [1] * 358, [0] * 55 + [1] * 345, rules=rules)

    thresher("report", gate, "--output", tmp_path / "report.html", "-q")

    row = json.loads((gate / "verdict.json").read_bytes())["limits"][0]
    assert (row["verdict"], row["interval"][1] < row["line"]["at"]) == ("inconclusive", True)
    told = "1 rule lies inside with the whole line and is undecided: alone it would fail, and Holm's correction"
    assert told in page(tmp_path / "report.html").text


def test_slices_stand_by_how_sure_they_are_and_the_page_says_so(thresher, page, tmp_path):
    """A drop of 30 points of ten items is less sure than one of 15 points of 390."""
    base, new = [1] * 400, [0] * 3 + [1] * 7 + [0] * 58 + [1] * 332
    gate = gated(thresher, tmp_path, base, new, slices=lambda n: {"area": "few" if n < 10 else "many"})

    thresher("report", gate, "--output", tmp_path / "report.html", "-q")

    text = page(tmp_path / "report.html").text
    assert "most surely beyond their rule's line stand first, by p value" in text
    assert text.index("exact_match on area=many") < text.index("exact_match on area=few")


def test_an_undecided_rule_says_what_to_do(thresher, page, tmp_path):
    gate = gated(thresher, tmp_path, [0] * 10 + [1] * 90, [0] * 12 + [1] * 88)

    thresher("report", gate, "--output", tmp_path / "report.html", "-q")

    text = page(tmp_path / "report.html").text
    assert "What to do, cheapest first:" in text
    assert "gate on a finer metric: token_f1" in text
    assert "items would decide; there are 100." in text


def test_a_rule_on_the_line_is_not_told_to_take_fewer_items(thresher, page, tmp_path):
    gate = gated(thresher, tmp_path, [0] * 40 + [1] * 360, [0] * 46 + [1] * 354)

    thresher("report", gate, "--output", tmp_path / "report.html", "-q")

    text = page(tmp_path / "report.html").text
    assert "raise the margin, or take more items" in text
    assert "items would decide" not in text


def test_a_waiver_and_tainted_items_are_told(thresher, page, tmp_path, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1790000000")
    (tmp_path / "waivers.toml").write_text(
        '[[waivers]]\nrule = "exact_match max_drop"\nreason = "12 <b>wrong</b> references"\nwho = "mara"\nuntil = 2099-01-31\n'
    )
    (tmp_path / "tainted.jsonl").write_text(
        '{"suite":"s","id":"q0000","rule":"exact","score":1.0,"source":"a","line":1}\n'
    )
    gate = gated(
        thresher, tmp_path, [0] * 40 + [1] * 360, [0] * 160 + [1] * 240,
        head='waivers = "waivers.toml"', flags=("--tainted", tmp_path / "tainted.jsonl"),
    )  # fmt: skip

    thresher("report", gate, "--output", tmp_path / "report.html", "-q")

    text = page(tmp_path / "report.html").text
    assert "The candidate may ship" in text
    assert "1 rule did not hold and does not count." in text
    assert "Waived until 2099-01-31 by mara: 12 <b>wrong</b> references" in text
    assert "Without tainted items: fail, −30.08 pp" in text
    assert "1 of 400 items stand in training rows" in text
    assert f"--tainted {tmp_path / 'tainted.jsonl'} --waivers {tmp_path / 'waivers.toml'} --out NEW_DIR" in text
    inputs = [one["path"] for one in json.loads((gate / "manifest.json").read_bytes())["inputs"]]
    assert inputs[-2:] == [str(tmp_path / "tainted.jsonl"), str(tmp_path / "waivers.toml")]


def test_rules_without_a_baseline_and_ratios(thresher, page, tmp_path):
    rules = 'metric = "exact_match"\nmin_value = 0.5\n\nmetric = "exact_match"\nmax_ratio = 1.2'
    gate = gated(thresher, tmp_path, [0] * 100 + [1] * 300, [0] * 100 + [1] * 300, rules=rules)

    thresher("report", gate, "--output", tmp_path / "report.html", "-q")

    text = page(tmp_path / "report.html").text
    assert "exact_match has to be at least 50.00%." in text
    assert "exact_match may be at most 1.2 times the baseline, held against baseline." in text
    assert "ratio×1.000" in text


def test_suites_stand_below_the_task(thresher, page, tmp_path):
    """A model that got better at its task and forgot arithmetic: one dot above, one below."""
    names = ("task", "arithmetic")
    gate = gated(
        thresher, tmp_path, [1] * 400, [n % 2 for n in range(400)],
        slices=lambda n: {"suite": names[1]}, rules='metric = "exact_match"\nmax_drop = 0.02\nslice = "suite"',
    )  # fmt: skip

    thresher("report", gate, "--output", tmp_path / "report.html", "-q")

    text = page(tmp_path / "report.html").text
    assert "arithmetic: exact_match100.00%50.00%−50.00 ppworse400" in text


def test_with_the_runs_the_flips_have_their_texts(thresher, page, tmp_path):
    gate = gated(thresher, tmp_path, [1] * 200, [0] * 3 + [1] * 197)

    alone = thresher("report", gate, "--output", tmp_path / "alone.html", "--json").json
    rich = thresher(
        "report", gate, tmp_path / "new", tmp_path / "base", "--output", tmp_path / "rich.html", "--json"
    ).json

    assert [one["kind"] for one in alone["runs"]] == ["verdict"]
    assert [one["kind"] for one in rich["runs"]] == ["verdict", "scores", "scores"]
    assert "q0000, q0001, q0002" in page(tmp_path / "alone.html").text
    seen = page(tmp_path / "rich.html")
    assert [one["id"] for one in seen.named("script") if "id" in one] == ["verdict1-items-data"]
    assert "They stand beside those of the other run" in seen.text
    ids = [attributes["id"] for _, attributes in seen.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert {str(link["href"])[1:] for link in seen.named("a")} <= set(ids)


def test_the_same_bytes_twice(thresher, tmp_path):
    gate = gated(thresher, tmp_path, [1] * 100, [0] * 9 + [1] * 91)
    given = (gate, tmp_path / "new", tmp_path / "base")

    for name in ("a.html", "b.html"):
        thresher("report", *given, "--output", tmp_path / name, "-q")

    assert (tmp_path / "a.html").read_bytes() == (tmp_path / "b.html").read_bytes()


def test_a_changed_verdict_is_refused(thresher, tmp_path):
    gate = gated(thresher, tmp_path, [1] * 100, [1] * 100)
    text = (gate / "verdict.json").read_text()
    (gate / "verdict.json").write_text(text.replace('"fail"', '"pass"').replace("0.02", "0.2"))

    ran = thresher("report", gate, "--output", tmp_path / "report.html")

    assert ran.code == 2
    assert "was changed" in ran.err
