"""Numbers that are huge, or next to nothing: the same bounds in another unit, and no warning (each is an error here)."""

from __future__ import annotations

import numpy as np
import pytest

from evalkit.gate.statistics.estimate import Settings, estimate
from evalkit.gate.statistics.sample import Sample
from evalkit.metrics import make_metric
from tests.evalkit.gate.runs import gate, limits, scored


@pytest.mark.parametrize("kind", ["difference", "ratio", "value"])
@pytest.mark.parametrize("exponent", [100, 600])
def test_the_unit_of_a_number_changes_nothing_but_its_size(kind, exponent):
    """Oracle: the same numbers in another unit, a power of two, so that no digit is lost."""
    random = np.random.default_rng(3)
    base, candidate = (random.exponential(1.0, 60)[:, None] for _ in range(2))
    unit = 2.0**exponent

    def found(base, candidate):
        return estimate(Sample(make_metric("cost"), base, candidate, None), kind, Settings(draws=1000))

    told, scaled = found(base, candidate), found(base * unit, candidate * unit)
    by = 1.0 if kind == "ratio" else unit
    for name in ("value", "low", "high", "error"):
        assert getattr(scaled, name) == pytest.approx(getattr(told, name) * by, rel=1e-9, abs=0)


@pytest.mark.parametrize("least", [0.0, 5e-324, 1e-300, 1e-160])
@pytest.mark.parametrize("clusters", [None, np.arange(60) // 2], ids=["items", "clusters"])
def test_a_ratio_to_next_to_nothing_is_quiet(least, clusters):
    base, candidate = np.zeros((60, 1)), np.linspace(0, 1, 60)[:, None]
    base[0] = least

    found = estimate(Sample(make_metric("cost"), base, candidate, clusters), "ratio", Settings(draws=1000))

    assert found.value > 1e100
    assert found.tails(1.25)[1] <= 1.0


@pytest.mark.parametrize("kind", ["difference", "value"])
def test_differences_next_to_nothing_are_none(kind):
    base, candidate = np.zeros((60, 1)), np.linspace(0, 1e-160, 60)[:, None]

    assert estimate(Sample(make_metric("token_f1"), base, candidate, None), kind, Settings(draws=1000)).error == 0


@pytest.mark.parametrize("seconds", [1e155, 1e300])
def test_no_number_of_items_is_said_where_it_would_be_too_large(thresher, tmp_path, seconds):
    def run(name, factor):
        rows = [
            {"id": str(n), "prediction": "a", "usage": {"seconds": factor * seconds * (1 + n / 50)}} for n in range(20)
        ]
        return scored(tmp_path, name, rows, "latency")

    rules = limits(tmp_path, 'metric = "latency"\nmax_drop = 0.5\n\nmetric = "latency"\nmax_value = 1')
    base = run("base", 1)

    told = gate(thresher, run("new", 1.5), base, rules, "--json")
    planned = thresher("gate", "--plan", "--baseline", base, "--limits", rules, "--json")

    assert [row["needed_n"] for row in told.json["limits"]] == [None, 1]  # the second fails by any one of them
    assert [row["needed_n"] for row in planned.json["plan"]] == [None, None]


@pytest.mark.parametrize("seconds", [2**53 - 1, 2**53, 2**64, 2**64 + 2**12, 10**30, 1e300])
def test_a_baseline_keeps_numbers_beyond_the_largest_integer(thresher, tmp_path, seconds):
    """Oracle: the verdict against the folder that the baseline was made of."""
    rows = [{"id": str(n), "prediction": "a", "usage": {"seconds": seconds}} for n in range(20)]
    run, rules = scored(tmp_path, "run", rows, "latency"), limits(tmp_path, 'metric = "latency"\nmax_ratio = 1.5')

    accepted = thresher("gate", run, "--accept", tmp_path / "baseline.jsonl")
    by_file = gate(thresher, run, tmp_path / "baseline.jsonl", rules, "--json").json
    by_folder = gate(thresher, run, run, rules, "--json").json

    assert accepted.code == 0
    assert by_file["limits"] == by_folder["limits"]
    assert by_file["limits"][0]["base"] == by_folder["limits"][0]["candidate"] == pytest.approx(seconds, rel=1e-5)
