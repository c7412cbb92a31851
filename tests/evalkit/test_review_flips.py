"""The rows that a review shows of two runs are the flips of the gate, empty answers among them."""

from __future__ import annotations

import json
import shlex

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


def hinted(ran):
    """Return the words of the command, or of the flags, that a hint names."""
    assert ran.code == 2
    hint = ran.err.rpartition("hint: ")[2].partition(" shows what")[0].strip()
    return shlex.split(hint.removeprefix("thresher "))


def test_where_a_metric_shows_no_flips_the_hint_names_one_that_does(thresher, tmp_path):
    """Oracle: the hint, taken."""
    before = right([1] * 10)
    after = [row | ({"prediction": "yes indeed"} if n < 3 else {}) for n, row in enumerate(before)]
    base, new = (scored(tmp_path, name, own, "contains,token_f1,bleu") for name, own in (("a", before), ("b", after)))

    none = thresher("review", new, "--flips", base, "--metric", "contains")
    shown = thresher("review", new, "--flips", base, *hinted(none), "--json")
    same = thresher("review", base, "--flips", base, "--metric", "contains")

    assert "differs by contains; rows differ by token_f1" in none.err
    assert (shown.code, shown.json["lost"]) == (0, 3)
    assert "nor by another metric that both have" in same.err
    assert thresher(*hinted(same)).code == 0


@pytest.mark.parametrize(
    ("ours", "theirs", "asked"),
    [
        pytest.param("bleu,exact_match", "bleu", None, id="the base lacks the one that there is"),
        pytest.param("bleu", "bleu,exact_match", None, id="the candidate lacks the one that there is"),
        pytest.param(
            "token_f1", "token_f1,exact_match", "exact_match", id="the candidate lacks the one that was named"
        ),
    ],
)
def test_a_metric_that_one_run_lacks_is_one_to_score_it_by(thresher, tmp_path, ours, theirs, asked):
    """Oracle: the hint, taken, and the review asked for again."""
    new, base = scored(tmp_path, "new", right([0, 1, 1]), ours), scored(tmp_path, "base", right([1, 1, 1]), theirs)
    named = [] if asked is None else ["--metric", asked]

    refused = thresher("review", new, "--flips", base, *named)
    again = thresher(*hinted(refused))
    shown = thresher("review", new, "--flips", base, *named, "--json")

    assert again.code == 0
    assert (shown.code, shown.json["metric"], shown.json["lost"]) == (0, "exact_match", 1)


def test_one_of_several_metrics_is_to_be_named(thresher, tmp_path):
    marks = {"base": [1, 1], "new": [0, 1]}
    base, new = (scored(tmp_path, name, right(flags), "exact_match,token_f1") for name, flags in marks.items())

    refused = thresher("review", new, "--flips", base)

    assert thresher("review", new, "--flips", base, *hinted(refused)).code == 0


@pytest.mark.parametrize(("moved", "flag"), [("new", "--predictions"), ("base", "--against")])
def test_predictions_of_either_run_may_have_moved(thresher, tmp_path, moved, flag):
    base, new = (scored(tmp_path, name, right(flags)) for name, flags in (("base", [1, 1]), ("new", [0, 1])))
    (tmp_path / f"{moved}.jsonl").rename(tmp_path / "elsewhere.jsonl")

    refused = thresher("review", new, "--flips", base)
    shown = thresher("review", new, "--flips", base, flag, tmp_path / "elsewhere.jsonl")

    assert hinted(refused) == [flag, "FILE"]
    assert shown.code == 0
    assert [answer["text"] for answer in payload(new / "flips.html")["items"][0]["answers"]] == ["yes", "no"]


def test_predictions_that_changed_are_scored_again_by_the_command_that_is_named(thresher, tmp_path):
    base, new = (scored(tmp_path, name, right(flags)) for name, flags in (("base", [1, 1]), ("new", [0, 1])))
    file = tmp_path / "base.jsonl"
    file.write_text(file.read_text().replace("question 1", "the question"))

    refused = thresher("review", new, "--flips", base)

    assert "it was changed" in refused.err
    assert thresher(*hinted(refused)).code == 0
    assert thresher("review", new, "--flips", base).code == 0


def test_the_next_step_of_a_page_takes_its_ratings_back(thresher, tmp_path):
    """Oracle: the command that is printed, with a file in the place of FILE: metric and questions are the same."""
    run = scored(tmp_path, "run", right([1, 0, 1]))
    own = tmp_path / "own rubric.toml"
    own.write_text('name = "own"\n[[criteria]]\nname = "kind"\nquestion = "Kind?"\nlevels = ["no", "yes"]\n')
    for flags, question in ((["--metric", "exact_match"], "good"), (["--rubric", own], "kind")):
        told = thresher("review", run, *flags).out.rpartition("then: ")[2].split("\n")[0]
        lines = [json.dumps({"id": f"q000{n}", "rater": "anna", "grades": {question: 1}}) for n in range(3)]
        (tmp_path / "anna.jsonl").write_text("\n".join(lines))

        taken = thresher(*shlex.split(told.replace("FILE", str(tmp_path / "anna.jsonl")))[1:], "--json")

        assert taken.code == 0
        assert taken.json["metric"] == ("exact_match" if question == "good" else None)
