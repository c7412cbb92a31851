"""The tables of items: an empty answer is a wrong one there too, as the gate counts it."""

from __future__ import annotations

import base64
import gzip
import json
import re

import pytest

from reports.scores.answers import answers_of
from reports.scores.items import flip_table, run_table
from tests.evalkit.gate.runs import gate, limits, right, scored


def silenced(rows, which):
    return [row | ({"prediction": ""} if n in which else {}) for n, row in enumerate(rows)]


def test_answers_that_became_empty_are_flips_as_those_that_became_wrong(thresher, tmp_path):
    """Oracle: the gate's count."""
    base = scored(tmp_path, "base", silenced(right([1] * 50 + [0] * 10), {55}))
    new = scored(tmp_path, "new", silenced(right([0] * 2 + [1] * 48 + [0] * 10), {10, 11, 12, 55, 56}))
    rules = limits(tmp_path, 'metric = "exact_match"\nmax_drop = 0.5')

    told = thresher("gate", new, "--baseline", base, "--limits", rules, "--json").json["flips"]["exact_match"]
    table = flip_table("x", *(answers_of(run, ["exact_match"]) for run in (base, new)), ["exact_match"], texts=True)

    assert table.frame["flip exact_match"].to_list().count("right to wrong") == told["baseline"]["right_to_wrong"] == 5
    assert set(table.frame["id"][:5]) == {"q0000", "q0001", "q0010", "q0011", "q0012"}
    assert table.frame["flip exact_match"].null_count() == 0


@pytest.mark.parametrize("instead", [pytest.param({"prediction": ""}, id="empty"), pytest.param({"prediction": None, "fault": "timed_out"}, id="failed")])  # fmt: skip
def test_a_verdicts_page_names_the_flips_that_the_verdict_counted(thresher, tmp_path, instead):
    """A failed request that the verdict let count, and a metric that is no right or wrong. Oracle: the gate's counts."""
    rows = right([1] * 50 + [0] * 10)
    base = scored(tmp_path, "base", rows, "exact_match,token_f1")
    lost = [row | (instead if n in {10, 11, 12, 55} else {}) for n, row in enumerate(rows)]
    new = scored(tmp_path, "new", lost, "exact_match,token_f1")
    rules = limits(tmp_path, 'metric = "exact_match"\nmax_drop = 0.5\n\nmetric = "token_f1"\nmax_drop = 0.5')

    told = gate(thresher, new, base, rules, "--allow-missing", "--json", "--out", tmp_path / "gate").json["flips"]
    thresher("report", tmp_path / "gate", base, new, "--output", tmp_path / "report.html", "-q")

    flips = shown((tmp_path / "report.html").read_text(encoding="utf-8"))
    assert flips["flip exact_match"].count("right to wrong") == told["exact_match"]["baseline"]["right_to_wrong"] == 3
    assert flips["flip token_f1"].count("worse") == told["token_f1"]["baseline"]["worse"] == 3
    assert flips["id"][:3] == ["q0010", "q0011", "q0012"]


def shown(html):
    """Return the columns of the items on a page, read by Python's own libraries."""
    (text,) = re.findall(r'id="[a-z0-9]+-items-data">([^<]+)<', html)
    told = json.loads(gzip.decompress(base64.b64decode(text.split("\n")[0])))["columns"]
    words = {one["name"]: [*one.get("words", ()), None] for one in told}
    return {one["name"]: one.get("values") or [words[one["name"]][code] for code in one["codes"]] for one in told}


def test_an_empty_answer_is_wrong_in_the_table_of_one_run(tmp_path):
    run = scored(tmp_path, "run", silenced(right([1] * 10), {7}))

    frame = run_table("x", answers_of(run, ["exact_match"]), texts=True).frame

    assert (frame["id"][0], frame["value exact_match"][0]) == ("q0007", "wrong")
