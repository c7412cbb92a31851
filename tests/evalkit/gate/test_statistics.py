"""Every statistic against a reference library or a published table."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from evalkit.gate.rules.rule import holm
from evalkit.gate.statistics import binomial, tango
from evalkit.gate.statistics.estimate import Settings, estimate
from evalkit.gate.statistics.inversion import resampled_mean
from evalkit.gate.statistics.mcnemar import mid_p
from evalkit.gate.statistics.resample import as_units, replicates
from evalkit.gate.statistics.sample import Sample, estimand
from evalkit.gate.statistics.signflip import sign_flip_p
from evalkit.metrics import make_metric
from evalkit.statistics.bca import BCa, Drawn, acceleration
from evalkit.statistics.intervals import wilson
from evalkit.statistics.normal import t_below, t_quantile

RANDOM = np.random.default_rng(20260101)
SKEWED = RANDOM.exponential(1, 400) - 0.9


def column(numbers) -> np.ndarray:
    return np.asarray(numbers, dtype=float)[:, None]


@pytest.mark.parametrize(
    ("losses", "gains"),
    [(1, 7), (6, 16), (0, 3), (40, 61), (900, 1010), pytest.param(1, 1, id="as many each way: 0.75"), (2, 2), (5, 5)],
)
def test_mcnemar_mid_p(losses, gains):
    """Oracle: the chances of all outcomes farther from even, and half of those as far, summed by scipy."""
    far = np.abs(2 * np.arange(losses + gains + 1) - losses - gains)
    chances = stats.binom.pmf(np.arange(losses + gains + 1), losses + gains, 0.5)
    wanted = chances[far > abs(gains - losses)].sum() + chances[far == abs(gains - losses)].sum() / 2

    assert mid_p(losses, gains) == pytest.approx(wanted, abs=1e-12)


@pytest.mark.parametrize(("losses", "gains"), [(1, 7), (6, 16), (0, 3), (40, 61), (900, 1010)])
def test_mcnemar_mid_p_is_the_exact_test_less_what_was_seen(losses, gains):
    """Oracle: statsmodels' exact test."""
    from statsmodels.stats.contingency_tables import mcnemar

    exact = mcnemar([[0, losses], [gains, 0]], exact=True).pvalue
    seen = stats.binom.pmf(min(losses, gains), losses + gains, 0.5)

    assert mid_p(losses, gains) == pytest.approx(exact - seen, abs=1e-12)


@pytest.mark.parametrize(
    ("gains", "losses", "items", "interval", "p"),
    [
        # Fagerland, Lydersen and Laake (2014), Statistics in Medicine 33:2850-2875, airway hyper-responsiveness
        pytest.param(1, 7, 21, (-0.517, -0.026), 0.039, id="airway hyper-responsiveness"),
    ],
)
def test_tangos_interval_in_print(gains, losses, items, interval, p):
    assert tango.score_interval(gains, losses, items, 0.025) == pytest.approx(interval, abs=5e-4)
    assert mid_p(losses, gains) == pytest.approx(p, abs=5e-4)


@pytest.mark.parametrize(("gains", "losses", "items"), [(1, 7, 21), (0, 0, 44), (40, 20, 160), (9, 9, 60), (30, 0, 30)])
def test_tangos_test_is_the_likelihoods(gains, losses, items):
    """Oracle: the score statistic with the likelihood's maximum found by search."""
    from scipy.optimize import minimize_scalar

    for difference in (-0.2, -0.02, 0.0, 0.1):

        def cost(lost, d=difference):
            chances = np.array([lost + d, lost, 1 - 2 * lost - d])
            counts = np.array([gains, losses, items - gains - losses])
            return -float((counts * np.log(np.maximum(chances, 1e-300))).sum())

        low, high = max(0.0, -difference), (1 - difference) / 2
        lost = minimize_scalar(cost, bounds=(low, high), method="bounded", options={"xatol": 1e-12}).x
        variance = items * (2 * lost + difference * (1 - difference))
        wanted = (gains - losses - items * difference) / math.sqrt(variance)
        assert float(tango.score_z(gains, losses, items, difference)) == pytest.approx(wanted, abs=2e-3)


