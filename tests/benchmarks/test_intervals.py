"""The simulation of intervals tells those that hold from those that do not."""

from __future__ import annotations

from functools import partial

from benchmarks.intervals import MEAN, Kind, missed, normal, plain, scored

TIMES = 300


def share(kind: Kind, units: int) -> float:
    return float(missed(kind, units, TIMES).rstrip("%")) / 100


def test_a_bootstrap_alone_is_too_narrow_and_ours_is_not():
    """Oracle: five values of a normal distribution, whose t quantile is 2.78: at 1.96 * sqrt(4 / 5) 15.5% miss."""
    assert 0.10 < share(Kind(partial(plain, normal), 0.5), 5) < 0.24
    assert 0.02 < share(Kind(scored(normal, MEAN), 0.5), 5) < 0.10


def test_an_interval_beside_the_truth_misses():
    assert share(Kind(scored(normal, MEAN), 0.9), 20) == 1.0


def test_a_sample_without_an_interval_is_told():
    assert missed(Kind(lambda *_: None, 0.5), 5, 10) == "0.0% (100.0% none)"
