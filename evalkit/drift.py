"""Drift of behaviour between two runs: length, refusals, language, loops, cut answers, tokens, latency, cost."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evalkit.gate.runs.pairing import Pair, by_itself, common
from evalkit.gate.runs.run import Run
from evalkit.gate.runs.signature import signature_of
from evalkit.gate.statistics.estimate import Settings, digits, estimate
from evalkit.gate.statistics.sample import Sample
from evalkit.gate.statistics.signflip import ALL_UP_TO, sign_flip_p
from evalkit.metrics.metric import Metric, Numbers
from evalkit.statistics.clusters import closed_up
from evalkit.statistics.few import varies
from evalkit.statistics.intervals import wilson
from evalkit.statistics.normal import quantile, t_quantile
from evalkit.statistics.ranks import distance, rank_sum_p, signed_rank_p, signed_ranks

BEHAVIOUR = ("length", "empty", "refusal", "language", "repetition", "truncation", "tokens", "latency", "cost")
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
Clusters = NDArray[np.intp] | None  # 0 to the number of clusters, one a row; None: each row stands for itself


@dataclass(frozen=True)
class Spread:
    """How the values of two runs are distributed."""

    base: tuple[float, ...]  # the quantiles of ``QUANTILES``
    candidate: tuple[float, ...]
    distance: float  # Kolmogorov and Smirnov's, 0 to 1
    test: str  # "signed_rank" of pairs, "rank_sum" where no ids match; with ",clusters" where rows share some
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


@np.errstate(over="ignore", invalid="ignore")  # a sum may be too large for a number: it has no value then
def drift(base: Run, candidate: Run, settings: Settings | None = None) -> list[Drift]:
    """Return how each metric of behaviour moved that both runs have by the same rules, on rows that both scored.

    Rows are paired by id; where no id is in both runs, the runs are compared as two samples. Rows of one cluster count
    together, as they do for the metric. Both bounds of an interval hold one-sided with chance ``1 - alpha``.
    """
    settings = settings or Settings(alpha=0.025)
    together = common(candidate, base)
    found = []
    for name in sorted(base.metrics.keys() & candidate.metrics.keys()):
        same = signature_of(base.metrics[name]) == signature_of(candidate.metrics[name])
        if name.partition(":")[0] not in BEHAVIOUR or not same:
            continue
        metric, numbers = candidate.statistics(name)
        old, new = (_values(run, own) for run, own in ((base, base.statistics(name)[1]), (candidate, numbers)))
        if shared := sorted(old.keys() & new.keys()):
            own = _clusters(together, shared)
            found.append(_paired(metric, _array(old, shared), _array(new, shared), own, settings))
        elif old and new:
            one, other = (_with_clusters(run, values) for run, values in ((base, old), (candidate, new)))
            found.append(_unpaired(metric, one, other, settings.alpha))
    return found


def _values(run: Run, numbers: Numbers) -> dict[str, float]:
    """Return the value of each row that has one, by id."""
    return {
        name: value
        for name, value in zip(run.rows["id"].to_list(), numbers[:, 0].tolist(), strict=True)
        if not math.isnan(value)
    }


def _array(values: dict[str, float], rows: Iterable[str]) -> Numbers:
    return np.array([values[row] for row in rows], dtype=np.float64)


def _clusters(items: Pair, rows: Iterable[str]) -> Clusters:
    """Return a number for the cluster of each of some rows."""
    if items.clusters is None:
        return None
    known = dict(zip(items.ids.tolist(), items.clusters.tolist(), strict=True))
    return closed_up([known[row] for row in rows])


def _with_clusters(run: Run, values: dict[str, float]) -> tuple[Numbers, Clusters]:
    return _array(values, values), _clusters(by_itself(run), values)


def _paired(metric: Metric, base: Numbers, candidate: Numbers, clusters: Clusters, settings: Settings) -> Drift:
    found = estimate(Sample(metric, base[:, None], candidate[:, None], clusters), "difference", settings)
    test = _signed_rank(candidate - base, clusters, settings)
    return _drift(metric, base, candidate, (found.low, found.high), found.method, test, paired=True)


def _signed_rank(moved: Numbers, clusters: Clusters, settings: Settings) -> tuple[str, float]:
    """Return name and two-sided p value of Wilcoxon's signed ranks: exact for 14 rows that moved or fewer.

    Of clusters the ranks are summed, and the signs of whole clusters flipped: the statistic of Rosner, Glynn and Lee
    (2006), Biometrics 62:185-192. Its p value is that of the sign-flip test.
    """
    ranks = signed_ranks(moved)
    if clusters is not None:
        return "signed_rank,clusters", sign_flip_p(_summed(ranks, clusters), settings.draws, settings.seed)
    few = np.count_nonzero(ranks) <= ALL_UP_TO
    return "signed_rank", sign_flip_p(ranks, settings.draws, settings.seed) if few else signed_rank_p(moved)


def _unpaired(
    metric: Metric, base: tuple[Numbers, Clusters], candidate: tuple[Numbers, Clusters], alpha: float
) -> Drift:
    if base[1] is None and candidate[1] is None:
        interval, method = _apart(metric, base[0], candidate[0], alpha)
        test = "rank_sum", rank_sum_p(base[0], candidate[0])
    else:
        interval, method = _clusters_apart(base, candidate, alpha), "welch,t,clusters"
        test = "rank_sum,clusters", rank_sum_p(_means(*base), _means(*candidate))
    return _drift(metric, base[0], candidate[0], interval, method, test, paired=False)


def _drift(
    metric: Metric,
    base: Numbers,
    candidate: Numbers,
    interval: tuple[float, float],
    method: str,
    test: tuple[str, float],
    *,
    paired: bool,
) -> Drift:
    old, new = float(base.mean()), float(candidate.mean())
    spread = None
    if not metric.shares:
        quantiles = [tuple(map(float, np.quantile(one, QUANTILES))) for one in (base, candidate)]
        spread = Spread(quantiles[0], quantiles[1], distance(base, candidate), *test)
    n = min(len(base), len(candidate))
    return Drift(metric.name, metric.unit, old, new, new - old, interval, n, paired, method, spread)


def _apart(metric: Metric, base: Numbers, candidate: Numbers, alpha: float) -> tuple[tuple[float, float], str]:
    """Return the interval of a difference of two samples: Newcombe's of shares (1998), else Welch's of means (1947)."""
    gap = float(candidate.mean() - base.mean())
    if metric.shares:
        z = -quantile(alpha)
        (low, high), (below, above) = (wilson(float(one.sum()), len(one), z) for one in (candidate, base))
        new, old = float(candidate.mean()), float(base.mean())
        return (gap - math.hypot(new - low, above - old), gap + math.hypot(high - new, old - below)), "newcombe"
    return _welch(gap, [(float(one.var()), len(one)) for one in (base, candidate)], alpha), "welch,t"


def _welch(gap: float, samples: Sequence[tuple[float, int]], alpha: float) -> tuple[float, float]:
    """Return gap and t times its error, by the variance (of all, not n - 1) and the size of each sample.

    Degrees of freedom are Satterthwaite's, rounded down. Endless where a sample has one value, or where none varies:
    nothing says how far another may lie.
    """
    if min(size for _, size in samples) < 2:
        return -math.inf, math.inf
    parts = [(variance / (size - 1), size - 1) for variance, size in samples]
    square = sum(part for part, _ in parts)
    if not varies(math.sqrt(square), gap):
        return -math.inf, math.inf
    freedom = int(square**2 / sum(part**2 / freedom for part, freedom in parts))
    reach = -t_quantile(alpha, max(1, freedom)) * math.sqrt(square)
    return gap - reach, gap + reach


def _clusters_apart(
    base: tuple[Numbers, Clusters], candidate: tuple[Numbers, Clusters], alpha: float
) -> tuple[float, float]:
    """Return Welch's interval with cluster-robust errors and t of the fewer clusters less one; endless as his is."""
    gap = float(candidate[0].mean() - base[0].mean())
    sums = [_summed(numbers - numbers.mean(), clusters) for numbers, clusters in (base, candidate)]
    fewest = min(map(len, sums))
    if fewest < 2:
        return -math.inf, math.inf
    rows = (len(base[0]), len(candidate[0]))
    error = math.sqrt(sum(len(s) / (len(s) - 1) * float(s @ s) / n**2 for s, n in zip(sums, rows, strict=True)))
    if not varies(error, gap):
        return -math.inf, math.inf
    reach = -t_quantile(alpha, fewest - 1) * error
    return gap - reach, gap + reach


def _means(numbers: Numbers, clusters: Clusters) -> Numbers:
    """Return the mean of each cluster."""
    return _summed(numbers, clusters) / _summed(np.ones(len(numbers)), clusters)


def _summed(numbers: Numbers, clusters: Clusters) -> Numbers:
    return numbers if clusters is None else np.bincount(clusters, numbers).astype(np.float64)


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _rounded(one) for key, one in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_rounded(one) for one in value]
    return digits(value) if isinstance(value, float) else value
