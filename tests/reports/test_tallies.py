"""What a headline and its sentences count is what the figures under them count."""

from __future__ import annotations

import re
from itertools import product

import pytest

from tests.evalkit.gate.runs import right, scored
from tests.reports.scored import gated

RULES = {
    "pass": 'metric = "exact_match"\nmax_drop = 0.2',
    "fail": 'metric = "exact_match"\nmin_value = 0.95',
    "inconclusive": 'metric = "exact_match"\nmax_drop = 0.02',
}
WAIVER = '[[waivers]]\nrule = "exact_match min_value"\nreason = "r"\nwho = "mara"\nuntil = 2999-01-01\n'


def figures(page, part):
    """Return the figures of a part of a page by their words."""
    html = re.search(r'<section class="verdict.*?<dl class="figures">(.*?)</dl>', page.html[part:], re.DOTALL)[1]
    return {word: int(number) for word, number in re.findall(r"<dt>(.*?)</dt><dd>(\d+)</dd>", html)}


def numbers(text, words):
    """Return the first number of each sentence that says some words."""
    return [int(found) for found in re.findall(rf"(\d+)(?: of \d+ rules?| rules?)? {words}", text)]


@pytest.mark.parametrize("on", ["inconclusive", "fail", "pass", "warn"])
@pytest.mark.parametrize("waived", [False, True])
def test_the_figures_of_a_verdict_are_what_its_sentences_say(thresher, page, tmp_path, on, waived):
    """Every set of rules that hold, fail and are undecided, by what an undecided one counts as, and with a waiver."""
    (tmp_path / "waivers.toml").write_text(WAIVER)
    for held, failed, open_ in product((0, 1), repeat=3):
        said = [name for name, has in zip(RULES, (held, failed, open_), strict=True) if has]
        if not said or (waived and not failed):
            continue
        head = f'on_inconclusive = "{on}"' + ('\nwaivers = "waivers.toml"' if waived else "")
        flags = ([0] * 40 + [1] * 360, [0] * 46 + [1] * 354)
        gate = gated(thresher, tmp_path, *flags, rules="\n\n".join(RULES[name] for name in said), head=head)
        assert thresher("report", gate, "--output", tmp_path / "report.html", "-q").code == 0
        seen = page(tmp_path / "report.html")
        lead = re.search(r'<p class="lead">(.*?)</p>', seen.html, re.DOTALL)[1]

        told = figures(seen, 0)
        parts = {name: told.get(name, 0) for name in ("hold", "fail", "undecided", "do not count")}

        let = open_ if on in ("pass", "warn") else 0
        assert parts == {
            "hold": held,
            "fail": failed - waived,
            "undecided": open_ - let,
            "do not count": waived + let,
        }
        assert told["rules"] == sum(parts.values()) == len(said)
        assert sum(numbers(lead, "(?:does|do) not hold")) == parts["fail"]
        assert sum(numbers(lead, "(?:is|are) undecided(?:,|\\.)")) == parts["undecided"]
        assert (
            sum(numbers(lead, "(?:did not hold|is undecided|are undecided) and do(?:es)? not")) == parts["do not count"]
        )
        assert ("counts as a fail" in lead) == (on == "fail" and bool(open_))


@pytest.mark.parametrize(
    ("new", "metrics", "headline", "told"),
    [
        pytest.param({}, "exact_match,length", "No difference that is sure",
                     {"metrics": 1, "worse": 0, "better": 0, "unsure": 1, "behaviour": 1}, id="as good"),
        pytest.param({"wrong": 80}, "exact_match,length,contains", "2 of 2 metrics worse",
                     {"metrics": 2, "worse": 2, "better": 0, "unsure": 0, "behaviour": 1}, id="worse, and behaviour"),
        pytest.param({"wrong": 80}, "exact_match,json_schema", "Worse",
                     {"metrics": 1, "worse": 1, "better": 0, "unsure": 0, "not compared": 1}, id="one cannot be"),
        pytest.param({"wrong": 80}, "length,empty", "Behaviour moved: 1 of 2 metrics",
                     {"metrics": 0, "worse": 0, "better": 0, "unsure": 0, "behaviour": 2}, id="behaviour alone"),
        pytest.param({"fault": 100}, "exact_match", "No metric could be compared",
                     {"metrics": 0, "worse": 0, "better": 0, "unsure": 0, "not compared": 1}, id="all failed"),
    ],
)  # fmt: skip
def test_the_figures_of_a_comparison_are_what_its_headline_says(thresher, page, tmp_path, new, metrics, headline, told):
    rows = right([0] * new.get("wrong", 0) + [1] * (100 - new.get("wrong", 0)))
    for row in rows[: new.get("fault", 0)]:
        row |= {"prediction": None, "fault": "timed_out"}
    runs = [scored(tmp_path, name, own, metrics) for name, own in (("base", right([1] * 100)), ("new", rows))]

    assert thresher("report", *runs, "--output", tmp_path / "report.html", "-q").code == 0

    seen = page(tmp_path / "report.html")
    assert f'<h1 id="comparison1-verdict">{headline}</h1>' in seen.html
    assert figures(seen, seen.html.index('id="comparison1"')) == {"items": 100} | told
