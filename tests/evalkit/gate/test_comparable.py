"""What cannot be compared is refused, and an item without an answer counts as wrong."""

from __future__ import annotations

import pytest

from tests.evalkit.gate.runs import AREAS, DROPPED, GOOD, gate, limits, right, scored


def test_different_items_are_not_comparable(thresher, tmp_path, base):
    new = scored(tmp_path, "new", right(GOOD[:-2], **AREAS))

    ran = gate(thresher, new, base, limits(tmp_path))
    allowed = gate(thresher, new, base, limits(tmp_path), "--allow-missing", "--json")

    assert ran.code == 2
    assert "hold different items" in ran.err
    assert "only in" in ran.err
    assert "'q0998', 'q0999'" in ran.err
    assert allowed.json["limits"][0]["n"] == 1000
    assert any("count as wrong" in text for text in allowed.json["warnings"])


def test_a_missing_item_counts_as_wrong(thresher, tmp_path, base):
    new = scored(tmp_path, "new", right(GOOD, **AREAS)[200:])

    ran = gate(thresher, new, base, limits(tmp_path), "--allow-missing", "--json")

    assert ran.json["limits"][0]["candidate"] == 0.5
    assert ran.code == 1


@pytest.mark.parametrize("several", [False, True])
def test_a_rule_on_one_run_counts_the_items_that_only_a_baseline_has(thresher, tmp_path, several):
    """Oracle: a run with a row for each item that it lacks, which says that nobody answered it."""
    rows = right([1] * 200 + [0] * 200, **AREAS)
    base, easy = scored(tmp_path, "base", rows), scored(tmp_path, "easy", rows[:220])
    failed = [row | ({"prediction": None, "fault": "missing"} if n >= 220 else {}) for n, row in enumerate(rows)]
    whole = scored(tmp_path, "whole", failed)
    rules = limits(
        tmp_path, 'metric = "exact_match"\nmin_value = 0.8\n\nmetric = "exact_match"\nmin_value = 0.8\nslice = "area"'
    )
    against = [f"a={base}", "--baseline", f"b={scored(tmp_path, 'part', rows[:300])}"] if several else [base]

    lacks, told = (
        thresher("gate", run, "--baseline", *against, "--limits", rules, "--allow-missing", "--json").json
        for run in (easy, whole)
    )
    judged = [
        [row | {"counted_wrong": list(row["counted_wrong"].values())} for row in one["limits"]] for one in (lacks, told)
    ]

    assert judged[0] == judged[1]
    assert [(row["n"], row["candidate"], row["verdict"]) for row in lacks["limits"]] == [(400, 0.5, "fail")] + [
        (200, 0.5, "fail")
    ] * 2
    assert f"exact_match: 180 items without an answer in {easy} count as wrong" in lacks["warnings"]


@pytest.mark.parametrize(
    ("metric", "line", "code", "told"),
    [
        pytest.param("length", "max_value = 10", 0, "20 items are left out", id="nothing can stand for a length"),
        pytest.param("empty", "max_value = 0.1", 1, "20 items without an answer", id="less is better"),
        pytest.param("bleu", "min_value = 1", 2, "cannot count as wrong alone", id="the reference tells what it costs"),
    ],
)
def test_what_a_missing_item_is_to_a_rule_on_one_run_is_said(thresher, tmp_path, metric, line, code, told):
    rows = right([1] * 100, prediction=lambda n: "yes yes yes"[: 3 + n % 3], reference=lambda _: "yes yes yes yes")
    base, part = (scored(tmp_path, name, rows[:size], metric) for name, size in (("base", 100), ("part", 80)))

    ran = gate(thresher, part, base, limits(tmp_path, f'metric = "{metric}"\n{line}'), "--allow-missing")

    assert ran.code == code
    assert told in ran.out + ran.err


