"""Suites answered while a model is trained: as the commands answer them, and a run ends that forgets."""

from __future__ import annotations

import json

import pytest

from tests.train.models.conftest import lines

torch = pytest.importorskip("torch", reason="torch is not installed: make models")
pytest.importorskip("peft", reason="peft is not installed: make models")


@pytest.mark.parametrize("validated", [True, False], ids=["with a validation loss", "with suites alone"])
def test_a_suite_that_falls_below_the_margin_ends_the_run(thresher, project, tmp_path, monkeypatch, validated):
    """A model at random answers nothing right: what is measured is made to fall, the rest is the run's own."""
    from train.loop.forgetting import Suites

    shares = iter([{"copying": 0.5}, {"copying": 0.48}, {"copying": 0.3}])
    monkeypatch.setattr(Suites, "measure", lambda self, model, device: next(shares))
    watched = {"every": 1, "suites": ["copying"], "items": 4, "stop_on_regression": 0.05}
    data = {} if validated else {"validation": []}
    ran = thresher("train", project(evaluation=watched, data=data), "--out", tmp_path / "out", "--quiet", "--no-report")

    assert ran.code == 1, ran.err
    assert "copying fell from 0.500 to 0.300 at step 2; the margin is 0.05" in ran.out
    assert json.loads((tmp_path / "out" / "stats.json").read_bytes())["best_step"] == 1
    assert (tmp_path / "out" / "adapter" / "adapter_model.safetensors").is_file()


def test_suites_are_answered_at_every_evaluation(thresher, project, tiny, tmp_path):
    """Oracle: `thresher suites`, `predict` and `score` on the same items, of the base and of the adapter."""
    watched = {"every": 9, "suites": ["instructions"], "items": 40, "answer_tokens": 12}
    toml = project(evaluation=watched, data={"validation": []})
    ran = thresher("train", toml, "--out", tmp_path / "out", "--quiet", "--json", "--no-report")

    assert ran.code == 0, ran.err
    measured = [line["suites"] for line in lines(tmp_path / "out" / "log.jsonl") if "suites" in line]
    assert len(measured) == 2
    for spec, found in ((str(tiny), measured[0]), (f"{tiny}+{tmp_path / 'out' / 'adapter'}", measured[-1])):
        for name, share in found.items():
            items, out = tmp_path / f"{name}.jsonl", tmp_path / f"{name}-{len(spec)}"
            thresher("suites", name, "--n", 40, "--seed", 7 + 1_000_003, "--output", items)
            thresher("predict", "--data", items, "--model", f"local:{spec}", "--out", out, "--device", "cpu",
                     "--cache", tmp_path / "c.sqlite", "--max-tokens", 12)  # fmt: skip
            told = thresher("score", out, "--metrics", "check", "--json").json["metrics"]["check"]
            right = told["value"] * told["n"] / 40  # an empty answer is unscored there, and wrong here
            assert right == pytest.approx(share, abs=1e-6), (name, spec)
    assert measured[0]["instructions"] > 0
