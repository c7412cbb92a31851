"""An evaluation beside the commands that it stands for."""

from __future__ import annotations

from pathlib import Path

from curate.core.run.toml import toml
from tests.evalkit.gate.runs import limits


def test_an_evaluation_writes_what_its_commands_write(thresher, tmp_path, jsonl, monkeypatch):
    """Oracle: the commands, written out by hand; but for the times in run.json, every byte is the same."""
    items = [
        {"key": f"k{n}", "q": f"{n}?", "want": ["yes", "no"][n % 2], "area": "ab"[n % 3 == 0], "of": {"day": n // 4}}
        for n in range(60)
    ]
    for name, wrong in (("base", 7), ("new + öl", 8)):
        rows = [
            {"my id": one["key"], "out": {"text": one["want"] if n % wrong else "?"}} for n, one in enumerate(items)
        ]
        jsonl(rows, f"project/answers/{name}.jsonl")
    jsonl(items, "project/the items.jsonl")
    jsonl(
        [{"suite": "x", "id": "k3", "rule": "exact", "score": 1.0, "source": "a", "line": 3}], "project/tainted.jsonl"
    )
    limits(tmp_path / "project", 'metric = "exact_match"\nmax_drop = 0.3\nbaseline = "prod"\nslice = "area"')
    (tmp_path / "project" / "waivers.toml").write_text("")
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    fields = {"id_field": "key", "prompt_field": "q", "reference_field": "want", "cluster_field": "of.day"}
    replay = {"prediction_field": "out.text", "replay_id_field": "my id"}
    drawn = {"temperature": 0.5, "seed": 4, "samples": 2, "max_tokens": 9, "limit": 50, "system": '-be "brief" 😀'}
    asked = [part for name, told in (fields | replay | drawn).items() for part in (f"--{name.replace('_', '-')}", told)]
    asked += ["--slice", "area", "--slice", "of.day", "--logprobs"]
    metrics = ["--metrics", "exact_match,contains,accuracy", "--seed", 9, "--slice", "finish"]
    metrics += ["--set", "accuracy.extract=mentioned", "--set", 'accuracy.labels=["yes", "no", "😀"]']
    for name, out in (("base", "../project/base"), ("new + öl", "out/run")):
        answers = f"replay:../project/answers/{name}.jsonl"
        thresher("predict", "--data", "../project/the items.jsonl", "--model", answers, "--out", out, *asked)
        thresher("score", out, *metrics, "--no-text")
    thresher("compare", "../project/base", "out/run", "--output", "out/compare.md")
    beside = ["--tainted", "../project/tainted.jsonl", "--waivers", "../project/waivers.toml", "--allow-missing"]
    rules = ["--limits", "../project/gate.toml", *beside]
    judged = thresher("gate", "out/run", "--baseline", "prod=../project/base", *rules, "--out", "out/gate")
    thresher("report", "out/run", "out/gate", "../project/base", "--output", "out/page.html", "--no-text")
    Path("out").rename("by hand")

    config = {
        "predict": {"data": "the items.jsonl", "model": "replay:answers/new + öl.jsonl", **fields, **replay, **drawn}
        | {"slice": ["area", "of.day"], "logprobs": True},
        "score": {"metrics": ["exact_match", "contains", "accuracy"], "slice": ["finish"], "seed": 9}
        | {"settings": {"accuracy": {"extract": "mentioned", "labels": ["yes", "no", "😀"]}}},
        "gate": {"limits": "gate.toml", "baseline": {"prod": "base"}, "allow_missing": True}
        | {"tainted": "tainted.jsonl", "waivers": "waivers.toml"},
        "report": {"output": "page.html", "no_text": True},
    }
    (tmp_path / "project" / "eval.toml").write_text(toml(config))
    ran = thresher("eval", "../project/eval.toml", "--out", "out")

    assert ran.code == judged.code
    assert written("out") == written("by hand")
    assert len(written("out")) == 10


def written(folder: str) -> dict[str, bytes]:
    """Return the files of a folder that hold no times, and are no mark."""
    files = (path for path in Path(folder).rglob("*") if path.is_file() and path.name not in ("run.json", ".thresher"))
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}