def test_an_item_that_asks_nothing_of_a_metric_is_no_wrong_answer_where_it_is_missing(thresher, tmp_path):
    """Half of the items have no check: a baseline says so of those that the candidate lacks."""
    checks = [{"is": "mentions", "values": ["yes"]}]
    rows = [row | ({"check": checks} if n % 2 else {}) for n, row in enumerate(right([1] * 100))]
    base, part = (scored(tmp_path, name, rows[:size], "check") for name, size in (("base", 100), ("part", 80)))

    rules = limits(tmp_path, 'metric = "check"\nmin_value = 0.5')
    row = gate(thresher, part, base, rules, "--allow-missing", "--json").json["limits"][0]

    assert (row["n"], row["candidate"], row["counted_wrong"]) == (50, 0.8, {str(part): 10})


def test_a_missing_item_stays_in_its_slice_and_cluster(thresher, tmp_path):
    """What the candidate lacks is known from the baseline alone."""
    beside = AREAS | {"cluster": lambda n: f"c{n // 2}"}
    base = scored(tmp_path, "base", right([1] * 200, **beside))
    new = scored(tmp_path, "new", [row for n, row in enumerate(right([1] * 200, **beside)) if n % 2 or n >= 100])
    rules = limits(tmp_path, 'metric = "exact_match"\nmax_drop = 0.02\nslice = "area=a"\n\n'
                             'metric = "exact_match"\nmax_drop = 0.02')  # fmt: skip

    ran = gate(thresher, new, base, rules, "--allow-missing", "--json")

    assert [(row["n"], row["candidate"]) for row in ran.json["limits"]] == [(100, 0.5), (200, 0.75)]
    assert ran.json["limits"][1]["units"] == 100


def test_other_prompts_are_not_comparable(thresher, tmp_path, base):
    rows = [row | {"prompt": "in other words"} for row in right(GOOD)]

    ran = gate(thresher, scored(tmp_path, "new", rows), base, limits(tmp_path))

    assert ran.code == 2
    assert "were asked different things" in ran.err


def test_other_rules_of_scoring_are_not_comparable(thresher, tmp_path, jsonl):
    rows = right(GOOD[600:800])
    for name, case in (("a", "true"), ("b", "false")):
        file = jsonl(rows, f"{name}.jsonl")
        thresher("score", file, "--metrics", "bleu", "--set", f"bleu.lowercase={case}", "--out", tmp_path / name)

    ran = gate(thresher, tmp_path / "a", tmp_path / "b", limits(tmp_path, 'metric = "bleu"\nmax_drop = 1'))

    assert ran.code == 2
    assert "scored by different rules for 'bleu'" in ran.err
    assert "case:lc" in ran.err
    assert "case:mixed" in ran.err


def test_a_metric_that_is_missing_is_never_dropped(thresher, tmp_path, base):
    ran = gate(thresher, base, base, limits(tmp_path, 'metric = "exact_mach"\nmax_drop = 0.02'))

    assert ran.code == 2
    assert "did you mean 'exact_match'?" in ran.err


def test_requests_that_failed_are_missing_and_silence_is_an_answer(thresher, tmp_path, base):
    rows = right(GOOD, **AREAS)
    failed = [row | ({"prediction": None, "fault": "timed_out"} if n < 100 else {}) for n, row in enumerate(rows)]
    silent = [row | ({"prediction": ""} if n < 100 else {}) for n, row in enumerate(rows)]

    refused = gate(thresher, scored(tmp_path, "failed", failed), base, limits(tmp_path))
    allowed = gate(thresher, tmp_path / "failed", base, limits(tmp_path), "--allow-missing")
    quiet = gate(thresher, scored(tmp_path, "silent", silent), base, limits(tmp_path), "--json")

    assert refused.code == 2
    assert "request_failed 100" in refused.err
    assert allowed.code == 1
    assert (quiet.code, quiet.json["limits"][0]["candidate"]) == (1, 0.6)
    assert quiet.json["limits"][0]["counted_wrong"] == {str(tmp_path / "silent"): 100}


