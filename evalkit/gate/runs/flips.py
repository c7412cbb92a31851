"""The items on which two runs part: right to wrong first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from evalkit.gate.runs.pairing import Scored
from evalkit.gate.statistics.sample import of_cells
from evalkit.metrics.metric import Metric, Numbers

SHOWN = 50


@dataclass(frozen=True)
class Flips:
    """The ids of items that got worse, worst first, and better, best first."""

    worse: list[str]
    better: list[str]
    binary: bool

    def told(self, shown: int = SHOWN) -> dict[str, Any]:
        """Return counts and the first ids, as verdict.json has them."""
        worse, better = ("right_to_wrong", "wrong_to_right") if self.binary else ("worse", "better")
        return {
            worse: len(self.worse),
            better: len(self.better),
            "ids": {worse: self.worse[:shown], better: self.better[:shown]},
        }


def flips(scored: Scored, ids: np.ndarray[Any, Any]) -> Flips:
    """Return the flips of a metric; of corpus metrics each item is scored as if it were alone."""
    sample = scored.sample
    base, candidate = values(scored)
    with np.errstate(invalid="ignore"):  # two values that are both too large for a number
        moved = candidate - base if sample.metric.better == "higher" else base - candidate
    moved = np.where(np.isnan(moved), 0.0, moved)
    order = np.argsort(moved, kind="stable")
    named = ids[scored.places]
    worse = [str(named[place]) for place in order if moved[place] < 0]
    better = [str(named[place]) for place in np.argsort(-moved, kind="stable") if moved[place] > 0]
    return Flips(worse, better, sample.metric.shares)


def values(scored: Scored) -> tuple[Numbers, Numbers]:
    """Return what each item counts in the base and in the candidate; of corpus metrics as if it were alone."""
    sample = scored.sample
    return alone(sample.metric, sample.base), alone(sample.metric, sample.candidate)


def alone(metric: Metric, statistics: Numbers) -> Numbers:
    """Return the value of each row as if it were the only one; of labels, whether the answer is the wanted one."""
    if of_cells(metric):
        return np.asarray(statistics[:, 0] == statistics[:, 1], dtype=np.float64)  # labels: right or wrong
    return np.asarray(metric.of_sums(statistics, np.ones(len(statistics))))
