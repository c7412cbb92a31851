"""The command that a gate hints at scores the run, keeps its other metrics and settings, and lets the gate go on."""

from __future__ import annotations

import json
import shlex

import pytest

from tests.evalkit.gate.runs import gate, limits, right, scored

RULE = 'metric = "exact_match:squad"\nmax_drop = 0.05'


def hinted(ran):
    """Return the arguments of the command in the hint of an error."""
    hint = ran.err.partition("hint: ")[2].splitlines()[0]
    program, *words = shlex.split(hint)
    assert program == "thresher"
    return words


def metrics(folder):
    return json.loads((folder / "scores.json").read_bytes())["metrics"]


def again(thresher, candidate, base, rules):
    """Run the gate, then the command that it hints at, until nothing is hinted at."""
    for _ in range(2):
        ran = gate(thresher, candidate, base, rules)
        assert ran.code == 2, ran.err
        assert thresher(*hinted(ran), "--quiet").code == 0
    return gate(thresher, candidate, base, rules)


def test_runs_of_files(thresher, tmp_path, jsonl):
    folder = tmp_path / "with space"
    folder.mkdir()
    rows = [{**row, "area": "a b", "key": row["id"]} for row in right([1] * 200)]
    for name in ("old", "new"):
        file = jsonl(rows, folder / f"{name}.jsonl")
        asked = ("--metrics", "bleu,exact_match", "--set", "bleu.tokenize=char", "--slice", "area", "--id-field", "key")
        assert thresher("score", file, *asked, "--out", folder / name, "--seed", 3, "-q").code == 0
    before = metrics(folder / "new")

    ran = again(thresher, folder / "new", folder / "old", limits(tmp_path, RULE))

    assert ran.code == 0
    assert {name: metrics(folder / "new")[name] for name in before} == before
    assert list(metrics(folder / "new")) == ["bleu", "exact_match", "exact_match:squad"]
    assert list(json.loads((folder / "new" / "scores.json").read_bytes())["slices"]) == ["area=a b"]


def test_runs_that_hold_their_predictions(thresher, tmp_path, jsonl):
    rows = right([1] * 200)
    data = jsonl(rows, "items.jsonl")
    for name in ("old", "new"):
        said = jsonl([{"id": row["id"], "prediction": "yes"} for row in rows], f"{name}.jsonl")
        assert (
            thresher("predict", "--data", data, "--model", f"replay:{said}", "--out", tmp_path / name, "-q").code == 0
        )
        unscored = gate(thresher, tmp_path / name, tmp_path / name, limits(tmp_path)).err
        assert f"thresher score {tmp_path / name} --metrics" in unscored
        assert thresher("score", tmp_path / name, "--metrics", "bleu", "-q").code == 0

    assert again(thresher, tmp_path / "new", tmp_path / "old", limits(tmp_path, RULE)).code == 0
    assert list(metrics(tmp_path / "new")) == ["bleu", "exact_match:squad"]


@pytest.mark.parametrize("settings", [(), ("--set", "bleu.lowercase=true")], ids=["none", "other settings"])
def test_the_older_run_is_scored_by_the_rules_of_the_candidate(thresher, tmp_path, jsonl, settings):
    rows = jsonl(right([1] * 200), "rows.jsonl")
    for name, own in (("old", ("--set", "bleu.tokenize=char")), ("new", settings)):
        assert thresher("score", rows, "--metrics", "bleu,length", *own, "--out", tmp_path / name, "-q").code == 0
    rules = limits(tmp_path, 'metric = "bleu"\nmax_drop = 50')

    refused = gate(thresher, tmp_path / "new", tmp_path / "old", rules)

    assert "scored by different rules" in refused.err
    assert thresher(*hinted(refused), "-q").code == 0
    assert gate(thresher, tmp_path / "new", tmp_path / "old", rules).code == 0
    assert list(metrics(tmp_path / "old")) == ["bleu", "length"]


def test_what_no_command_scores(thresher, tmp_path):
    run = scored(tmp_path, "run", right([1] * 200))
    assert thresher("gate", run, "--accept", tmp_path / "base.jsonl").code == 0
    both = scored(tmp_path, "both", right([1] * 200), "exact_match,exact_match:squad")

    committed = gate(thresher, both, tmp_path / "base.jsonl", limits(tmp_path, RULE))
    unknown = gate(thresher, run, run, limits(tmp_path, 'metric = "exact_mach"\nmax_drop = 0.02'))

    assert f"--accept {tmp_path / 'base.jsonl'}" in committed.err
    assert "hint: thresher metrics lists them" in unknown.err
