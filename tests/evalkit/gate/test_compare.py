"""``thresher compare``: what changed first, then what moved; nothing is left out in silence."""

from __future__ import annotations

import json

import pytest

from tests.evalkit.gate.runs import right, scored

GOOD = [1] * 300 + [0] * 100
AREAS = {"slices": lambda n: {"area": "ab"[n % 2]}}


@pytest.fixture
def runs(tmp_path):
    return scored(tmp_path, "base", right(GOOD, **AREAS)), scored(
        tmp_path, "new", right([0] * 40 + GOOD[40:-5] + [1] * 5, **AREAS)
    )


def test_differences_and_flips(thresher, runs):
    told = thresher("compare", *runs, "--format", "json").json

    row = told["metrics"][0]
    assert (row["metric"], row["base"], row["candidate"], row["difference"]) == ("exact_match", 0.75, 0.6625, -0.0875)
    assert row["interval"][0] < -0.0875 < row["interval"][1]
    assert row["test"]["p_value"] < 1e-6
    assert told["flips"]["exact_match"]["right_to_wrong"] == 40
    assert told["flips"]["exact_match"]["ids"]["wrong_to_right"] == [f"q{n:04d}" for n in range(395, 400)]
    assert [one["slice"] for one in told["slices"]] == ["area=a", "area=b"]


def test_right_to_wrong_stands_first(thresher, runs):
    out = thresher("compare", *runs).out

    assert "nothing that is known of both runs differs" in out
    assert 0 < out.index("right to wrong: 40") < out.index("wrong to right: 5") < out.index("slices, worst first")


def test_what_changed_opens(thresher, runs):
    base, new = runs
    for folder, temperature in ((base, 0), (new, 1)):
        manifest = json.loads((folder / "manifest.json").read_bytes())
        manifest |= {"model": {"name": f"m{temperature}"}, "generation": {"temperature": temperature}}
        manifest["versions"] = {"polars": f"2.{temperature}"}
        (folder / "manifest.json").write_text(json.dumps(manifest))

    told = thresher("compare", base, new, "--json").json["changed"]
    out = thresher("compare", base, new).out

    assert {(one["key"], one["base"], one["candidate"]) for one in told} == {
        ("model.name", "m0", "m1"), ("generation.temperature", 0, 1), ("versions.polars", "2.0", "2.1"),
    }  # fmt: skip
    assert out.index("model.name: m0 -> m1") < out.index("exact_match")


def test_other_items_and_other_signatures_are_said(thresher, tmp_path, jsonl):
    rows = right(GOOD[200:])
    jsonl(rows, "a.jsonl")
    jsonl(rows[:150], "b.jsonl")
    for name, case in (("a", "true"), ("b", "false")):
        asked = ("--metrics", "exact_match,bleu", "--set", f"bleu.lowercase={case}")
        thresher("score", tmp_path / f"{name}.jsonl", *asked, "--out", tmp_path / name)

    told = thresher("compare", tmp_path / "a", tmp_path / "b", "--json").json

    assert told["items"] == 150
    assert "different rules" in told["not_compared"]["bleu"]
    assert {one["section"] for one in told["changed"]} == {"data", "items", "config", "signatures"}
    assert [one["metric"] for one in told["metrics"]] == ["exact_match"]


def unspaced(tmp_path, name, nats):
    """Return a run of Chinese references of so many nats each, and of English ones; of the latter a word costs 2."""
    rows = [
        {"id": str(n), "prediction": "a", "slices": {"lang": ("en", "zh")[n % 2]}}
        | {"reference": "字" * 300 if n % 2 else "a b c d", "logprobs": {"sum": -nats if n % 2 else -8.0, "tokens": 4}}
        for n in range(40)
    ]
    return scored(tmp_path, name, rows, "perplexity:word,perplexity:bits_per_byte")


@pytest.mark.filterwarnings("error")
def test_values_that_are_no_numbers_are_not_compared_and_why(thresher, tmp_path):
    old, new = unspaced(tmp_path, "old", 1200.0), unspaced(tmp_path, "new", 2000.0)
    part = unspaced(tmp_path, "part", 700.0)  # 142 nats a word in all, 700 in Chinese

    told = thresher("compare", old, new, "--json").json
    sliced = thresher("compare", part, part, "--json").json
    page = thresher("report", old, new, "--output", tmp_path / "r.html", "-q")

    assert [one["metric"] for one in told["metrics"]] == ["perplexity:bits_per_byte"]
    assert "perplexity:word" not in told["flips"]
    why = told["not_compared"]["perplexity:word"]
    assert why.startswith(f"there is no difference, for perplexity:word of {old} and {new} is too large")
    assert "perplexity:bits_per_byte has a value" in why
    assert list(sliced["not_compared"]) == ["perplexity:word on lang=zh"]
    assert [one["slice"] for one in sliced["slices"] if one["metric"] == "perplexity:word"] == ["lang=en"]
    assert page.code == 0


