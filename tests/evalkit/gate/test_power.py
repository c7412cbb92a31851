"""What a plan promises: the chance that an equal model passes, against the gate's own bounds."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from evalkit.gate.statistics import counted, power, reach, shares, tango
from evalkit.gate.statistics.estimate import Settings, estimate
from evalkit.gate.statistics.sample import Sample
from evalkit.metrics import make_metric


def test_connors_numbers():
    """Oracle: Connor's formula by hand, and the known third at 400 items."""
    assert power.needed_items(0.02, 0.1, 0.05, 0.8) == pytest.approx(1544, abs=1)
    assert power.needed_items(0.05, 0.1, 0.05, 0.8) == pytest.approx(245, abs=1)
    assert power.smallest_difference(500, 0.1, 0.05, 0.8) == pytest.approx(0.035, abs=5e-4)
    assert power.smallest_difference(1000, 0.2, 0.05, 0.8) == pytest.approx(0.035, abs=5e-4)
    assert power.chance_of_equal(0.02, 400, 0.1, 0.05) == pytest.approx(1 / 3, abs=0.02)


@pytest.mark.parametrize("items", [pytest.param(14, id="exact bounds"), pytest.param(101, id="Tango's bounds")])
def test_the_chance_of_an_equal_model_counts_its_outcomes(items):
    """Oracle: every outcome judged by its interval, with its chance from scipy."""
    from scipy.stats import multinomial

    margin, shares = 0.09, [0.1, 0.1, 0.8]
    interval = tango.exact_interval if items <= tango.EXACT_UP_TO else tango.score_interval
    outcomes = [(gains, losses, items - gains - losses) for gains in range(41) for losses in range(41)]
    outcomes = [one for one in outcomes if one[2] >= 0]
    chances = multinomial.pmf(outcomes, items, shares)
    passed = sum(
        chance
        for (gains, losses, _), chance in zip(outcomes, chances, strict=True)
        if chance > 1e-5 and interval(gains, losses, items, 0.05)[0] >= -margin
    )

    assert counted.chance_of_equal(margin, items, 0.2, 0.05) == pytest.approx(passed, abs=3e-3)


@pytest.mark.parametrize("items", [20, 50, 101, 400, 1000])
def test_a_margin_and_a_number_of_items_keep_their_promise(items):
    margin = counted.affordable_margin(items, 0.1, 0.05, 0.8)
    needed = math.ceil(counted.needed_items(margin, 0.1, 0.05, 0.8))

    assert counted.chance_of_equal(margin, items, 0.1, 0.05) >= 0.79
    assert counted.chance_of_equal(margin, needed, 0.1, 0.05) >= 0.79
    assert needed <= 1.02 * items + 1


@pytest.mark.parametrize("size", [pytest.param(1, id="items"), pytest.param(4, id="clusters")])
def test_few_units_pass_as_often_as_planned(size):
    """Oracle: the gate's own bounds on samples of the same spread."""

    random = np.random.default_rng(20260102)

    def draw(units):
        moved = np.where(random.random(units) < 0.4, random.normal(0, 0.2, units), 0.0).repeat(size)
        base = random.random(units * size)
        clusters = None if size == 1 else np.arange(units * size) // size
        return Sample(make_metric("token_f1"), base[:, None], (base + moved)[:, None], clusters)

    spread = reach.spread_of(draw(20_000), "difference", above=True)
    margin = reach.affordable_margin(spread, 30, 0.05, 0.8)
    bounds = [estimate(draw(30), "difference", Settings(draws=200)).low for _ in range(200)]

    assert np.mean(np.array(bounds) >= -margin) == pytest.approx(0.8, abs=0.08)
    assert reach.needed_units(spread, margin, 0.05, 0.8) == pytest.approx(30, abs=2)
    assert reach.chance_of_equal(spread, 30, margin, 0.05) == pytest.approx(0.8, abs=0.001)


def clearing(share, items, line):
    """Return the chance that the lower bound clears a line: the oracle, SciPy's quantiles of the beta distribution."""
    hits = np.arange(items + 1)
    low = np.where(hits > 0, stats.beta.ppf(0.05, np.maximum(hits, 1), items - hits + 1), 0.0)
    return float(stats.binom.pmf(hits, items, share)[low >= line].sum())


@pytest.mark.parametrize(
    ("hits", "items", "line", "chance"),
    [(297, 300, 0.97, 0.647), (196, 200, 0.95, 0.629), (251, 256, 0.95, 0.764), (60, 60, 0.98, 0.0), (0, 20, 0.1, 0.0)],
)
def test_the_chance_that_a_share_clears_its_line(hits, items, line, chance):
    found = shares.chance_of_clearing(hits / items, items, line, 0.05)

    assert found == pytest.approx(clearing(hits / items, items, line), abs=1e-6)
    assert found == pytest.approx(chance, abs=5e-4)


@pytest.mark.parametrize(("hits", "items", "line"), [(48, 50, 0.9), (98, 100, 0.95), (59, 60, 0.95), (60, 60, 0.98)])
def test_the_items_that_a_share_needs_are_enough_and_hardly_more(hits, items, line):
    share = hits / items
    needed = int(shares.needed_items(share, line, 0.05, 0.8))

    assert all(clearing(share, size, line) >= 0.8 for size in range(needed, needed + 15))
    assert clearing(share, round(0.75 * needed), line) < 0.8


