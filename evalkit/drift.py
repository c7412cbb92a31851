"""Drift of behaviour between two runs: length, refusals, language, loops, cut answers, tokens, latency, cost."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from evalkit.gate.runs.pairing import signature_of
from evalkit.gate.runs.run import Run
from evalkit.gate.statistics.estimate import Settings, digits, estimate
from evalkit.gate.statistics.sample import Sample
from evalkit.metrics.metric import Metric, Numbers
from evalkit.statistics.intervals import wilson
from evalkit.statistics.normal import quantile
from evalkit.statistics.ranks import distance, rank_sum_p, signed_rank_p

BEHAVIOUR = ("length", "empty", "refusal", "language", "repetition", "truncation", "tokens", "latency", "cost")
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


@dataclass(frozen=True)
class Spread:
    """How the values of two runs are distributed."""

    base: tuple[float, ...]  # the quantiles of ``QUANTILES``
    candidate: tuple[float, ...]
    distance: float  # Kolmogorov and Smirnov's, 0 to 1
    test: str  # "signed_rank" of pairs, "rank_sum" where no ids match
    p_value: float


@dataclass(frozen=True)
class Drift:
    """How one metric of behaviour moved."""

    metric: str
    unit: str
    base: float
    candidate: float
    difference: float
    interval: tuple[float, float]
    n: int  # pairs; where no ids match, the rows of the smaller run
    paired: bool
    method: str
    spread: Spread | None  # None of shares

    def told(self) -> dict[str, Any]:
        """Return it for JSON, numbers to six digits."""
        return {key: _rounded(value) for key, value in asdict(self).items()}


def drift(base: Run, candidate: Run, settings: Settings | None = None) -> list[Drift]:
    """Return how each metric of behaviour moved that both runs have by the same rules, on rows that both scored.

    Rows are paired by id; where no id is in both runs, the runs are compared as two samples. Both bounds of an interval
    hold one-sided with chance ``1 - alpha``.
    """
    settings = settings or Settings(alpha=0.025)
    found = []
    for name in sorted(base.metrics.keys() & candidate.metrics.keys()):
        same = signature_of(base.metrics[name]) == signature_of(candidate.metrics[name])
        if name.partition(":")[0] not in BEHAVIOUR or not same:
            continue
        metric, numbers = candidate.statistics(name)
        values = [_values(run, own) for run, own in ((base, base.statistics(name)[1]), (candidate, numbers))]
        shared = sorted(values[0].keys() & values[1].keys())
        one, other = (np.array([side[row] for row in shared or side], dtype=np.float64) for side in values)
        if len(one) and len(other):
            found.append(_drift(metric, one, other, settings, paired=bool(shared)))
    return found


def _values(run: Run, numbers: Numbers) -> dict[str, float]:
    """Return the value of each row that has one, by id."""
    return {
        name: value
        for name, value in zip(run.rows["id"].to_list(), numbers[:, 0].tolist(), strict=True)
        if not math.isnan(value)
    }


def _drift(metric: Metric, base: Numbers, candidate: Numbers, settings: Settings, *, paired: bool) -> Drift:
    means = float(base.mean()), float(candidate.mean())
    if paired:
        one = estimate(Sample(metric, base[:, None], candidate[:, None], None), "difference", settings)
        interval, method = (one.low, one.high), one.method
    else:
        interval, method = _apart(metric, base, candidate, settings.alpha)
    spread = None if metric.shares else _spread(base, candidate, paired=paired)
    n = min(len(base), len(candidate))
    return Drift(metric.name, metric.unit, *means, means[1] - means[0], interval, n, paired, method, spread)


def _spread(base: Numbers, candidate: Numbers, *, paired: bool) -> Spread:
    quantiles = [tuple(map(float, np.quantile(one, QUANTILES))) for one in (base, candidate)]
    test, p_value = (
        ("signed_rank", signed_rank_p(candidate - base)) if paired else ("rank_sum", rank_sum_p(base, candidate))
    )
    return Spread(quantiles[0], quantiles[1], distance(base, candidate), test, p_value)


def _apart(metric: Metric, base: Numbers, candidate: Numbers, alpha: float) -> tuple[tuple[float, float], str]:
    """Return the interval of a difference of two samples: Newcombe's of shares (1998), else Welch's of means."""
    z = -quantile(alpha)
    gap = float(candidate.mean() - base.mean())
    if metric.shares:
        (low, high), (below, above) = (wilson(float(one.sum()), len(one), z) for one in (candidate, base))
        new, old = float(candidate.mean()), float(base.mean())
        return (gap - math.hypot(new - low, above - old), gap + math.hypot(high - new, old - below)), "newcombe"
    error = math.sqrt(sum(float(one.var(ddof=1)) / len(one) if len(one) > 1 else 0.0 for one in (base, candidate)))
    return (gap - z * error, gap + z * error), "welch,normal"


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _rounded(one) for key, one in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_rounded(one) for one in value]
    return digits(value) if isinstance(value, float) else value