def test_markdown_for_a_comment(thresher, runs, tmp_path):
    out = thresher("compare", *runs, "--format", "markdown", "--output", tmp_path / "c.md").out

    assert "| exact\\_match | 0.7500 | 0.6625 | -0.0875 |" in out
    assert (tmp_path / "c.md").read_text() == out


def test_runs_without_a_common_item(thresher, tmp_path, runs):
    other = scored(tmp_path, "other", [{"id": "z", "prediction": "a", "reference": "a"}])

    ran = thresher("compare", runs[0], other)

    assert ran.code == 2
    assert "no item in common" in ran.err


def test_the_same_items_by_another_name_are_no_other_data(thresher, jsonl, tmp_path):
    items = [{"id": name, "prompt": f"{name}?", "reference": name} for name in "abc"]
    answers = jsonl([{"id": name, "prediction": name} for name in "abc"], "answers.jsonl")
    for name in ("one", "two"):
        data = jsonl(items, f"{name}/items.jsonl")
        thresher("predict", "--data", data, "--model", f"replay:{answers}", "--out", tmp_path / name / "run")
        thresher("score", tmp_path / name / "run", "--metrics", "exact_match")

    ran = thresher("compare", tmp_path / "one/run", tmp_path / "two/run", "--json")

    assert ran.code == 0
    assert "data" not in {one["section"] for one in ran.json["changed"]}


def left(rows, first, last, **instead):
    """Return rows of which some have something else in place of an answer."""
    return [row | (instead if first <= n < last else {}) for n, row in enumerate(rows)]


FAILED = {"prediction": None, "fault": {"kind": "request_failed"}}


@pytest.mark.parametrize("turned", [pytest.param(False, id="the candidate's"), pytest.param(True, id="the baseline's")])
def test_failed_requests_are_left_out_of_either_run_and_said(thresher, tmp_path, turned):
    """Oracle: without those items both runs have 50 of 150 right."""
    rows = right([1] * 100 + [0] * 100, **AREAS)
    whole = scored(tmp_path, "whole", rows)
    failed = scored(tmp_path, "failed", left(rows, 0, 50, **FAILED))
    runs, who = ((failed, whole), "base") if turned else ((whole, failed), "candidate")

    told = thresher("compare", *runs, "--json").json
    shown = [thresher("compare", *runs, "--format", form).out for form in ("text", "markdown")]

    (row,), slices = told["metrics"], {one["slice"]: one for one in told["slices"]}
    assert (row["base"], row["candidate"], row["n"]) == (0.333333, 0.333333, 150)
    assert (row["left_out"], row["counted_wrong"]) == ({who: 50}, {})
    assert [slices[f"area={one}"]["left_out"] for one in "ab"] == [{who: 25}, {who: 25}]
    assert told["flips"]["exact_match"]["right_to_wrong"] == 0
    assert all(
        "without a score" in out and f"{who} 50 left out" in out and f"{who} 25 left out" in out for out in shown
    )


@pytest.mark.parametrize("turned", [pytest.param(False, id="the candidate's"), pytest.param(True, id="the baseline's")])
def test_empty_answers_count_as_wrong_in_their_slice_alone(thresher, tmp_path, turned):
    rows = right([1] * 40, slices=lambda n: {"area": "ab"[n // 20]})
    whole, silent = scored(tmp_path, "whole", rows), scored(tmp_path, "silent", left(rows, 0, 10, prediction=""))
    runs, who = ((silent, whole), "base") if turned else ((whole, silent), "candidate")

    told = thresher("compare", *runs, "--json").json

    slices = {one["slice"]: one for one in told["slices"]}
    assert (told["metrics"][0][who], told["metrics"][0]["counted_wrong"]) == (0.75, {who: 10})
    assert [slices[f"area={one}"]["counted_wrong"] for one in "ab"] == [{who: 10}, {}]
    assert f"{who} 10 counted wrong" in thresher("compare", *runs).out


def test_a_slice_that_one_run_did_not_answer_is_said(thresher, tmp_path):
    rows = right([1] * 40, slices=lambda n: {"area": "ab"[n // 20]})
    whole, failed = scored(tmp_path, "whole", rows), scored(tmp_path, "failed", left(rows, 0, 20, **FAILED))

    told = thresher("compare", whole, failed, "--json").json

    assert told["not_compared"] == {"exact_match on area=a": "no item has a score in both runs"}


def test_nothing_is_said_of_runs_that_answered_everything(thresher, runs):
    assert "without a score" not in thresher("compare", *runs).out
