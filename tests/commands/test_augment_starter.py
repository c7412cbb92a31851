"""The starter of an augmentation: it runs as it is, names every step, and loads with everything on."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import jsonschema_rs
import pytest

from curate.augment import AUGMENTS
from curate.augment.config import AugmentConfig, make_augments
from curate.core.run.mistakes import model_in
from curate.core.run.settings import validate

STARTER = (Path(__file__).parents[2] / "curate" / "starter" / "augment.toml").read_text(encoding="utf-8")
TURNED_ON = re.sub(r"^#(?=\w+ = |\[)", "", STARTER, flags=re.MULTILINE)


def test_it_runs_on_what_the_starter_of_a_curation_wrote(thresher, tmp_path, jsonl):
    thresher("init", tmp_path)
    words = "river mountain valley bridge harbour meadow".split()
    rows = [
        {"prompt": f"How far is the {a} from the old {b} by boat?", "completion": f"{i} miles."}
        for i, (a, b) in enumerate((a, b) for a in words for b in words if a != b)
    ]
    jsonl(rows, "raw/rows.jsonl")
    assert thresher("curate", tmp_path / "curate.toml", "--out", tmp_path / "clean", "--quiet").code == 0
    ran = thresher("augment", tmp_path / "augment.toml", "--out", tmp_path / "more", "--quiet")

    assert ran.code == 0, ran.err
    assert json.loads((tmp_path / "more" / "manifest.json").read_bytes())["counts"]["added"] > 0


@pytest.mark.parametrize("text", [STARTER, TURNED_ON], ids=["as it is", "with everything on"])
def test_it_loads_and_fits_the_schema(thresher, text):
    told = tomllib.loads(text)
    config = validate(AugmentConfig, told, "the starter")

    assert make_augments(config)
    assert jsonschema_rs.validator_for(thresher("init", "--augment-schema").json).is_valid(told)


def test_every_step_and_every_table_stands_in_it():
    told = tomllib.loads(TURNED_ON)

    assert [step["use"] for step in told["steps"]] == ["noise", "paraphrase", "back_translation", "synthesis"]
    assert {step["use"] for step in told["steps"]} == set(AUGMENTS)
    assert set(told) == set(AugmentConfig.model_fields)
    assert set(told["input"]) == set(model_in(AugmentConfig.model_fields["input"].annotation).model_fields)
    assert set(told["limits"]) == set(model_in(AugmentConfig.model_fields["limits"].annotation).model_fields)


@pytest.mark.parametrize("name", ["k", "typos", "keyboard", "roles", "turns", "language", "pivots", "min_added"])
def test_a_default_that_it_shows_is_the_default(name):
    shown = tomllib.loads(re.search(rf"^#({name} = .*)$", STARTER, re.MULTILINE)[1])[name]
    limits = model_in(AugmentConfig.model_fields["limits"].annotation)
    model = next(one for one in (*AUGMENTS.values(), limits) if name in one.model_fields)
    default = model.model_fields[name].get_default(call_default_factory=True)

    assert (list(default) if isinstance(default, tuple) else default) == shown
