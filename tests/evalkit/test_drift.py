"""How behaviour moved between two runs; oracle: SciPy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import stats

from evalkit.drift import drift
from evalkit.gate.runs.run import read_run
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
    assert found["latency"].interval == (0.0, 0.0)


def test_runs_without_a_common_id_are_two_samples(run):
    moved = drift(read_run(run("base", BASE)), read_run(run("new", NEW, "other")))

    found = {one.metric: one for one in moved}
    assert not found["tokens"].paired
    assert found["tokens"].method == "welch,normal"
    assert found["tokens"].spread.test == "rank_sum"
    welch = stats.ttest_ind(NEW, BASE, equal_var=False).confidence_interval(0.95)
    assert found["tokens"].interval == pytest.approx(tuple(welch), abs=0.1)
    assert found["refusal"].method == "newcombe"
    assert found["refusal"].interval[0] < 14 / 120 < found["refusal"].interval[1]


def test_compare_shows_the_distributions(thresher, run):
    ran = thresher("compare", run("base", BASE), run("new", NEW), "--json")

    told = {one["metric"]: one for one in ran.json["drift"]}
    assert told["length"]["spread"]["test"] == "signed_rank"
    shown = thresher("compare", run("base", BASE), run("new", NEW)).out
    assert "how behaviour is distributed" in shown
