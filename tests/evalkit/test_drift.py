"""How behaviour moved between two runs; oracle: SciPy."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import polars as pl
import pytest
from scipy import stats

from evalkit.compare.compare import compare
from evalkit.drift import drift
from evalkit.gate.runs.run import Run, read_run
from evalkit.gate.statistics.estimate import Settings
from evalkit.statistics.ranks import distance, rank_sum_p, signed_rank_p

RANDOM = np.random.default_rng(5)
BASE = np.round(RANDOM.gamma(2.0, 20.0, 120))
NEW = np.round(BASE + RANDOM.normal(4, 12, 120)).clip(0)


def test_ranks_are_those_of_scipy():
    assert distance(BASE, NEW) == pytest.approx(stats.ks_2samp(BASE, NEW).statistic, abs=1e-12)
    paired = stats.wilcoxon(NEW - BASE, method="asymptotic")
    assert signed_rank_p(NEW - BASE) == pytest.approx(paired.pvalue, rel=1e-9)
    apart = stats.mannwhitneyu(BASE, NEW[:80], method="asymptotic")
    assert rank_sum_p(BASE, NEW[:80]) == pytest.approx(apart.pvalue, rel=1e-9)


def test_ranks_of_what_never_moves():
    same = np.full(9, 3.0)

    assert (distance(same, same), signed_rank_p(same - same), rank_sum_p(same, same)) == (0.0, 1.0, 1.0)


@pytest.fixture
def run(thresher, jsonl, tmp_path):
    def score(name: str, lengths: Any, prefix: str = "q") -> Any:
        rows = [
            {"id": f"{prefix}{n}", "prediction": "I'm sorry, no." if n % 9 == 0 and name == "new" else "x" * int(size),
             "finish": "stop", "usage": {"seconds": 0.1, "cost": 0.01, "completion_tokens": int(size)}}
            for n, size in enumerate(lengths)
        ]  # fmt: skip
        metrics = "length,refusal,repetition,truncation,empty,tokens,latency,cost"
        path = jsonl(rows, f"{name}.jsonl")
        assert thresher("score", path, "--metrics", metrics, "--out", tmp_path / name, "-q").code == 0
        return tmp_path / name

    return score


def test_each_behaviour_that_both_have(run):
    moved = drift(read_run(run("base", BASE)), read_run(run("new", NEW)))

    found = {one.metric: one for one in moved}
    assert sorted(found) == ["cost", "empty", "latency", "length", "refusal", "repetition", "tokens", "truncation"]
    tokens = found["tokens"]
    assert (tokens.base, tokens.candidate, tokens.n, tokens.paired) == (BASE.mean(), NEW.mean(), 120, True)
    low, high = stats.t.interval(0.95, 119, (NEW - BASE).mean(), stats.sem(NEW - BASE))
    assert tokens.interval == pytest.approx((low, high), abs=0.3)
    assert tokens.spread.base == pytest.approx(tuple(np.quantile(BASE, (0.05, 0.25, 0.5, 0.75, 0.95))))
    assert tokens.spread.p_value == pytest.approx(stats.wilcoxon(NEW - BASE, method="asymptotic").pvalue, rel=1e-9)
    assert (found["refusal"].difference, found["refusal"].spread) == (14 / 120, None)
    assert found["refusal"].interval[0] > 0
    assert found["latency"].interval == (-np.inf, np.inf)  # 120 equal numbers: nothing says how far others may lie


def test_runs_without_a_common_id_are_two_samples(run):
    moved = drift(read_run(run("base", BASE)), read_run(run("new", NEW, "other")))

    found = {one.metric: one for one in moved}
    assert not found["tokens"].paired
    assert found["tokens"].method == "welch,t"
    assert found["tokens"].spread.test == "rank_sum"
    welch = stats.ttest_ind(NEW, BASE, equal_var=False).confidence_interval(0.95)
    assert found["tokens"].interval == pytest.approx(tuple(welch), rel=1e-3)
    assert found["latency"].told()["interval"] == [None, None]  # they never vary: nothing says how far another may lie
    assert found["refusal"].method == "newcombe"
    assert found["refusal"].interval[0] < 14 / 120 < found["refusal"].interval[1]


def test_compare_shows_the_distributions(thresher, run):
    ran = thresher("compare", run("base", BASE), run("new", NEW), "--json")

    told = {one["metric"]: one for one in ran.json["drift"]}
    assert told["length"]["spread"]["test"] == "signed_rank"
    shown = thresher("compare", run("base", BASE), run("new", NEW)).out
    assert "how behaviour is distributed" in shown


def lengths(values: Any, clusters: list[str] | None, prefix: str = "q") -> Run:
    """Return a run of answers of these lengths."""
    rows = pl.DataFrame({"id": [f"{prefix}{n:03d}" for n in range(len(values))], "length": values})
    known = pl.Series("cluster", clusters or [None] * len(values), pl.String)
    rows = rows.with_columns(known, slices=pl.lit(None, pl.String))
    return Run(prefix, rows, {"metrics": {"length": {"value": float(np.mean(values)), "signature": "length|v:1"}}})


EIGHT = [f"c{n}" for n in range(8) for _ in range(5)]


def equal_but_for_clusters(random: np.random.Generator) -> tuple[Any, Any]:
    """Return lengths of two runs whose differences lean by cluster, to either side alike."""
    base = random.normal(100, 20, 40)
    return base, base + np.repeat(random.normal(0, 8, 8), 5) + random.normal(0, 8, 40)


def test_clusters_move_together_in_drift_as_in_the_metric():
    """Oracle: the comparison's own row of the metric; every choice of signs for the clusters' sums of SciPy's ranks."""
    base, new = equal_but_for_clusters(RANDOM)
    found = compare(lengths(base, EIGHT), lengths(new, EIGHT))

    drifted, metric = found.drift[0], found.moved[0].estimate
    assert drifted.interval == (metric.low, metric.high)
    assert drifted.method == metric.method
    ranks = (np.sign(new - base) * stats.rankdata(np.abs(new - base))).reshape(8, 5).sum(axis=1)
    signs = np.array(list(product((-1, 1), repeat=8)))
    wanted = (np.abs(signs @ ranks) >= abs(ranks.sum())).mean()
    assert drifted.spread.test == "signed_rank,clusters"
    assert drifted.spread.p_value == pytest.approx(wanted, abs=1e-12)


