"""A model of two layers at random, rows of its tokens, and a loop over them: nothing is downloaded."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pytest

from tests.evalkit.local.conftest import make_model


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
            tables.setdefault(table, {})[key] = value
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