def test_far_more_items_than_are_counted_follow_the_normal_theory():
    share, line = 0.953, 0.95
    needed = int(shares.needed_items(share, line, 0.05, 0.8))

    assert needed > counted.COUNTED_UP_TO
    assert shares.chance_of_clearing(share, needed, line, 0.05) == pytest.approx(0.8, abs=0.01)
    assert shares.chance_of_clearing(share, 5000, line, 0.05) == pytest.approx(
        shares.chance_of_clearing(share, 5001, line, 0.05), abs=0.01
    )
    assert shares.needed_items(0.9, 0.95, 0.05, 0.8) == math.inf


@pytest.mark.parametrize("distance", [0.01, 0.05])
def test_a_share_clears_what_its_items_afford(distance):
    """Oracle: the least line that the sum says is cleared."""
    afforded = shares.affordable_distance(0.9, 200, 0.05, 0.8)

    assert clearing(0.9, 200, 0.9 - afforded - 1e-6) >= 0.8
    assert clearing(0.9, 200, 0.9 - afforded + distance) < 0.8


@pytest.mark.parametrize("units", [60, 300])
def test_where_nothing_moved_a_plan_counts_what_may_have_stayed_unseen(units):
    """Oracle: the gate on that very run."""
    flat = Sample(make_metric("token_f1"), np.ones((units, 1)), np.ones((units, 1)), None)
    spread = reach.spread_of(flat, "difference", above=True)
    lies = -estimate(flat, "difference", Settings()).low

    assert reach.affordable_margin(spread, units, 0.05, 0.8) == pytest.approx(lies)
    assert reach.chance_of_equal(spread, units, lies * 1.01, 0.05) == 1.0
    assert reach.chance_of_equal(spread, units, lies * 0.99, 0.05) == 0.0
    assert reach.chance_of_equal(spread, units, -0.05, 0.05) == 0.0
    assert math.ceil(reach.needed_units(spread, lies * 1.0001, 0.05, 0.8)) == units


@pytest.mark.parametrize("items", [20, 100, 101, 400])
@pytest.mark.parametrize("margin", [0.0, 0.02, 0.05])
def test_a_rule_on_the_number_alone_passes_as_often_as_planned(items, margin):
    """Oracle: every outcome of a multinomial from scipy, whose difference is held against the margin."""
    gains, losses = np.indices((items + 1, items + 1))
    inside = gains + losses <= items
    outcomes = np.stack([gains, losses, items - gains - losses], axis=-1)[inside]
    fine = (outcomes[:, 0] - outcomes[:, 1]) >= -margin * items - 1e-9

    found = counted.chance_of_equal(margin, items, 0.2, power.POINT)
    assert found == pytest.approx(stats.multinomial.pmf(outcomes[fine], items, [0.1, 0.1, 0.8]).sum(), abs=1e-4)


@pytest.mark.parametrize(("share", "items", "line"), [(0.9, 50, 0.9), (0.9, 50, 0.88), (0.95, 333, 0.94)])
def test_a_share_on_the_number_alone_clears_its_line_as_often_as_planned(share, items, line):
    """Oracle: SciPy's binomial."""
    hits = np.arange(items + 1)
    wanted = stats.binom.pmf(hits, items, share)[hits / items >= line - 1e-12].sum()
    afforded = shares.affordable_distance(share, items, power.POINT, 0.8)

    assert shares.chance_of_clearing(share, items, line, power.POINT) == pytest.approx(wanted, abs=1e-9)
    assert shares.chance_of_clearing(share, items, share - afforded, power.POINT) >= 0.8
    assert shares.chance_of_clearing(share, items, share - afforded + 1.5 / items, power.POINT) < 0.8


def test_a_mean_on_the_number_alone_passes_as_often_as_its_draws_do():
    """Oracle: draws of the same spread."""
    random = np.random.default_rng(5)
    influence = random.normal(0, 0.2, 5000)
    spread = reach.Spread(influence - influence.mean(), 1.0, 1.0, 1.0)
    passed = (random.normal(0, 0.2, (4000, 50)).mean(axis=1) >= -0.02).mean()

    assert reach.chance_of_equal(spread, 50, 0.02, power.POINT) == pytest.approx(passed, abs=0.03)
    assert reach.chance_of_equal(spread, 50, 0.0, power.POINT) == pytest.approx(0.5, abs=0.03)


@pytest.mark.parametrize("kind", ["difference", "ratio"])
def test_few_equal_numbers_without_a_greatest_promise_nothing(kind):
    """Oracle: the gate on that very run, which has no bounds."""
    flat = Sample(make_metric("length"), np.full((20, 1), 7.0), np.full((20, 1), 7.0), None)
    spread = reach.spread_of(flat, kind, above=False)

    assert estimate(flat, kind, Settings()).high == math.inf
    assert reach.chance_of_equal(spread, 20, 100.0, 0.05) == 0.0
    assert reach.affordable_margin(spread, 20, 0.05, 0.8) == math.inf
    assert reach.chance_of_equal(spread, 20, 0.0, power.POINT) == 1.0

    needed = int(reach.needed_units(spread, 0.5, 0.05, 0.8))
    many = Sample(make_metric("length"), np.full((needed, 1), 7.0), np.full((needed, 1), 7.0), None)
    assert (needed, estimate(many, kind, Settings()).high <= (kind == "ratio") + 0.5) == (256, True)
    assert reach.chance_of_equal(spread, needed, 0.5, 0.05) == 1.0
