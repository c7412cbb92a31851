"""``thresher steps``: the table says what the steps are and do."""

from __future__ import annotations

from pathlib import Path

import pytest

from curate.augment import AUGMENTS
from curate.steps.registry import PRESETS, STEPS

PAGE = Path(__file__).parents[2] / "docs" / "steps.md"


@pytest.fixture
def told(thresher):
    """Return the steps as JSON, by name."""
    return {step["use"]: step for step in thresher("steps", "--json").json["steps"]}


def test_every_step_is_told_in_order(told):
    assert list(told) == list(STEPS)
    assert [use for use, step in told.items() if "sft-1" in step["presets"]] == list(PRESETS["sft-1"])
    assert told["length"]["presets"] == []


def test_every_setting_and_reason_is_told(told):
    for use, model in STEPS.items():
        assert {knob["name"] for knob in told[use]["knobs"]} == set(model.model_fields) - {"use", "action", "drop"}
        assert {entry["reason"]: entry["sentence"] for entry in told[use]["reasons"]} == model.reasons


def test_every_setting_says_what_it_is(told):
    assert [knob["name"] for step in told.values() for knob in step["knobs"] if not knob["description"]] == []


@pytest.mark.parametrize(
    ("use", "reason", "by_default"),
    [
        pytest.param("empty", "empty_answer", "drop", id="a proof drops"),
        pytest.param("empty", "answer_says_nothing", "warn", id="a guess warns"),
        pytest.param("truncated", "open_fence", "warn", id="so does every mark of a step whose action is warn"),
    ],
)
def test_what_a_mark_does_by_default(told, use, reason, by_default):
    assert {entry["reason"]: entry["by_default"] for entry in told[use]["reasons"]}[reason] == by_default


def test_a_setting_has_kind_default_and_description(told):
    assert told["near_duplicates"]["knobs"][0] == {
        "name": "threshold",
        "kind": "number, above 0, at most 1",
        "default": 0.8,
        "description": "Similarity, of both sides, from which the later row goes.",
    }


def test_the_text_names_steps_settings_and_reasons(thresher):
    out = thresher("steps").out

    assert "balance  (off unless listed; action drop)" in out
    assert 'keep = "first"' in out
    assert "warn same_prompt" in out


def test_the_page_is_what_the_command_prints(thresher):
    assert thresher("steps", "--markdown").out == PAGE.read_text(encoding="utf-8")


def test_two_forms_exclude_each_other(thresher):
    assert thresher("steps", "--json", "--markdown").code == 2


def test_every_step_that_makes_rows_is_told_with_its_settings_and_faults(thresher):
    told = {step["use"]: step for step in thresher("steps", "--json").json["augments"]}

    assert list(told) == list(AUGMENTS)
    for use, model in AUGMENTS.items():
        assert {knob["name"] for knob in told[use]["knobs"]} == set(model.model_fields) - {"use", "name", "sample"}
        assert [knob["name"] for knob in told[use]["knobs"] if not knob["description"]] == []
        assert {entry["fault"]: entry["sentence"] for entry in told[use]["faults"]} == model.faults
    assert not told["noise"]["asks_a_model"]