def test_equal_runs_of_clusters_rarely_seem_to_drift():
    """Oracle: simulation; 5% of 400 shows as 3 to 7%. Rows taken for independent ones are rejected five times as often."""
    random = np.random.default_rng(7)
    shifted = missed = 0
    for _ in range(400):
        base, new = equal_but_for_clusters(random)
        found = drift(lengths(base, EIGHT), lengths(new, EIGHT), Settings(alpha=0.025, draws=500))[0]
        shifted += found.spread.p_value <= 0.05
        missed += not found.interval[0] <= 0 <= found.interval[1]

    assert shifted <= 0.075 * 400
    assert missed <= 0.075 * 400


def test_two_samples_of_clusters():
    """Oracle: SciPy's Welch error and rank sums of the clusters' means, which are of five rows each."""
    base, new = equal_but_for_clusters(np.random.default_rng(3))
    found = drift(lengths(base, EIGHT), lengths(new, EIGHT, "other"))[0]

    means = base.reshape(8, 5).mean(axis=1), new.reshape(8, 5).mean(axis=1)
    reach = stats.t.ppf(0.975, 7) * np.hypot(*(stats.sem(one) for one in means))
    assert (found.paired, found.method) == (False, "welch,t,clusters")
    assert found.interval == pytest.approx((new.mean() - base.mean() - reach, new.mean() - base.mean() + reach))
    assert found.spread.test == "rank_sum,clusters"
    wanted = stats.mannwhitneyu(*means, method="asymptotic").pvalue
    assert found.spread.p_value == pytest.approx(wanted, rel=1e-9)


def test_a_few_rows_are_not_taken_for_many():
    """Oracle: SciPy's exact signed ranks, and its Welch test of two samples, of whose freedom t takes the whole part."""
    base, new = np.array([3.0, 9.0, 4.0, 12.0, 7.0]), np.array([5.0, 13.0, 7.0, 18.0, 8.0])

    paired = drift(lengths(base, None), lengths(new, None))[0]
    assert paired.spread.p_value == pytest.approx(stats.wilcoxon(new - base, method="exact").pvalue)
    apart = drift(lengths(base, None), lengths(new[:4], None, "other"))[0]
    gap, welch = new[:4].mean() - base.mean(), stats.ttest_ind(new[:4], base, equal_var=False)
    reach = stats.t.ppf(0.975, int(welch.df)) * gap / welch.statistic
    assert apart.interval == pytest.approx((gap - reach, gap + reach))


def test_one_row_says_nothing_of_another():
    found = drift(lengths(np.array([3.0, 9.0]), None), lengths(np.array([5.0]), None, "other"))[0]

    assert found.interval == (-np.inf, np.inf)
