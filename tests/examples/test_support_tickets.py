"""The example of support tickets: its data are what its script writes, and a curation finds what was planted."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from evalkit.eval.config import load_eval
from evalkit.gate.config import load_gate
from examples.support_tickets.make_data import main as write_data
from examples.support_tickets.run import METRICS, items, verdict
from train.config import load_train

EXAMPLE = Path(__file__).parents[2] / "examples" / "support-tickets"


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tickets") / "project"
    shutil.copytree(EXAMPLE, folder)
    return folder


def test_the_data_are_what_the_script_writes(tmp_path):
    write_data(tmp_path)
    made = {file.relative_to(tmp_path): file.read_bytes() for file in tmp_path.rglob("*.jsonl")}

    assert made == {file.relative_to(EXAMPLE): file.read_bytes() for file in EXAMPLE.glob("*/*.jsonl")}


def test_a_curation_drops_what_was_planted_and_keeps_the_rest(thresher, project):
    told = thresher("curate", project / "curate.toml", "--out", project / "clean", "--quiet", "--no-report")
    counts = json.loads((project / "clean" / "manifest.json").read_bytes())["counts"]
    why = counts["by_reason"]

    assert told.code == 0, told.err
    assert counts["in"] == 600
    assert why["truncated_line"] == 8
    assert why["answer_not_json"] + why["answer_schema"] + why["missing_content"] == 28 + 6 + 6
    assert why["leak_exact"] == 15
    assert why["exact_duplicate"] == 30
    assert why["contradiction"] >= 30  # both sides of 15, and a twin of one
    assert 430 < counts["kept"] < 452


def test_no_training_row_stands_in_the_test(thresher, project):
    thresher("curate", project / "curate.toml", "--out", project / "clean", "--quiet", "--no-report")

    assert thresher("leaks", project / "clean" / "train.jsonl", project / "test" / "tickets.jsonl").code == 0


def test_the_configurations_are_right():
    assert load_train(EXAMPLE / "train.toml").adapter.name == "tickets"
    assert load_eval(EXAMPLE / "eval.toml").score.metrics == METRICS.split(",")
    assert {limit.metric for limit in load_gate(EXAMPLE / "gate.toml").limits} <= set(METRICS.split(","))


def test_items_are_the_test_and_the_suites(project):
    items(project)
    rows = [json.loads(line) for line in (project / "items.jsonl").read_text(encoding="utf-8").splitlines()]
    suites = [row["slices"]["suite"] for row in rows]

    assert {suite: suites.count(suite) for suite in suites} == {"tickets": 100, "facts": 90, "copying": 40}
    assert len({row["id"] for row in rows}) == 230


@pytest.mark.parametrize(
    ("good", "spoilt", "code"),
    [
        pytest.param(0, 1, 0, id="one ships, the other is caught"),
        pytest.param(0, 0, 1, id="forgetting that was not caught"),
        pytest.param(3, 1, 1, id="too little evidence"),
        pytest.param(1, 1, 1, id="nothing ships"),
        pytest.param(0, 2, 1, id="runs that cannot be compared are no catch"),
    ],
)
def test_the_loop_ends_well_only_where_the_gate_did_its_work(good, spoilt, code):
    assert verdict(good, spoilt) == code
