"""The tables of items: an empty answer is a wrong one there too, as the gate counts it."""

from __future__ import annotations

from reports.scores.answers import answers_of
from reports.scores.items import flip_table, run_table
from tests.evalkit.gate.runs import limits, right, scored


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


def test_an_empty_answer_is_wrong_in_the_table_of_one_run(tmp_path):
    run = scored(tmp_path, "run", silenced(right([1] * 10), {7}))

    frame = run_table("x", answers_of(run, ["exact_match"]), texts=True).frame

    assert (frame["id"][0], frame["value exact_match"][0]) == ("q0007", "wrong")
