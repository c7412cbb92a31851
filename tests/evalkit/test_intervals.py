"""Intervals: closed forms against tables, bootstraps against theory, the same for the same seed."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from evalkit.metrics import make_metric
from evalkit.score import score
from evalkit.statistics.intervals import bca, wilson
from tests.evalkit.answers import answers, scored


@pytest.mark.parametrize(
    ("hits", "rows", "interval"),
    [
        # Newcombe (1998), Statistics in Medicine 17, table I, method 3
        pytest.param(81, 263, (0.2553, 0.3662), id="81 of 263"),
        pytest.param(15, 148, (0.0624, 0.1605), id="15 of 148"),
        pytest.param(0, 20, (0.0, 0.1611), id="none of 20"),
        pytest.param(1, 29, (0.0061, 0.1718), id="1 of 29"),
    ],
)
def test_wilson(hits, rows, interval):
    assert wilson(hits, rows) == pytest.approx(interval, abs=5e-5)


def test_a_share_uses_wilson_and_says_so():
    result = scored(answers(*[("a", "a")] * 81, *[("b", "a")] * 182), "exact_match")

    assert result.scores[0].interval == wilson(81, 263)
    assert result.signatures[0].endswith("|ci:wilson")


def test_a_mean_is_bootstrapped_as_wide_as_theory_says():
    numbers = np.random.default_rng(3).integers(1, 60, 400)
    result = scored(answers(*(("x" * n, None) for n in numbers)), "length")

    low, high = result.scores[0].interval
    spread = 1.96 * numbers.std(ddof=1) / np.sqrt(len(numbers))
    assert (low, high) == pytest.approx((numbers.mean() - spread, numbers.mean() + spread), rel=0.03)
    assert result.signatures[0].endswith("|ci:bca,1000,seed:0")


@pytest.mark.parametrize("rows", [8, 40, 300])
def test_bounds_are_those_of_scipy_on_the_same_draws(rows):
    numbers = np.random.default_rng(rows).gamma(0.7, 10.0, rows)
    theirs = stats.bootstrap((numbers,), np.mean, n_resamples=2000, method="BCa", random_state=1)

    left_out = (numbers.sum() - numbers) / (rows - 1)
    ours = bca(theirs.bootstrap_distribution, float(numbers.mean()), left_out)

    assert ours == pytest.approx(tuple(theirs.confidence_interval), rel=6e-6)  # six digits


def test_a_skewed_mean_is_told_apart_from_percentiles():
    """Oracle: SciPy's own draws, ten times as many."""
    numbers = np.ceil(np.random.default_rng(8).gamma(0.4, 40.0, 60)).astype(int)
    theirs = stats.bootstrap((numbers,), np.mean, n_resamples=20_000, method="BCa", random_state=1).confidence_interval

    ours = scored(answers(*(("x" * n, None) for n in numbers)), "length").scores[0].interval

    error = numbers.std(ddof=1) / np.sqrt(len(numbers))
    assert ours == pytest.approx(tuple(theirs), abs=0.5 * error)  # 1,000 draws err by 0.2 at the far end
    assert ours[1] - numbers.mean() > 1.2 * (numbers.mean() - ours[0])


def test_one_row_has_no_spread():
    assert scored(answers(("abc", None)), "length").scores[0].interval == (3.0, 3.0)


def test_the_seed_is_in_the_signature_and_moves_the_interval_alone():
    frame = answers(*((f"{'x ' * (n % 7)}y", "x y") for n in range(50)))
    one, same, other = (score(frame, [make_metric("token_f1")], seed=seed) for seed in (1, 1, 2))

    assert one.scores == same.scores
    assert one.scores[0].interval != other.scores[0].interval
    assert one.scores[0].value == other.scores[0].value
    assert "seed:1" in one.signatures[0]


def test_rows_of_one_cluster_tell_less():
    pairs = [("a", "a"), ("b", "a")] * 20
    alone = scored(answers(*pairs), "exact_match")
    together = scored(answers(*pairs, cluster=[str(row % 2 + 2 * (row // 20)) for row in range(40)]), "exact_match")

    wide = together.scores[0].interval
    assert wide[1] - wide[0] > 1.5 * (alone.scores[0].interval[1] - alone.scores[0].interval[0])
    assert together.signatures[0].endswith(",clusters")


def test_clusters_of_one_row_are_no_clusters():
    result = scored(answers(("a", "a"), ("b", "a"), cluster=["x", "y"]), "exact_match")

    assert result.signatures[0].endswith("|ci:wilson")


@pytest.mark.parametrize("name", ["bleu", "chrf", "token_f1", "f1:macro", "json_fields:f1", "rougeL"])
def test_an_interval_holds_its_value(name):
    texts = ['{"a": 1, "b": "the cat sat on the mat"}', '{"a": 2, "b": "a cat sat on a mat"}', '{"a": 1}']
    frame = answers(*((texts[row % 3], texts[row % 2]) for row in range(60)))
    result = scored(frame, name).scores[0]

    assert result.interval[0] <= result.value <= result.interval[1]
