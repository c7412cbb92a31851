"""What the gate would refuse whatever is answered is refused before a model is asked."""

from __future__ import annotations

import json

import pytest

from curate.core.run.toml import toml
from evalkit.answers.item import Item
from evalkit.eval.config import PredictTable, ScoreTable
from evalkit.eval.rehearsal import stand_in
from evalkit.gate.runs.run import read_run
from evalkit.metrics import make_metric
from tests.evalkit.gate.runs import limits, scored

ITEMS = [
    {"id": f"q{n}", "prompt": f"question {n}?", "reference": "yes", "area": "ab"[n % 2], "cluster": f"c{n // 2}"}
    for n in range(40)
]
WAIVER = '[[waivers]]\nrule = "{}"\nreason = "r"\nwho = "mara"\nuntil = 2999-01-01\n'


@pytest.fixture
def evaluated(thresher, tmp_path, jsonl):
    """Return a function that evaluates good answers by some rules, the first time without any to have a baseline."""

    def run(rules="", metrics="exact_match", items=ITEMS, base=ITEMS, head="", gate=None, **predict):
        jsonl(items, "items.jsonl")
        jsonl([{"id": one["id"], "prediction": "yes"} for one in items], "answers.jsonl")
        rows = [
            {key: one[key] for key in ("id", "prompt", "reference", "cluster")}
            | {"prediction": "yes", "slices": {"area": one["area"]}}
            for one in base
        ]
        scored(tmp_path, "base", rows, "exact_match,token_f1")
        limits(tmp_path, rules, head)
        tables = {
            "predict": {"data": "items.jsonl", "model": "replay:answers.jsonl", "slice": ["area"]} | predict,
            "score": {"metrics": metrics.split(",")},
            "gate": {"limits": "gate.toml", "baseline": "base"} | (gate or {}),
        }
        (tmp_path / "eval.toml").write_text(toml(tables))
        return thresher("eval", tmp_path / "eval.toml", "--out", tmp_path / "out", "--quiet")

    return run


def rule(text, metric="exact_match"):
    return f'metric = "{metric}"\n{text}'


@pytest.mark.parametrize(
    ("given", "told"),
    [
        pytest.param({"rules": rule("max_drop = 1.5")}, "max_drop = 1.5 can never decide", id="a margin of no use"),
        pytest.param({"rules": rule("min_value = 98")}, "min_value = 98 can never decide", id="in percent"),
        pytest.param({"rules": rule('max_drop = 0.1\nslice = "area=c"')}, "no item is in the slice", id="no such value"),
        pytest.param({"rules": rule('min_value = 0.1\nslice = "era"')}, "no item is in the slice", id="no such field"),
        pytest.param({"rules": rule('max_drop = 0.1\nslice = "*"')}, "no rule gates", id="nothing gates"),
        pytest.param({"rules": rule("max_drop = 0.1"), "items": ITEMS[:30]}, "hold different items", id="fewer items"),
        pytest.param({"rules": rule("max_drop = 0.1"), "limit": 30}, "hold different items", id="fewer are asked"),
        pytest.param({"rules": rule("max_drop = 0.1"), "samples": 2, "temperature": 1}, "hold different items", id="more samples"),
        pytest.param(
            {"rules": rule("max_drop = 0.1"), "items": [one | {"prompt": "?"} for one in ITEMS]},
            "were asked different things", id="other prompts",
        ),
        pytest.param(
            {"rules": rule("min_value = 0.1", "json_schema"), "metrics": "exact_match,json_schema"},
            "no item has a score by json_schema", id="no schema",
        ),
        pytest.param(
            {"rules": rule("min_value = 0.1", "check"), "metrics": "exact_match,check"},
            "no item has a score by check", id="no checks",
        ),
        pytest.param(
            {"rules": rule("min_value = 0.1", "choice"), "metrics": "exact_match,choice"},
            "no item has a score by choice", id="no choices",
        ),
        pytest.param(
            {"rules": rule('min_value = 0.1\nslice = "area"'),
             "items": [one | ({"reference": None} if one["area"] == "b" else {}) for one in ITEMS], "gate": {"baseline": {}}},
            "no item in area=b has a score by exact_match", id="no reference in a slice",
        ),
    ],
)  # fmt: skip
def test_what_the_items_tell_is_said_before_a_model_is_asked(evaluated, tmp_path, given, told):
    ran = evaluated(**given)

    assert ran.code == 2
    assert told in ran.err
    assert "== predict" not in ran.out
    assert not (tmp_path / "out" / "run").exists()