def test_the_exact_interval_keeps_its_level_where_the_score_test_does_not():
    """Oracle: every outcome of 30 items, counted."""
    items, difference = 30, -0.05
    for lost in (0.06, 0.1, 0.2):
        chance = 0.0
        for gains in range(items + 1):
            for losses in range(items + 1 - gains):
                p = stats.multinomial.pmf(
                    [gains, losses, items - gains - losses], items, [lost - 0.05, lost, 1.05 - 2 * lost]
                )
                if p > 1e-12 and tango.exact_p(gains, losses, items, difference)[1] <= 0.05:
                    chance += p
        assert chance <= 0.05


@pytest.mark.parametrize(("items", "difference"), [(20, -0.05), (20, 0.1), (12, -0.1)])
def test_the_exact_test_keeps_its_level_on_both_sides(items, difference):
    """Oracle: scipy's chances of every outcome, at 200 shares of losses."""
    gains, losses, _ = tango.outcomes(items)
    outcomes = np.column_stack([gains, losses, items - gains - losses])
    chances = np.array(
        [
            stats.multinomial.pmf(outcomes, items, [lost + difference, lost, 1 - 2 * lost - difference])
            for lost in np.linspace(max(0.0, -difference), (1 - difference) / 2 - 1e-9, 200)
        ]
    )
    p = np.array([tango.exact_p(*outcome[:2], items, difference) for outcome in outcomes.astype(int).tolist()])

    for side in (0, 1):
        assert 0.03 < (chances @ (p[:, side] <= 0.05)).max() <= 0.05


def test_the_exact_interval_is_where_the_exact_test_turns():
    low, high = tango.exact_interval(3, 6, 40, 0.05)

    assert tango.exact_p(3, 6, 40, low)[1] == pytest.approx(0.05, abs=0.004)
    assert tango.exact_p(3, 6, 40, high)[0] == pytest.approx(0.05, abs=0.004)
    assert low <= tango.score_interval(3, 6, 40, 0.05)[0]


@pytest.mark.parametrize(("hits", "rows"), [(81, 263), (0, 20), (100, 100), (1, 7)])
def test_wilson(hits, rows):
    from statsmodels.stats.proportion import proportion_confint

    low, high = wilson(hits, rows, stats.norm.ppf(0.95))

    assert (low, high) == pytest.approx(proportion_confint(hits, rows, alpha=0.1, method="wilson"), abs=1e-6)


@pytest.mark.parametrize("freedom", [1, 2, 3, 9, 40, 999])
def test_students_t(freedom):
    assert t_below(1.3, freedom) == pytest.approx(stats.t.cdf(1.3, freedom), abs=1e-12)
    assert t_quantile(0.05, freedom) == pytest.approx(stats.t.ppf(0.05, freedom), abs=1e-9)


@pytest.mark.parametrize(
    "numbers", [SKEWED, np.round(SKEWED * 4), RANDOM.normal(0.2, 1, 60)], ids=["skewed", "whole", "few"]
)
def test_bca_bounds(numbers):
    """Oracle: scipy's BCa, within the error of 20,000 draws."""
    theirs = stats.bootstrap(
        (numbers,), np.mean, n_resamples=20_000, confidence_level=0.9, method="BCa", rng=np.random.default_rng(1)
    ).confidence_interval
    units = as_units(np.column_stack([numbers, np.ones(len(numbers))]))
    of = lambda sums: sums[:, 0] / sums[:, 1]  # noqa: E731
    total = units.total
    left = of(total - units.kinds)
    skew = acceleration(left, units.counts)
    drawn = Drawn(replicates(units, of, "units", 20_000, 0))
    spread = numbers.std() / math.sqrt(len(numbers))

    assert BCa(drawn, float(numbers.mean()), skew).bounds(0.05) == pytest.approx(tuple(theirs), abs=0.05 * spread)


