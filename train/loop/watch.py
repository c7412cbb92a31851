"""What ends a run early: numbers that cannot be right, a validation loss that rises, abilities that are forgotten."""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import pairwise
from typing import Any, NamedTuple

from train.config import EvaluationTable

RISES = 3  # evaluations in a row, each above the one before, where no patience says when to end


class Stopped(NamedTuple):
    """Why a run ended. ``early_stopping`` was asked for; every other reason is a guard's, and exit 1."""

    reason: str  # steps_done, early_stopping, or a guard's word
    detail: str
    step: int

    @property
    def is_guard(self) -> bool:
        """Say whether something was wrong."""
        return self.reason not in ("steps_done", "early_stopping")

    def as_json(self) -> dict[str, Any]:
        """Return it for stats.json."""
        return self._asdict()


def watch_step(step: int, loss: float, norm: float) -> Stopped | None:
    """Return what is wrong with the numbers of a step that is not yet made; None where nothing is."""
    if not math.isfinite(loss):
        return Stopped("loss_not_finite", f"the loss of step {step} is {loss}; try a lower learning_rate", step)
    if loss == 0:
        return Stopped("loss_zero", f"the loss of step {step} is 0: no token of it is trained", step)
    if not math.isfinite(norm):
        return Stopped(
            "gradient_not_finite", f"the gradient of step {step} has norm {norm}; try a lower rate, or float32", step
        )
    if norm == 0:
        return Stopped("gradient_zero", f"the gradient of step {step} is 0: nothing would be learnt", step)
    return None


def watch_losses(losses: list[tuple[int, float]], table: EvaluationTable) -> Stopped | None:
    """Return why the validation losses so far, (step, loss) each, end the run; None where they do not."""
    if not losses:
        return None
    step, last = losses[-1]
    if not math.isfinite(last):
        return Stopped("eval_loss_not_finite", f"the validation loss at step {step} is {last}", step)
    if table.patience is not None:
        tuned = [one for one in losses if one[0] > 0]
        best = min(range(len(tuned)), key=lambda at: tuned[at][1], default=0)
        if len(tuned) - 1 - best < table.patience:
            return None
        told = f"no lower validation loss than {tuned[best][1]:.4f} of step {tuned[best][0]}"
        return Stopped("early_stopping", f"{told} in {table.patience} evaluations", step)
    recent = [loss for _, loss in losses[-RISES - 1 :]]
    if len(recent) > RISES and all(after > before for before, after in pairwise(recent)):
        told = " -> ".join(f"{loss:.4f}" for loss in recent)
        return Stopped("eval_loss_rising", f"the validation loss rose {RISES} times in a row: {told}", step)
    return None


def watch_suites(
    step: int, base: Mapping[str, float], now: Mapping[str, float], margin: float | None
) -> Stopped | None:
    """Return which suite fell by more than the margin below the base; None where none did."""
    if margin is None or not now:
        return None
    name = max(base, key=lambda one: base[one] - now[one])
    if base[name] - now[name] <= margin:
        return None
    told = f"{name} fell from {base[name]:.3f} to {now[name]:.3f} at step {step}; the margin is {margin:g}"
    return Stopped("regression", told, step)
