"""The settings of an ``eval.toml`` mean what they mean to the commands that it stands for, wherever it lies."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from curate.core.run.toml import toml


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