@pytest.mark.parametrize("way", ["units", "multinomial", "normal"])
def test_every_way_to_draw_sums_draws_the_same(way):
    """Oracle: the mean and spread that sums of drawn units have, and quantiles of scipy's draws."""
    rows = np.column_stack([SKEWED, SKEWED**2, np.ones(400)])
    units = as_units(rows)
    found = replicates(units, lambda sums: sums[:, 1] / sums[:, 2], way, 20_000, 3)
    theirs = stats.bootstrap(
        (SKEWED**2,), np.mean, n_resamples=20_000, rng=np.random.default_rng(1)
    ).bootstrap_distribution

    assert found.mean() == pytest.approx(theirs.mean(), abs=0.03 * theirs.std())
    assert found.std() == pytest.approx(theirs.std(), rel=0.03)
    if way != "normal":
        assert np.quantile(found, (0.05, 0.95)) == pytest.approx(
            np.quantile(theirs, (0.05, 0.95)), abs=0.05 * theirs.std()
        )


def test_the_inverted_bootstrap_is_the_one_of_endless_draws():
    theirs = np.sort(
        stats.bootstrap(
            (SKEWED,), np.mean, n_resamples=100_000, batch=2000, rng=np.random.default_rng(5)
        ).bootstrap_distribution
    )
    found = resampled_mean(SKEWED)

    for chance in (0.001, 0.01, 0.05, 0.5, 0.95, 0.99):
        at = found.quantile(chance)
        error = math.sqrt(chance * (1 - chance) / len(theirs))
        assert (theirs < at).mean() == pytest.approx(chance, abs=4 * error)
        assert found.below(at) == pytest.approx(chance, abs=1e-9)


@pytest.mark.parametrize("items", [10, 60, 300], ids=["all choices", "draws", "inverted"])
def test_the_sign_flip_test(items):
    """Oracle: scipy's permutation test of paired samples."""
    numbers = RANDOM.normal(0.15, 1, items)
    theirs = stats.permutation_test(
        (numbers, np.zeros(items)), lambda a, b, axis: (a - b).mean(axis=axis), permutation_type="samples",
        n_resamples=20_000, vectorized=True, rng=np.random.default_rng(1),
    ).pvalue  # fmt: skip

    assert sign_flip_p(numbers, 20_000, 0) == pytest.approx(theirs, abs=1e-12 if items == 10 else 0.015)


def test_drawn_signs_never_prove_beyond_their_number():
    """Oracle: Phipson and Smyth: of 1,000 draws none lies as far as 20 equal differences, but for those themselves."""
    assert sign_flip_p(np.full(20, 0.1), 1000, 0) == 1 / 1001


def test_rows_of_one_sum_are_not_one_kind():
    """Two different rows whose sums in the hash are equal to the last bit."""
    first, second = np.cos(np.array([1, 2]) * 1.7)
    rows = np.repeat([[second, 0.0], [0.0, first]], 10, axis=0)
    units = as_units(rows)

    assert np.repeat(units.kinds, units.counts.astype(int), axis=0).tolist() == rows.tolist()


