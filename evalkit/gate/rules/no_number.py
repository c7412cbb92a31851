"""Why a difference, a ratio or a value is no number, and what to do about it."""

from __future__ import annotations

import math

from evalkit.gate.statistics.estimate import Estimate
from evalkit.gate.statistics.sample import Kind
from evalkit.metrics.metric import Metric


def no_number(found: Estimate, kind: Kind, metric: Metric, base: str, candidate: str) -> str | None:
    """Return which run's value is missing and why, where an estimate is no finite number; None where it is one."""
    if math.isfinite(found.value):
        return None
    values = {base: found.base, candidate: found.candidate}
    lacking = {run: value for run, value in values.items() if value is not None and not math.isfinite(value)}
    if not lacking:
        return f"there is no {kind}, for {metric.name} of {base} is 0"
    why = "too large to be computed with" if any(map(math.isinf, lacking.values())) else "undefined"
    instead = f"; {metric.instead} has a value for any text" if metric.instead else ""
    return f"there is no {kind}, for {metric.name} of {' and '.join(lacking)} is {why}{instead}"


def step(found: Estimate, metric: Metric) -> str:
    """Return what to do about such an estimate."""
    if math.isfinite(found.candidate) and found.base == 0:
        return "hold the candidate's own value: max_value needs no baseline, and a ratio to 0 says nothing"
    if metric.instead:
        return f"gate on {metric.instead}, which has a value for any text"
    return f"look at the rows of the run whose {metric.name} has no value, or gate on another metric"