@pytest.mark.parametrize(
    ("waived", "code"),
    [("exact_match max_drop 0.1", 0), ("exact_match max_drop", 2), ("exact_match max_drop on area=a", 2)],
)
def test_a_waiver_of_no_rule_is_said_before_a_model_is_asked(evaluated, tmp_path, waived, code):
    """Two rules would be called the same, so that their margins stand in their names; a third is on slices."""
    (tmp_path / "waivers.toml").write_text(WAIVER.format(waived))
    rules = "\n\n".join(map(rule, ("max_drop = 0.1", "max_drop = 0.2", 'min_value = 0.1\nslice = "area"')))

    ran = evaluated(rules, head='waivers = "waivers.toml"\nlevel = "point"')

    assert (ran.code, "a waiver is of a rule that there is not" in ran.err) == (code, code == 2)
    assert ("== predict" in ran.out) == (code == 0)


def test_rules_of_another_scoring_are_said_before_a_model_is_asked(evaluated, tmp_path, thresher):
    evaluated(rule("max_drop = 0.1"), limit=3)  # makes the files
    table = (tmp_path / "eval.toml").read_text().replace("limit = 3\n", "").replace("exact_match", "bleu")
    for name, case in (("base", "true"), ("other", "false")):
        thresher(
            "score", tmp_path / "base.jsonl", "--metrics", "bleu", "--set", f"bleu.lowercase={case}",
            "--out", tmp_path / name,
        )  # fmt: skip
    limits(tmp_path, rule("max_drop = 1", "bleu"))
    (tmp_path / "eval.toml").write_text(table)
    ran = thresher("eval", tmp_path / "eval.toml", "--out", tmp_path / "out", "--quiet")
    (tmp_path / "eval.toml").write_text(table.replace('baseline = "base"', 'baseline = "other"'))
    same = thresher("eval", tmp_path / "eval.toml", "--out", tmp_path / "out", "--quiet")

    assert (ran.code, "scored by different rules for 'bleu'" in ran.err, "== predict" in ran.out) == (2, True, False)
    assert (same.code in (0, 3), same.err) == (True, "")


def test_what_was_rehearsed_is_what_is_scored(evaluated, tmp_path):
    """Oracle: the scores. What was asked, who belongs together, the slices and the rules are those of the run."""
    items = [
        {key: value for key, value in one.items() if key != "prompt"}
        | {"check": [{"is": "mentions", "values": ["yes"]}], "schema": {"type": "object"},
           "messages": [{"role": "user", "content": f"größe {n} 😀"}]}
        for n, one in enumerate(ITEMS)
    ]  # fmt: skip
    names = "exact_match,check,json_schema,accuracy,f1:macro,bleu,tool_calls,language"
    evaluated(rule("min_value = 0.1"), names, items, gate={"baseline": {}}, samples=2, temperature=1)
    run = read_run(tmp_path / "out" / "run")
    lines = (tmp_path / "out" / "run" / "predictions.jsonl").read_text().splitlines()
    asked = [
        Item(
            told["id"], tuple(told["messages"]), references=(told["reference"],), schema=told["schema"],
            check=told["check"], slices=told["slices"], cluster=told["cluster"],
        )
        for told in map(json.loads, lines)
    ]  # fmt: skip

    table, metrics = ScoreTable(metrics=["bleu"]), [make_metric(name) for name in names.split(",")]
    made = stand_in("run", asked, PredictTable(model="openai:m"), table, metrics)

    assert made.scores["data_sha256"] == run.scores["data_sha256"]
    assert made.rows.select("id", "cluster", "slices").equals(run.rows.select("id", "cluster", "slices"))
    assert {name: one["signature"] for name, one in made.metrics.items()} == {
        name: one["signature"].partition("|ci:")[0] for name, one in run.metrics.items()
    }


def test_items_that_are_made_are_looked_at_before_a_model_is_asked(thresher, tmp_path):
    limits(tmp_path, rule("min_value = 0.1", "json_schema"))
    tables = {
        "suites": {"names": ["arithmetic"], "n": 20},
        "predict": {"model": "openai:m", "base_url": "http://127.0.0.1:9/v1"},
        "score": {"metrics": ["check", "json_schema"]},
        "gate": {"limits": "gate.toml"},
    }
    (tmp_path / "eval.toml").write_text(toml(tables))

    ran = thresher("eval", tmp_path / "eval.toml", "--out", tmp_path / "out", "--quiet")

    assert (ran.code, "no item has a score by json_schema" in ran.err, "== predict" in ran.out) == (2, True, False)


def test_a_perplexity_that_nobody_takes_is_said_before_a_model_is_asked(thresher, tmp_path, jsonl):
    jsonl(ITEMS, "items.jsonl")
    limits(tmp_path, rule("max_value = 2", "perplexity:bits_per_byte"))
    tables = {
        "predict": {"data": "items.jsonl", "model": "openai:m", "base_url": "http://127.0.0.1:9/v1"},
        "score": {"metrics": ["perplexity:bits_per_byte"]},
        "gate": {"limits": "gate.toml"},
    }
    (tmp_path / "eval.toml").write_text(toml(tables))

    ran = thresher("eval", tmp_path / "eval.toml", "--out", tmp_path / "out", "--quiet")

    assert (ran.code, "no item has a score by perplexity" in ran.err, "== predict" in ran.out) == (2, True, False)