@pytest.mark.parametrize("clusters", [None, np.arange(30) // 2])
def test_few_units_that_moved_have_students_bounds_and_p_values(clusters):
    """Oracle: scipy's t, with as many degrees of freedom as units that moved less one; 3 of 30 did, or 3 of 15."""
    moved = np.zeros(30)
    moved[[0, 2, 4]] = 0.3, -0.2, 0.25
    base = np.full(30, 0.5)
    found = estimate(
        Sample(make_metric("token_f1"), column(base), column(base + moved), clusters), "difference", Settings()
    )
    reach = stats.t.ppf(0.95, 2) * found.error

    assert (found.low, found.high) == pytest.approx((moved.mean() - reach, moved.mean() + reach))
    assert (found.tails(found.low)[1], found.tails(found.high)[0]) == pytest.approx((0.05, 0.05))


def test_cluster_robust_errors():
    """Oracle: statsmodels' cluster-robust covariance of a regression on a constant, equal clusters."""
    import statsmodels.api as sm

    clusters = np.arange(300) // 5
    moved = RANDOM.normal(0, 1, 60)[clusters] + RANDOM.normal(0, 0.5, 300)
    theirs = sm.OLS(moved, np.ones(300)).fit(cov_type="cluster", cov_kwds={"groups": clusters}).bse[0]
    sample = Sample(make_metric("token_f1"), np.zeros((300, 1)), column(moved), clusters)

    found = estimate(sample, "difference", Settings())

    assert found.error == pytest.approx(theirs, rel=2e-3)
    assert found.high - found.low > 1.8 * 2 * 1.645 * moved.std() / math.sqrt(300)
    assert ",clusters," in found.method


def test_samples_of_an_item_count_as_one_unit():
    """Oracle: the same items once: three equal samples of each say nothing more."""
    base, candidate = RANDOM.random(80), RANDOM.random(80)
    metric = make_metric("token_f1")
    once = estimate(Sample(metric, column(base), column(candidate), None), "difference", Settings())
    thrice = Sample(metric, column(np.repeat(base, 3)), column(np.repeat(candidate, 3)), np.repeat(np.arange(80), 3))
    found = estimate(thrice, "difference", Settings())

    assert (found.value, found.error) == pytest.approx((once.value, once.error))
    assert (found.low, found.high) == pytest.approx((once.low, once.high), abs=0.1 * once.error)


def test_labels_are_drawn_by_cells():
    """Oracle: rows drawn one by one and scored by the metric itself."""
    wanted = RANDOM.integers(0, 3, 200)
    runs = [
        np.column_stack([wanted, np.where(RANDOM.random(200) < 0.3, RANDOM.integers(0, 3, 200), wanted)]).astype(float)
        for _ in range(2)
    ]
    metric = make_metric("f1:macro")
    found = estimate(Sample(metric, *runs, None), "difference", Settings())
    values = []
    for _ in range(2000):
        rows = RANDOM.integers(0, 200, 200)
        one = [metric.replicates(run[rows], np.ones((1, 200)))[0] for run in runs]
        values.append(one[1] - one[0])

    assert found.error == pytest.approx(np.std(values), rel=0.08)
    assert found.low == pytest.approx(np.quantile(values, 0.05), abs=0.2 * found.error)


@pytest.mark.parametrize("many", [200, 1000])
def test_labels_that_draws_lack_pass_no_rule_that_the_value_fails(many):
    """By simulation: the bootstrap of a macro F1 lay above it wholly where answers are labels that nobody wants."""
    metric, means, missed = make_metric("f1:macro"), [], []
    for seed in range(60):
        random = np.random.default_rng(seed)
        wanted = random.choice(3, many, p=[0.5, 0.3, 0.2])
        said = np.where(random.random(many) < 0.1, random.integers(3, 203, many), wanted).astype(float)
        run = np.column_stack([wanted, said])
        found = estimate(Sample(metric, run[:, :0], run, None), "value", Settings(draws=1000))
        less, more = found.tails(found.value * 1.02)

        assert found.low < found.value < found.high
        assert less <= 0.5 <= more  # nothing speaks for a truth above a line above the value
        means.append(found.value)
        missed.append((found.low, found.high))
    truth = np.mean(means)

    assert sum(not low <= truth <= high for low, high in missed) <= 14  # of 10%, 99 times in 100


def test_holm():
    """Oracle: statsmodels."""
    from statsmodels.stats.multitest import multipletests

    p_values = [0.04, 0.001, 0.3, 0.012, 0.02]

    assert holm(p_values) == pytest.approx(multipletests(p_values, method="holm")[1])


def test_nothing_moved_is_not_certainty():
    """Oracle: the rule of three: of n items without an event, up to about 3/n may have it."""
    same = column(RANDOM.random(100))

    found = estimate(Sample(make_metric("token_f1"), same, same, None), "difference", Settings())

    assert (found.low, found.high) == pytest.approx((-0.03, 0.03), abs=1e-3)


def test_seeds_move_draws_alone():
    draw = np.random.default_rng(7)
    sample = Sample(make_metric("token_f1"), column(draw.random(300)), column(draw.random(300)), None)
    one, same, other = (estimate(sample, "ratio", Settings(seed=seed)) for seed in (1, 1, 2))

    assert (one.low, one.high) == (same.low, same.high)
    assert one.low != other.low
    assert one.value == other.value
    assert "draws:10000" in one.method
    assert "seed:1" in one.method


def test_the_value_of_an_estimand_is_the_metrics():
    rows = RANDOM.integers(1, 9, (50, 10)).astype(float)
    metric = make_metric("bleu")

    assert estimand(Sample(metric, rows[:, :0], rows, None), "value").value == pytest.approx(
        float(metric.of_sums(rows.sum(axis=0), np.float64(50)))
    )


@pytest.mark.parametrize(("hits", "items"), [(0, 7), (7, 7), (19, 20), (944, 956), (4990, 5000), (2500, 5000)])
def test_the_bounds_of_a_share_are_clopper_and_pearsons(hits, items):
    """Oracle: SciPy's beta quantiles and binomial tails."""
    low, high = binomial.bounds(hits, items, 0.05)

    assert low == pytest.approx(stats.beta.ppf(0.05, hits, items - hits + 1) if hits else 0.0, abs=1e-9)
    assert high == pytest.approx(stats.beta.ppf(0.95, hits + 1, items - hits) if hits < items else 1.0, abs=1e-9)
    wanted = stats.binom.cdf(hits, items, 0.98), stats.binom.sf(hits - 1, items, 0.98)
    assert binomial.tails(hits, items, 0.98) == pytest.approx(wanted, rel=1e-6, abs=1e-12)


@pytest.mark.parametrize(("line", "items"), [(0.98, 10), (0.99, 20), (0.98, 133), (0.9, 200)])
def test_a_share_on_its_line_fails_and_passes_no_oftener_than_alpha(line, items):
    """Oracle: SciPy's binomial chances of every number of hits. By Wilson's bounds up to 18% fail, and 6.8% pass."""
    bounds = [binomial.bounds(hits, items, 0.05) for hits in range(items + 1)]
    chances = stats.binom.pmf(np.arange(items + 1), items, line)

    assert sum(chance for chance, (_, high) in zip(chances, bounds, strict=True) if high < line) <= 0.05
    assert sum(chance for chance, (low, _) in zip(chances, bounds, strict=True) if low >= line) <= 0.05


def test_one_unit_proves_nothing():
    """A single row, pair or cluster, and a few equal numbers of what has no greatest value."""
    seconds = make_metric("latency")
    one = estimate(Sample(seconds, np.array([[1.0]]), np.array([[1.2]]), None), "difference", Settings())
    equal = estimate(Sample(seconds, np.full((3, 1), 3.2), np.full((3, 1), 3.2), None), "value", Settings())
    cluster = np.zeros(20, np.intp)
    turned = Sample(make_metric("exact_match"), np.ones((20, 1)), np.zeros((20, 1)), cluster)
    of_one_cluster = estimate(turned, "difference", Settings())

    assert (one.low, one.high) == (equal.low, equal.high) == (-np.inf, np.inf)
    assert one.tails(0.0) == (1.0, 1.0)
    assert (of_one_cluster.low, of_one_cluster.high) == (-1.0, pytest.approx(0.9))
    assert of_one_cluster.tails(0.9)[0] == pytest.approx(0.05)  # the p value at the bound is alpha


def test_a_ratio_to_which_nothing_contributes_is_not_surely_nothing():
    """Oracle: the rule of three: of ten rows without a refusal, up to 26% may refuse, and the base has 10%."""
    refusal = make_metric("refusal")
    base = (np.arange(10) == 0).astype(float)[:, None]
    found = estimate(Sample(refusal, base, np.zeros((10, 1)), None), "ratio", Settings())

    assert (found.low, found.high) == (0.0, pytest.approx((1 - 0.05 ** (1 / 10)) / 0.1))


def test_a_large_cluster_among_single_items_is_no_proof():
    """Oracle: simulation of equal models whose 150 rows of one origin lean together; 21% and more would be false."""
    random = np.random.default_rng(5)
    clusters = np.concatenate([np.arange(300), np.repeat([300, 301], 150)])
    wrong = 0
    for _ in range(200):
        moved = random.normal(0, 0.1, 302)[clusters] + random.normal(0, 0.1, 600)
        base = np.full((600, 1), 0.5)
        found = estimate(
            Sample(make_metric("token_f1"), base, base + moved[:, None], clusters), "difference", Settings()
        )
        wrong += (found.low > 0) + (found.high < 0)

    assert found.effective == 7
    assert wrong / 400 <= 0.10
