"""The whole run before it starts: which rows stand in which step, so that a step can be found again by its number."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from train.config import TrainConfig, TrainingTable
from train.packing.batches import Plan as Packing
from train.packing.batches import epoch_batches

BATCH_TOKENS = 2048  # where the configuration says neither rows nor tokens
EPOCHS = 3
EVALUATIONS = 10  # of a run that does not say how many
Sequences = list[list[int]]  # of one batch: each a list of examples


class Step(NamedTuple):
    """The batches of one optimiser step, of all processes together."""

    epoch: float  # passed when the step is done
    batches: list[Sequences]


@dataclass(frozen=True)
class Plan:
    """All steps, in their order."""

    steps: list[Step]
    packing: Packing

    @property
    def epochs(self) -> float:
        """Return how often each row is seen."""
        return self.steps[-1].epoch

    @property
    def batches(self) -> Iterator[Sequences]:
        """Yield the batches of all steps."""
        return itertools.chain.from_iterable(step.batches for step in self.steps)


def make_plan(
    lengths: NDArray[np.int64], table: TrainingTable, packing: Packing, max_tokens: int, seed: int, processes: int = 1
) -> Plan:
    """Return the steps of a run: so many epochs, or so many steps over as many epochs as they take.

    A step has ``accumulation`` batches for each process; the last of an epoch may have fewer.
    """
    steps: list[Step] = []
    width = table.accumulation * processes
    for epoch in itertools.count():
        if table.steps is None and epoch == (table.epochs or EPOCHS):
            break
        batches = batches_of(lengths, table, packing, max_tokens, seed, epoch)
        for start in range(0, len(batches), width):
            done = min(start + width, len(batches)) / len(batches)
            steps.append(Step(round(epoch + done, 4), batches[start : start + width]))
        if table.steps is not None and len(steps) >= table.steps:
            break
    return Plan(steps[: table.steps], packing)


def every(config: TrainConfig, steps: int) -> int:
    """Return after how many steps the next evaluation comes, in a run of so many."""
    return config.evaluation.every or max(1, steps // EVALUATIONS)


def batches_of(
    lengths: NDArray[np.int64], table: TrainingTable, packing: Packing, max_tokens: int, seed: int, epoch: int
) -> list[Sequences]:
    """Return the batches of one pass over the rows."""
    tokens = table.batch_tokens if table.batch_rows or table.batch_tokens else BATCH_TOKENS
    return epoch_batches(
        lengths,
        plan=packing,
        rows=table.batch_rows,
        tokens=tokens,
        max_tokens=max_tokens,
        seed=seed,
        epoch=epoch,
    )
