"""A model of two layers at random, rows of its tokens, a loop over them, a train.toml: nothing is downloaded."""

from __future__ import annotations

import json
import warnings
from pathlib import Path

import numpy as np
import pytest

from tests.conftest import chat
from tests.evalkit.local.conftest import WORDS, make_model

ROWS = [chat(" ".join(WORDS[i % 7 : i % 7 + 5]), f"{WORDS[i % 9]} {WORDS[(i + 3) % 9]} {i}") for i in range(24)]
HELD = [chat(" ".join(WORDS[i : i + 6]), f"{WORDS[i]} is {i}") for i in range(6)]


@pytest.fixture(autouse=True)
def _their_warnings():
    """Let torch and its friends warn: what they say is not ours."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@pytest.fixture(scope="session")
def tiny(tmp_path_factory) -> Path:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return make_model(tmp_path_factory.mktemp("models") / "tiny")


def examples(count=12, *, seed=0, longest=24):
    """Return rows of random tokens and lengths; the second half of each is trained."""
    from train.examples import Examples, Place

    draw = np.random.default_rng(seed)
    lengths = draw.integers(4, longest, count)
    starts = np.concatenate([[0], np.cumsum(lengths)])
    tokens = draw.integers(6, 300, int(starts[-1])).astype(np.int32)
    trained = np.concatenate([np.arange(size) >= size // 2 for size in lengths])
    none = np.zeros(count, np.int64)
    places = tuple(Place("rows.jsonl", line + 1, str(line)) for line in range(count))
    return Examples(tokens, trained, starts, none, none, places)


@pytest.fixture
def loop(tiny, tmp_path):
    """Return a loop over twelve rows, its configuration changed by ``table.key`` words."""

    def make(rows=None, validation=None, out=tmp_path / "out", **changes):
        from train.config import TrainConfig
        from train.loop.checkpoint import Checkpoints
        from train.loop.loop import Loop
        from train.loop.plan import make_plan
        from train.loop.processes import Processes
        from train.model.load import load_model
        from train.model.place import choose_place
        from train.model.source import find_base

        tables = {
            "seed": 1,
            "model": {"path": str(tiny)},
            "data": {"train": ["rows.jsonl"], "max_tokens": 64},
            "adapter": {"rank": 4, "alpha": 8},
            "training": {"learning_rate": 1e-2, "epochs": 2, "batch_rows": 2},
            "evaluation": {},
        }
        for name, value in changes.items():
            table, _, key = name.partition("__")
            tables[table] = value if not key else tables.get(table, {}) | {key: value}
        config = TrainConfig.model_validate({name: table for name, table in tables.items() if table != {}})
        place = choose_place(config)
        rows = examples() if rows is None else rows
        model = load_model(config, find_base(config.model, Path()), place, Path())
        plan = make_plan(rows.lengths, config.training, config.training.packing, config.data.max_tokens, config.seed)
        return Loop(
            config, model, place, plan, rows, validation, Checkpoints(out, {"seed": config.seed}), Processes("cpu"),
            measure=lambda model: {}, tell=lambda state: None,
        )  # fmt: skip

    return make


@pytest.fixture
def project(jsonl, tiny, tmp_path):
    """Write rows and a train.toml, its tables changed; return the path."""
    jsonl(ROWS, "train.jsonl"), jsonl(HELD, "validation.jsonl")

    def write(**tables):
        made = {
            "model": {"path": str(tiny)},
            "data": {"train": ["train.jsonl"], "validation": ["validation.jsonl"], "max_tokens": 128},
            "adapter": {"rank": 4, "alpha": 8, "name": "words"},
            "training": {"learning_rate": 5e-3, "epochs": 1, "batch_tokens": 128},
            "evaluation": {"every": 3},
        }
        for name, table in tables.items():
            made[name] = made.get(name, {}) | table
        lines = ["seed = 7"]
        for name, table in made.items():
            lines += [f"[{name}]", *(f"{key} = {json.dumps(value)}" for key, value in table.items())]
        path = tmp_path / "train.toml"
        path.write_text("\n".join(lines))
        return path

    return write


def lines(path):
    return [json.loads(line) for line in path.read_text().splitlines()]
