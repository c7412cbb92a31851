"""The learning rate of each step, from its number alone: nothing to keep for a run that goes on later."""

from __future__ import annotations

import math

from train.config import TrainingTable


def learning_rate(table: TrainingTable, step: int, total: int) -> float:
    """Return the rate of a step (from 0) of a run of so many: a straight warm-up, then the schedule down to 0."""
    warm = round(table.warmup * total) if table.warmup < 1 else int(table.warmup)
    if step < warm:
        return table.learning_rate * (step + 1) / warm
    gone = (step - warm) / max(1, total - warm)
    if table.schedule == "constant":
        return table.learning_rate
    if table.schedule == "linear":
        return table.learning_rate * (1 - gone)
    return table.learning_rate * (1 + math.cos(math.pi * gone)) / 2
