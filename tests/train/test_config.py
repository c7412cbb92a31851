"""``train.toml``: what it may say, what it may not, and its pages."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import jsonschema
import pytest

ROOT = Path(__file__).resolve().parents[2]
MODEL, DATA = '[model]\npath = "m"\n', '[data]\ntrain = ["t.jsonl"]\n'


@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param(DATA, "model: Field required", id="no model"),
        pytest.param('[model]\npath = "m"\nname = "org/m"\n' + DATA, "path (a folder) or name", id="two models"),
        pytest.param('[model]\npath = "m"\nrevision = "a"\n' + DATA, "revision goes with name", id="a folder's revision"),
        pytest.param(MODEL + "[data]\nmax_tokens = 64\n", "run (a curation run) or train", id="no data"),
        pytest.param(MODEL + '[data]\nrun = "r"\ntest = ["t"]\n', "brings validation and test", id="a run and a test"),
        pytest.param(MODEL + DATA + '[adapter]\nversion = "1"\n', "adapter.version", id="no semantic version"),
        pytest.param(
            MODEL + DATA + '[adapter]\nkind = "full"\n[quantisation]\nbits = 4\n', "four bits cannot be trained", id="full in 4 bits"
        ),
        pytest.param(
            MODEL + DATA + '[adapter]\nkind = "full"\nparent = "a"\n', "has no parent adapter", id="full with a parent"
        ),
        pytest.param(
            MODEL + DATA + "[evaluation]\nstop_on_regression = 0.1\n", "none is named", id="a margin without suites"
        ),
        pytest.param(MODEL + DATA + "[training]\nlearning_rat = 1\n", "did you mean 'learning_rate'", id="misspelt"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_place(thresher, tmp_path, text, told):
    (tmp_path / "train.toml").write_text(text)
    ran = thresher("train", tmp_path / "train.toml", "--out", tmp_path / "out")

    assert (ran.code, told in ran.err) == (2, True), ran.err
    assert not (tmp_path / "out").exists()


def test_a_flag_changes_a_setting(tmp_path):
    from train.config import load_train

    (tmp_path / "train.toml").write_text(MODEL + DATA + "[training]\nepochs = 3\n")
    config = load_train(tmp_path / "train.toml", ["training.steps=5", "evaluation.suites=['lists']"])

    assert (config.training.steps, config.evaluation.suites, config.adapter.rank) == (5, ["lists"], 16)


def test_train_needs_a_configuration_and_a_folder(thresher):
    ran = thresher("train")

    assert (ran.code, "thresher train train.toml --out DIR" in ran.err) == (2, True)


def test_schema_and_page_are_those_that_ship(thresher):
    assert thresher("train", "--schema").out == (ROOT / "train" / "train.schema.json").read_text()
    assert thresher("train", "--markdown").out == (ROOT / "docs" / "train-configuration.md").read_text()


def test_the_example_of_the_page_is_a_configuration(tmp_path):
    from train.config import load_train

    text = (ROOT / "docs" / "train-configuration.md").read_text().split("```toml\n")[1].split("```")[0]
    (tmp_path / "train.toml").write_text(text)

    assert load_train(tmp_path / "train.toml").evaluation.stop_on_regression == 0.05


HOSTED = '[data]\ntrain = ["rows.jsonl"]\n[hosted]\nbase_url = "https://example.test/v1"\nmodel = "base-1"\n'


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        pytest.param(MODEL + DATA, "", id="a run here"),
        pytest.param(MODEL + DATA + "[training]\nepoch = 3\n", "epoch", id="a run here, misspelt"),
        pytest.param(HOSTED, "", id="an endpoint"),
        pytest.param(HOSTED + "epoch = 3\n", "epoch", id="an endpoint, misspelt"),
        pytest.param(HOSTED + MODEL, "model", id="an endpoint, and a model here"),
    ],
)
def test_the_schema_takes_what_the_command_takes(text, wrong):
    """Oracle: jsonschema; with ``[hosted]`` the other tables are those of a job, and a mistake is told by its name."""
    schema = json.loads((ROOT / "train" / "train.schema.json").read_text())
    found = [error.message for error in jsonschema.Draft202012Validator(schema).iter_errors(tomllib.loads(text))]

    assert len(found) == (1 if wrong else 0)
    assert all(wrong in message for message in found)
