"""The rows that a review shows of two runs are the flips of the gate, empty answers among them."""

from __future__ import annotations

import pytest

from tests.evalkit.gate.runs import gate, limits, right, scored
from tests.evalkit.test_review import payload


@pytest.mark.parametrize(
    ("was", "now"),
    [
        pytest.param("no", "", id="that became empty"),
        pytest.param("yes", " \n", id="that became white space"),
        pytest.param("", "yes", id="that was empty"),
    ],
)
@pytest.mark.parametrize(
    ("metric", "worse", "better"),
    [("exact_match", "right_to_wrong", "wrong_to_right"), ("token_f1", "worse", "better")],
)
def test_an_empty_answer_is_a_flip_as_the_gate_counts_it(thresher, tmp_path, was, now, metric, worse, better):
    """Oracle: the flips of the gate's verdict on the same two runs."""
    before, after = right([1] * 39 + [0]), right([1] * 6 + [0] * 2 + [1] * 32)
    for n in range(6):
        before[n]["prediction"] = was if n < 3 else "yes"
        after[n]["prediction"] = now
    base, new = scored(tmp_path, "base", before, metric), scored(tmp_path, "new", after, metric)

    ran = gate(thresher, new, base, limits(tmp_path, f'metric = "{metric}"\nmax_drop = 0.02'), "--json")
    found = thresher("review", new, "--flips", base, "--metric", metric, "--json").json

    told = ran.json["flips"][metric]["baseline"]["ids"]
    assert (found["lost"], found["won"]) == (len(told[worse]), len(told[better]))
    assert [one["id"] for one in payload(new / "flips.html")["items"]] == [*told[worse], *told[better]]


def test_an_empty_answer_stands_beside_the_one_that_was_right(thresher, tmp_path):
    base, silent = scored(tmp_path, "base", right([1] * 4)), right([1] * 4)
    silent[2]["prediction"] = ""
    new = scored(tmp_path, "new", silent)

    assert thresher("review", new, "--flips", base, "--metric", "exact_match").code == 0

    (item,) = payload(new / "flips.html")["items"]
    assert (item["id"], item["remark"]) == ("q0002", "exact_match: 1 → 0")
    assert [answer["text"] for answer in item["answers"]] == ["yes", ""]


def test_every_row_that_changed_is_on_the_page_or_it_says_how_many_are(thresher, tmp_path):
    base, new = (scored(tmp_path, name, right(marks)) for name, marks in (("base", [1] * 200), ("new", [0] * 200)))
    other = scored(tmp_path, "other", right([0] * 50 + [1] * 150))

    every = thresher("review", new, "--flips", base, "--metric", "exact_match")
    assert len(payload(new / "flips.html")["items"]) == 200
    assert "200 rows, the losses first" in every.out
    half = scored(tmp_path, "half", right([1] * 50 + [0] * 150))
    some = thresher("review", half, "--flips", other, "--metric", "exact_match", "--sample", 40)
    told = payload(half / "flips.html")

    assert [one["remark"][-1] for one in told["items"]] == ["0"] * 30 + ["1"] * 10
    assert told["title"] == "half after other: 40 of the 200 rows that changed"
    assert "40 of the 200 rows (without --sample: all)" in some.out
