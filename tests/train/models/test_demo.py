"""``thresher demo`` where torch is there: a tiny model is made from scratch, tuned, and held against its base."""

from __future__ import annotations

import json

import pytest


@pytest.fixture(scope="module")
def tuning(tmp_path_factory):
    pytest.importorskip("peft", reason="peft is not installed: make models")
    from curate.core.command.door import run

    folder = tmp_path_factory.mktemp("demo") / "d"
    assert run(["demo", str(folder)]) == 0
    return folder / "tuning"


def values(folder, metric, suite):
    scores = json.loads((folder / "scores.json").read_bytes())
    return scores["slices"][f"suite={suite}"][metric]["value"]


def test_the_base_knows_the_shop_and_no_ticket(tuning):
    assert values(tuning / "base", "exact_match", "general") > 0.9
    assert values(tuning / "base", "json_valid", "tickets") == 0


def test_the_tuned_model_answers_by_json_and_knows_the_shop_still(tuning):
    assert values(tuning / "tuned", "json_valid", "tickets") > 0.8
    assert values(tuning / "tuned", "exact_match", "general") > 0.85


def test_the_gate_lets_it_pass(tuning):
    assert json.loads((tuning / "verdict" / "verdict.json").read_bytes())["verdict"] == "pass"
    assert (tuning / "report.html").is_file()
