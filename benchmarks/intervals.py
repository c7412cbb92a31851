"""Do the intervals of one run hold? How often they miss the truth in simulations; 5% is what they promise.

``python -m benchmarks.intervals [--times N] [--kind NAME ...]`` prints the share of intervals that miss, by the number
of units (rows, or clusters of six). Values, labels and ratings are drawn from distributions whose truth is known, or
counted on a million draws. ``scores`` are the intervals that ``thresher score`` prints, ``kappa`` those of ``thresher
review``, ``bootstrap alone`` is what they would be without Student's t. Every number has a seed of its own.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmarks.measuring.measure import print_table
from evalkit.metrics import make_metric
from evalkit.metrics.metric import Metric, Numbers
from evalkit.review.kappa import agreement
from evalkit.statistics.few import Interval
from evalkit.statistics.intervals import intervals

SIZES = (5, 10, 20, 50, 200)
GROUP = 6  # rows of a cluster
MANY = 1_000_000  # draws that stand for the truth
MEAN, RIGHT, MACRO, MCC = (make_metric(name) for name in ("token_f1", "exact_match", "f1:macro", "mcc"))
Random = np.random.Generator


class Kind(NamedTuple):
    """A thing to be estimated: how a sample of so many units is drawn and its interval made, and what is true."""

    interval: Callable[[Random, int], Interval | None]
    truth: float


def normal(random: Random, units: int) -> Numbers:
    """Draw values around a half, hardly any of them outside 0 to 1."""
    return random.normal(0.5, 0.1, units)


def skewed(random: Random, units: int) -> Numbers:
    """Draw values of a gamma of shape 2."""
    return random.gamma(2, 0.1, units)


def in_clusters(random: Random, units: int) -> Numbers:
    """Draw values of which those of a cluster have half of their variance in common."""
    return np.repeat(random.normal(0.5, 0.1, units), GROUP) + random.normal(0, 0.1, units * GROUP)


def right_in_clusters(random: Random, units: int) -> Numbers:
    """Draw right answers, 60% of all, a cluster's as easy as its draw from a beta of 1.2 and 0.8 says."""
    return (random.random(units * GROUP) < np.repeat(random.beta(1.2, 0.8, units), GROUP)).astype(np.float64)


def labels(random: Random, units: int) -> Numbers:
    """Draw labels of three classes and what a classifier says, which guesses on three in ten."""
    wanted = random.choice(3, units, p=[0.5, 0.3, 0.2])
    said = np.where(random.random(units) < 0.3, random.integers(0, 3, units), wanted)
    return np.column_stack([wanted, said]).astype(np.float64)


def ratings(random: Random, units: int) -> NDArray[np.int64]:
    """Draw what two raters of three values say, who disagree on about a fifth."""
    first = random.choice(3, units, p=[0.2, 0.3, 0.5])
    return np.column_stack([first, np.where(random.random(units) < 0.3, random.integers(0, 3, units), first)])


def rare(random: Random, units: int) -> NDArray[np.int64]:
    """Draw what two raters say of whom each finds a fault in one row of twenty, half of them the same."""
    first = random.random(units) < 0.05
    return np.column_stack([first, np.where(random.random(units) < 0.5, random.random(units) < 0.05, first)]).astype(
        int
    )


def scored(
    draw: Callable[[Random, int], Numbers], metric: Metric, *, group: int = 1
) -> Callable[[Random, int], Interval | None]:
    """Return how the interval of a score is made of rows drawn, ``group`` of them a cluster."""

    def interval(random: Random, units: int) -> Interval | None:
        numbers = draw(random, units).reshape(units * group, -1)
        clusters = np.arange(units * group) // group if group > 1 else None
        return intervals([metric], [numbers], clusters, int(random.integers(1 << 30)))[0]

    return interval


def plain(draw: Callable[[Random, int], Numbers], random: Random, units: int) -> Interval:
    """Return percentiles of plain bootstrap means."""
    numbers = draw(random, units)
    means = numbers[random.integers(0, units, (1000, units))].mean(axis=1)
    low, high = np.quantile(means, (0.025, 0.975))
    return float(low), float(high)


def agreed(
    draw: Callable[[Random, int], NDArray[np.int64]], values: int, random: Random, units: int, *, weighted: bool = False
) -> Interval | None:
    """Return the interval of kappa."""
    first, second = draw(random, units).T.tolist()
    found = agreement(first, second, range(values), int(random.integers(1 << 30)))
    return found.weighted_interval if weighted else found.interval


def kinds() -> dict[str, Kind]:
    """Return what is estimated, by name."""
    random = np.random.default_rng(0)
    wanted = labels(random, MANY)
    first, second = ratings(random, MANY).T.tolist()
    kappa = agreement(first, second, range(3), 0)
    some, others = rare(random, MANY).T.tolist()
    seldom = agreement(some, others, range(2), 0)
    cells, counts = np.unique(wanted, axis=0, return_counts=True)
    macro, mcc = (float(one.replicates(cells, counts[None, :].astype(float))[0]) for one in (MACRO, MCC))
    return {
        "a mean of normal values, bootstrap alone": Kind(partial(plain, normal), 0.5),
        "a mean of normal values": Kind(scored(normal, MEAN), 0.5),
        "of skewed values": Kind(scored(skewed, MEAN), 0.2),
        "of clusters of six rows": Kind(scored(in_clusters, MEAN, group=GROUP), 0.5),
        "right answers in clusters of six": Kind(scored(right_in_clusters, RIGHT, group=GROUP), 0.6),
        "f1:macro of three labels": Kind(scored(labels, MACRO), macro),
        "mcc of three labels": Kind(scored(labels, MCC), mcc),
        "kappa of three values": Kind(partial(agreed, ratings, 3), float(kappa.kappa or 0)),
        "kappa of a fault in one row of twenty": Kind(partial(agreed, rare, 2), float(seldom.kappa or 0)),
        "weighted kappa": Kind(partial(agreed, ratings, 3, weighted=True), float(kappa.weighted or 0)),
    }


def missed(kind: Kind, units: int, times: int) -> str:
    """Return the share of intervals that miss the truth, and of samples that have none."""
    random = np.random.default_rng([units, times])
    found = [kind.interval(random, units) for _ in range(times)]
    there = [one for one in found if one is not None]
    wrong = sum(not one[0] <= kind.truth <= one[1] for one in there)
    none = f" ({1 - len(there) / times:.1%} none)" if len(there) < times else ""
    return f"{wrong / max(1, len(there)):.1%}{none}"


def rows(named: dict[str, Kind], times: int) -> Iterator[list[str]]:
    """Yield a line of the table for each kind."""
    for name, kind in named.items():
        yield [name, *(missed(kind, units, times) for units in SIZES)]


def main() -> None:
    every = kinds()
    parser = argparse.ArgumentParser(prog="python -m benchmarks.intervals", description=__doc__)
    parser.add_argument("--kind", action="append", choices=list(every), help="repeatable (all)")
    parser.add_argument("--times", type=int, default=2000, help="simulations of each number (2,000)")
    given = parser.parse_args()
    chosen = {name: kind for name, kind in every.items() if given.kind is None or name in given.kind}
    print_table(
        ("share of intervals that miss", *(f"{units} units" for units in SIZES)), list(rows(chosen, given.times))
    )
    low, high = (0.05 + side * 1.96 * (0.05 * 0.95 / given.times) ** 0.5 for side in (-1, 1))
    print(f"\n{given.times:,} simulations a number: a true 5% shows as {low:.1%} to {high:.1%}, 19 times in 20.")


if __name__ == "__main__":
    main()
