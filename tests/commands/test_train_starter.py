"""The starter of a training: it loads, names every setting there is, and shows defaults that are the defaults."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from curate.core.run.mistakes import model_in
from curate.core.run.settings import validate
from train.config import TrainConfig

STARTER = (Path(__file__).parents[2] / "curate" / "starter" / "train.toml").read_text(encoding="utf-8")
IN_PLACE_OF = {"name": "path", "revision": "path", "train": "run", "validation": "run", "test": "run"}
NEEDED_BY = {"revision": "name", "validation": "train", "test": "train", "stop_on_regression": "suites"}
EXAMPLES = {"revision", "device", "template", "rehearsal", "parent", "epochs", "steps", "batch_tokens", "batch_rows"}
EXAMPLES |= {"name", "train", "validation", "test", "every", "patience", "suites", "stop_on_regression"}


def tables(model):
    """Yield each table of a model: its name, and the model of its settings."""
    for name, field in model.model_fields.items():
        inner = model_in(field.annotation)
        if inner is not None:
            yield name, inner


SETTINGS = [(table, name) for table, model in tables(TrainConfig) for name in model.model_fields]


def line_of(table: str, name: str) -> str:
    """Return the line of a setting, as it is when it is on."""
    block = re.search(rf"^#?\[{table}\]\n(.*?)(?=^\[|^#\[|\Z)", STARTER, re.MULTILINE | re.DOTALL)
    return re.search(rf"^#?({name} = .*)$", block[1], re.MULTILINE)[1]


def test_the_starter_loads():
    config = validate(TrainConfig, tomllib.loads(STARTER), "the starter")

    assert config.model_dump(exclude={"seed", "model", "data"}) == TrainConfig.model_validate(
        {"model": {"path": "a"}, "data": {"run": "b"}}
    ).model_dump(exclude={"seed", "model", "data"})


@pytest.mark.parametrize(("table", "name"), SETTINGS)
def test_each_setting_stands_in_the_starter_and_loads_when_it_is_turned_on(table, name):
    lines = [line_of(table, one) for one in (name, NEEDED_BY.get(name)) if one is not None]
    settings = tomllib.loads(STARTER)
    own = settings.setdefault(table, {})
    if table in ("model", "data"):
        own.pop(IN_PLACE_OF.get(name, ""), None)
    for line in lines:
        own |= tomllib.loads(line)

    assert validate(TrainConfig, settings, "the starter")


@pytest.mark.parametrize(("table", "name"), [(table, name) for table, name in SETTINGS if name not in EXAMPLES])
def test_a_default_that_the_starter_shows_is_the_default(table, name):
    default = dict(tables(TrainConfig))[table].model_fields[name].get_default(call_default_factory=True)
    shown = tomllib.loads(line_of(table, name))[name]

    assert default in (shown, None)
    assert default is not None or name in ("path", "run")
