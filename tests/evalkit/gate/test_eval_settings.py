"""The settings of an ``eval.toml`` mean what they mean to the commands that it stands for, wherever it lies."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from curate.core.run.toml import toml
from evalkit.eval.config import load_eval
from evalkit.eval.flags import predict_flags


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