def test_a_slice_says_what_is_wrong_or_left_out_in_it_alone(thresher, tmp_path):
    rows = right([1] * 40, slices=lambda n: {"area": "ab"[n // 20]})
    silent = scored(tmp_path, "silent", [row | ({"prediction": ""} if n < 5 else {}) for n, row in enumerate(rows)])
    unasked = [row | ({"reference": None} if n >= 30 else {}) for n, row in enumerate(rows)]
    nowhere = scored(tmp_path, "unasked", unasked)

    counted = gate(thresher, silent, scored(tmp_path, "whole", rows), limits(tmp_path), "--json").json["slices"]
    left = gate(thresher, nowhere, nowhere, limits(tmp_path), "--json").json["slices"]

    assert {one["slice"]: one["counted_wrong"] for one in counted} == {"area=a": {str(silent): 5}, "area=b": {}}
    assert {one["slice"]: one["unpaired"] for one in left} == {"area=a": 0, "area=b": 10}


def test_silence_does_not_help_a_rule_on_one_run_either(thresher, tmp_path):
    rows = right(GOOD)
    silent = [row | ({"prediction": ""} if n >= 700 else {}) for n, row in enumerate(rows)]
    failed = [row | ({"prediction": None, "fault": "timed_out"} if n >= 700 else {}) for n, row in enumerate(rows)]
    rules = limits(tmp_path, 'metric = "exact_match"\nmin_value = 0.8')

    quiet = thresher("gate", scored(tmp_path, "silent", silent), "--limits", rules, "--json")
    refused = thresher("gate", scored(tmp_path, "failed", failed), "--limits", rules)
    allowed = thresher("gate", tmp_path / "failed", "--limits", rules, "--allow-missing", "--json")

    assert (quiet.code, quiet.json["limits"][0]["candidate"]) == (1, 0.7)
    assert (refused.code, "request_failed 300" in refused.err) == (2, True)
    assert allowed.json["limits"][0]["candidate"] == 0.7


@pytest.mark.parametrize("metric", ["f1:macro", "bleu", "mcc", "chrf", "json_fields:f1"])
@pytest.mark.parametrize("left", [pytest.param({"prediction": ""}, id="empty"), pytest.param({"prediction": None, "fault": "timed_out"}, id="failed")])  # fmt: skip
def test_what_silence_costs_cannot_be_told_without_the_reference(thresher, tmp_path, metric, left):
    """A run that answers one item of ten, and that one well, does not clear a line for all."""
    good, bad = (
        ('{"a": 1}', '{"a": 2}') if metric.startswith("json") else ("yes it is so indeed", "no it never was like that")
    )
    rows = [
        row | {"prediction": (ref := good if n % 20 < 10 else bad), "reference": ref}
        for n, row in enumerate(right([1] * 200))
    ]
    silent = [row | (left if n % 10 else {}) for n, row in enumerate(rows)]
    rules = limits(tmp_path, f'metric = "{metric}"\nmin_value = 0.5')
    flags = ["--allow-missing"] if left["prediction"] is None else []

    ran = thresher("gate", scored(tmp_path, "silent", silent, metric), "--limits", rules, *flags)
    held = limits(tmp_path, f'metric = "{metric}"\nmax_drop = 0.02')
    against = gate(thresher, tmp_path / "silent", scored(tmp_path, "full", rows, metric), held, *flags)

    assert ran.code == 2
    assert f"180 items, which {metric} cannot count as wrong alone" in ran.err
    assert against.code == 1


def test_files_that_do_not_belong_together(thresher, tmp_path, base):
    new = scored(tmp_path, "new", right(DROPPED, **AREAS))
    (new / "rows.parquet").write_bytes((base / "rows.parquet").read_bytes())

    ran = gate(thresher, new, base, limits(tmp_path))

    assert ran.code == 2
    assert "its scores say 0.55" in ran.err
