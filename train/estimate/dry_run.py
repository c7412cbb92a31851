"""What a run would do and take, from its data, its model and one step; nothing is written."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from train.config import TrainConfig
from train.estimate.measure import Measured, measure
from train.loop.plan import every
from train.prepare import Prepared
from train.ready import Ready, make_ready
from train.stats import data_stats


@dataclass(frozen=True)
class DryRun:
    """A run that was not made."""

    ready: Ready
    stats: dict[str, Any]  # as stats.json would begin
    measured: Measured
    seconds: float
    evaluations: int

    def as_json(self) -> dict[str, Any]:
        """Return all of it."""
        memory = self.measured.memory
        return self.stats | {
            "memory_bytes": memory._asdict() | {"total": memory.total},
            "peak_bytes": self.measured.peak,
            "seconds": round(self.seconds, 1),
            "evaluations": self.evaluations,
            "measured_step": {"tokens": self.measured.tokens, "seconds": round(self.measured.seconds, 4)},
            "device": self.ready.place.name,
        }


def dry_run(config: TrainConfig, prepared: Prepared, home: Path, *, texts: bool = True) -> DryRun:
    """Return what a run would do and take.

    Raises:
        ThresherError: the model cannot be loaded, or its largest batch does not fit into memory.
    """
    ready = make_ready(config, prepared, home)
    try:
        with ready.place.fitting():
            measured = measure(ready.model, prepared.examples, ready.plan, ready.place)
    finally:
        ready.processes.close()
    steps = len(ready.plan.steps)
    evaluations = evaluations_of(config, steps) + 1  # the base is measured first
    validation = 0 if prepared.validation is None else int(prepared.validation.lengths.sum())
    seconds = measured.run_seconds(ready.plan, prepared.examples, validation, evaluations)
    return DryRun(ready, data_stats(ready, texts=texts), measured, seconds, evaluations)


def evaluations_of(config: TrainConfig, steps: int) -> int:
    """Return how often a run of so many steps is evaluated after its start."""
    return -(-steps // every(config, steps))
