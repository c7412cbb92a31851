"""The settings of an ``eval.toml`` mean what they mean to the commands that it stands for, wherever it lies."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from curate.core.run.toml import toml
from evalkit.answers.item import Item, Said
from evalkit.eval.config import load_eval
from evalkit.eval.flags import predict_flags, score_flags
from tests.evalkit.gate.runs import limits


@pytest.fixture
def evaluated(thresher, tmp_path, jsonl, monkeypatch):
    """Return a function that evaluates answers by an ``eval.toml`` in a folder beside the current one."""
    here = tmp_path / "here"
    here.mkdir()
    (tmp_path / "project").mkdir()
    monkeypatch.chdir(here)

    def run(score, answers=(), **tables):
        items = [{"id": f"q{n}", "prompt": f"question {n}?", "reference": text} for n, text in enumerate(["yes", "no"])]
        jsonl(items, "project/items.jsonl")
        jsonl([{"id": f"q{n}", "prediction": text} for n, text in enumerate(answers)], "project/answers.jsonl")
        predict = {"data": "items.jsonl", "model": "replay:answers.jsonl"} | tables.pop("predict", {})
        (tmp_path / "project" / "eval.toml").write_text(toml({"predict": predict, "score": score, **tables}))
        return thresher("eval", "../project/eval.toml", "--out", "out", "--quiet")

    return run


def value(metric: str) -> float:
    """Return what a metric came to."""
    scores = Path("out/run/scores.json")
    return json.loads(scores.read_bytes())["metrics"][metric]["value"]


@pytest.mark.parametrize(
    ("metric", "settings", "answers"),
    [
        ("accuracy", {"key": "stimmung😀"}, ['{"stimmung😀": "yes"}', '{"stimmung😀": "no"}']),
        ("accuracy", {"key": 'a "b" \\ \x7f'}, [json.dumps({'a "b" \\ \x7f': text}) for text in ("yes", "no")]),
        ("accuracy", {"key": "7"}, ['{"7": "yes"}', '{"7": "no"}']),
        ("accuracy", {"labels": ["yes", "no", "😀", "öl"]}, ["yes", "no"]),
        ("regex", {"pattern": "^😀\n$"}, ["😀\n", "😀\n"]),
    ],
)
def test_settings_of_a_metric_keep_every_character(evaluated, metric, settings, answers):
    ran = evaluated({"metrics": [metric], "settings": {metric: settings}}, answers)

    assert (ran.code, ran.err) == (0, "")
    assert value(metric) == 1.0


@pytest.mark.parametrize("name", ["answers+v2.jsonl", "ans=wers öl 😀.jsonl", "+", "-a.jsonl"])
def test_a_replayed_file_may_have_any_name(evaluated, tmp_path, name, jsonl):
    jsonl([{"id": "q0", "prediction": "yes"}, {"id": "q1", "prediction": "yes"}], f"project/{name}")
    jsonl([{"id": "q0", "prediction": "no"}, {"id": "q1", "prediction": "yes"}], f"here/{name}")  # of the same name

    assert evaluated({"metrics": ["exact_match"]}, predict={"model": f"replay:{name}"}).code == 0
    assert value("exact_match") == 0.5


def test_a_replayed_file_that_is_missing_is_not_looked_for_elsewhere(evaluated, jsonl):
    jsonl([{"id": "q0", "prediction": "yes"}], "here/mine.jsonl")

    ran = evaluated({"metrics": ["exact_match"]}, predict={"model": "replay:mine.jsonl"})

    assert (ran.code, "there is no file '../project/mine.jsonl'" in ran.err) == (2, True)


@pytest.mark.parametrize(
    ("predict", "asked"),
    [
        ({"model": "local:base"}, ["--model", "local:we+ird/base"]),
        ({"model": "local:base+tuned"}, ["--model", "local:we+ird/base+we+ird/tuned"]),
        ({"model": "local:ba+se"}, ["--model", "local:we+ird/ba+se"]),
        ({"model": "local:ba+se+tu+ned"}, ["--model", "local:we+ird/ba+se+we+ird/tu+ned"]),
        ({"model": "local:missing"}, ["--model", "local:we+ird/missing"]),
        ({"model": "openai:org/a+b"}, ["--model", "openai:org/a+b"]),
        ({"model": "openai:m", "template": "none"}, ["--template", "none", "--model", "openai:m"]),
        ({"model": "openai:m", "template": "chat.jinja"}, ["--template", "we+ird/chat.jinja", "--model", "openai:m"]),
    ],
)
def test_files_of_a_local_model_are_seen_from_the_configuration(tmp_path, monkeypatch, predict, asked):
    """Oracle: the call that a person would write from there."""
    monkeypatch.chdir(tmp_path)
    for folder in ("base", "tuned", "ba+se", "tu+ned"):
        (tmp_path / "we+ird" / folder).mkdir(parents=True)
    config = tmp_path / "eval.toml"
    config.write_text(toml({"predict": {"data": "d.jsonl", **predict}, "score": {"metrics": ["bleu"]}}))

    flags = predict_flags(load_eval(config), Path("we+ird"), Path("out"))

    assert flags == ["--data", "we+ird/d.jsonl", *asked, "--out", "out/run"]


def test_files_that_settings_name_lie_beside_the_configuration(evaluated, tmp_path):
    """Files of the same names lie where it runs, and say otherwise."""
    for folder, kind in (("project", "string"), ("here", "number")):
        (tmp_path / folder / "known").mkdir()
        (tmp_path / folder / "known" / "one.json").write_text(json.dumps({"$id": "https://a.b/one", "type": kind}))
        (tmp_path / folder / "schema.json").write_text('{"$ref": "https://a.b/one"}')
    settings = {"json_schema": {"path": "schema.json", "registry": "known"}}

    ran = evaluated({"metrics": ["json_schema"], "settings": settings}, ['"yes"', '"no"'])

    assert (ran.code, value("json_schema")) == (0, 1.0)


def test_the_files_of_a_judge_lie_beside_the_configuration(tmp_path):
    """Oracle: the call that a person would write from there."""
    settings = {"judge": {"config": "judge.toml", "against": "/runs/base"}}
    score = {"metrics": ["judge:pairwise"], "settings": settings, "predictions": "said.jsonl"}
    (tmp_path / "eval.toml").write_text(toml({"score": score}))

    flags = score_flags(load_eval(tmp_path / "eval.toml"), Path("project"), Path("out"))

    set_ = ["--set", 'judge.config="project/judge.toml"', "--set", 'judge.against="/runs/base"']
    assert flags == ["project/said.jsonl", "--out", "out/run", "--metrics", "judge:pairwise", *set_]


JUDGE = {"judge": {"config": "judge.toml"}}


@pytest.mark.parametrize(
    ("metric", "settings", "files", "told"),
    [
        ("json_schema", {"json_schema": {"path": "none.json"}}, {}, "../project/none.json cannot be read"),
        ("json_schema", {"json_schema": {"path": "s.json"}}, {"s.json": '{"type": 7}'}, "s.json is no JSON Schema"),
        ("json_schema", {"json_schema": {"registry": "none"}}, {}, "../project/none holds no *.json"),
        ("judge:rubric", {}, {}, "judge needs to know who judges"),
        ("judge:rubric", JUDGE, {}, "../project/judge.toml cannot be read"),
        ("judge:rubric", JUDGE, {"judge.toml": '[chat]\nmodel = "m"'}, "judge:rubric grades by a rubric"),
        (
            "judge:rubric",
            JUDGE,
            {"judge.toml": 'rubric = "r.toml"\n[chat]\nmodel = "m"'},
            "../project/r.toml cannot be read",
        ),
        ("judge:pairwise", JUDGE, {"judge.toml": '[chat]\nmodel = "m"'}, "needs other answers to compare with"),
        (
            "judge:pairwise",
            {"judge": {"config": "judge.toml", "against": "none"}},
            {"judge.toml": '[chat]\nmodel = "m"'},
            "there is no file '../project/none'",
        ),
        ("sql_parses", {"sql_parses": {"dialect": "postgers"}}, {}, "Did you mean postgres?"),
        ("exact_match", {"exact_match": {}, "bleu": {}}, {}, "no metric of this name is asked for"),
    ],
)
def test_what_settings_get_wrong_is_said_before_a_model_is_asked(evaluated, tmp_path, metric, settings, files, told):
    for name, text in files.items():
        (tmp_path / "project" / name).write_text(text)

    ran = evaluated({"metrics": [metric], "settings": settings}, ["yes", "no"])

    assert (ran.code, ran.out) == (2, "")
    assert told in ran.err


@pytest.mark.parametrize(
    ("setting", "named"),
    [
        ("slice", ["lang"]),
        ("slice", ["finish", "lang.code"]),
        ("id_field", "key"),
        ("prediction_field", "said"),
        ("reference_field", "wanted"),
        ("prompt_field", "question"),
    ],
)
def test_fields_that_predictions_do_not_have_are_refused_before_a_model_is_asked(evaluated, setting, named):
    ran = evaluated({"metrics": ["exact_match"], setting: named}, ["yes", "no"])

    assert (ran.code, ran.out) == (2, "")
    assert f"{setting} in [score] names" in ran.err
    assert "under [predict]" in ran.err


def test_fields_that_predictions_have_are_taken(evaluated):
    score = {"metrics": ["exact_match"], "slice": ["finish", "cluster"], "id_field": "id", "source": "jsonl"}

    assert evaluated(score, ["yes", "no"]).code == 0


def test_every_field_of_predictions_may_be_named(tmp_path):
    """Oracle: the rows that are written of items which have everything."""
    asked = {"tools": ({},), "schema": {}, "check": {}, "choices": ("a", "b"), "gold": 0, "references": ("a",)}
    said = Said("a", logprobs={}, choice_logprobs={}).row()
    bare = Item("q0", prompt="?", **asked).row()
    chat = Item("q0", messages=({"role": "user"},), several=True, **asked).row()
    score = {"metrics": ["bleu"], "slice": [f"{name}.of" for name in {**bare, **chat, **said}]}
    config = tmp_path / "eval.toml"
    config.write_text(toml({"predict": {"data": "items.jsonl", "model": "openai:m"}, "score": score}))

    assert load_eval(config).score.slice == score["slice"]


def test_what_wrote_a_file_is_said_of_a_file_alone(evaluated):
    ran = evaluated({"metrics": ["exact_match"], "source": "lm-eval"}, ["yes", "no"])

    assert (ran.code, ran.out) == (2, "")
    assert "[predict] writes its own" in ran.err


def test_suites_are_made_for_predict_alone(evaluated, thresher, tmp_path):
    evaluated({"metrics": ["exact_match"]}, ["yes", "no"])
    score = {"metrics": ["exact_match"], "predictions": "answers.jsonl"}
    (tmp_path / "project" / "eval.toml").write_text(toml({"suites": {"names": ["lists"]}, "score": score}))

    ran = thresher("eval", "../project/eval.toml", "--out", "out2")

    assert (ran.code, "[predict] takes its items from data or from [suites]" in ran.err) == (2, True)


@pytest.mark.parametrize("output", ["report.html", "pages/of today/r.html", "../beside/r.html", "run/r.html"])
def test_the_page_goes_into_a_folder_that_is_made(evaluated, output):
    for _ in range(2):  # the second time into the folders of the first
        assert evaluated({"metrics": ["exact_match"]}, ["yes", "no"], report={"output": output}).code == 0
        assert Path("out", output).read_text().startswith("<!doctype html>")


@pytest.mark.parametrize(
    ("output", "told"),
    [
        ("", "is a folder"),
        ("..", "is a folder"),
        ("compare.md", "is something else of the evaluation"),
        ("gate/verdict.json", "is something else of the evaluation"),
        ("../out/run/scores.json", "is something else of the evaluation"),
        ("../../project/eval.toml", "is read by this command"),
        ("run", "is something else of the evaluation"),
        ("gate", "is something else of the evaluation"),
        ("run/deeper/r.html", "lies in a folder of a folder"),
        ("gate/deeper/r.html", "lies in a folder of a folder"),
        ("../../project/items.jsonl", "is read by this command"),
        ("../../project/answers.jsonl", "is read by this command"),
        ("../../project/items.jsonl/r.html", "cannot be written"),
        ("../locked/r.html", "cannot be written"),
        ("../locked/deeper/r.html", "cannot be written"),
    ],
)
def test_a_page_that_cannot_be_written_is_refused_before_a_model_is_asked(evaluated, output, told):
    Path("locked").mkdir(mode=0o500)
    if os.access("locked", os.W_OK) and "locked" in output:
        pytest.skip("who may write anywhere is refused nowhere")

    ran = evaluated({"metrics": ["exact_match"]}, ["yes", "no"], report={"output": output})

    assert (ran.code, ran.out) == (2, "")
    assert told in ran.err


def test_the_mark_of_a_folder_may_be_lost_where_the_page_lies_deeper(evaluated):
    for _ in range(2):
        assert evaluated({"metrics": ["exact_match"]}, ["yes", "no"], report={"output": "pages/r.html"}).code == 0
        Path("out/.thresher").unlink()


@pytest.mark.parametrize("name", ["my prod", "", "a=b", "öl"])
def test_a_baseline_that_the_gate_cannot_be_told_by_name_is_refused_before_a_model_is_asked(evaluated, name):
    gate = {"limits": "gate.toml", "baseline": {name: "base"}}

    ran = evaluated({"metrics": ["exact_match"]}, ["yes", "no"], gate=gate)

    assert (ran.code, ran.out) == (2, "")
    assert f"not {name!r}" in ran.err


def test_a_candidate_is_not_written_over_its_baseline(evaluated, tmp_path):
    """It would be held against itself, and pass."""
    limits(tmp_path / "project", 'metric = "exact_match"\nmax_drop = 0.5')
    assert evaluated({"metrics": ["exact_match"]}, ["yes", "no"]).code == 0
    before = {path.name: path.read_bytes() for path in Path("out/run").iterdir()}
    gate = {"limits": "gate.toml", "baseline": "../here/out/run"}

    ran = evaluated({"metrics": ["exact_match"]}, ["no", "yes"], gate=gate)

    assert (ran.code, ran.out) == (2, "")
    assert "it would be overwritten" in ran.err
    assert {path.name: path.read_bytes() for path in Path("out/run").iterdir()} == before
