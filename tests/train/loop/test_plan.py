"""Which rows stand in which step, and the learning rate of each."""

from __future__ import annotations

import numpy as np
import pytest

from train.config import TrainingTable
from train.loop.plan import make_plan
from train.loop.schedule import learning_rate

LENGTHS = np.array([5, 9, 3, 14, 7, 7, 2, 11, 6, 4])


def plan(packing="grouped", processes=1, **table):
    return make_plan(LENGTHS, TrainingTable(**table), packing, 16, seed=1, processes=processes)


@pytest.mark.parametrize("packing", ["packed", "grouped", "random"])
def test_every_row_is_seen_once_an_epoch(packing):
    made = plan(packing, epochs=3, batch_rows=2, accumulation=2)

    for epoch in range(3):
        seen = [
            at
            for step in made.steps
            if epoch < step.epoch <= epoch + 1
            for b in step.batches
            for row in b
            for at in row
        ]
        assert sorted(seen) == list(range(10))
    assert made.epochs == 3


@pytest.mark.parametrize(
    ("table", "processes", "batches"),
    [
        pytest.param({"batch_rows": 2}, 1, [1, 1, 1, 1, 1], id="a batch a step"),
        pytest.param({"batch_rows": 2, "accumulation": 2}, 1, [2, 2, 1], id="the last step of an epoch has what is left"),
        pytest.param({"batch_rows": 2, "accumulation": 1}, 2, [2, 2, 1], id="a batch for each process"),
        pytest.param({"batch_rows": 2, "steps": 7}, 1, [1] * 7, id="so many steps, over two epochs"),
        pytest.param({"batch_rows": 2, "steps": 3, "epochs": 9}, 1, [1] * 3, id="steps win over epochs"),
    ],
)  # fmt: skip
def test_a_step_has_accumulation_batches_for_each_process(table, processes, batches):
    made = plan("random", processes, **{"epochs": 1} | table)

    assert [len(step.batches) for step in made.steps] == batches


@pytest.mark.parametrize(
    ("table", "rates"),
    [
        pytest.param({"schedule": "constant", "warmup": 0}, [1, 1, 1, 1], id="constant"),
        pytest.param({"schedule": "linear", "warmup": 0}, [1, 0.75, 0.5, 0.25], id="linear"),
        pytest.param({"schedule": "cosine", "warmup": 0}, [1, 0.853553, 0.5, 0.146447], id="cosine"),
        pytest.param({"schedule": "constant", "warmup": 0.5}, [0.5, 1, 1, 1], id="a share of warm-up"),
        pytest.param({"schedule": "linear", "warmup": 2}, [0.5, 1, 1, 0.5], id="two steps of warm-up"),
    ],
)
def test_the_rate_of_a_step_follows_from_its_number(table, rates):
    """Oracle: the formulas, worked out by hand for four steps."""
    made = TrainingTable(learning_rate=1.0, **table)

    assert [learning_rate(made, step, 4) for step in range(4)] == pytest.approx(rates, abs=1e-6)
