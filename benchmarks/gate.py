"""The gate on itself: false alarms, wrong passes and power in simulations, and its speed beside a plain bootstrap.

``python -m benchmarks.gate`` prints three tables; ``--only errors|power|speed`` one of them, ``--kind`` one statistic's
false alarms. Every number has a seed of its own. Nothing is downloaded.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator

import numpy as np

from benchmarks.measuring.measure import print_table
from evalkit.gate.config import Limit
from evalkit.gate.rules.rule import judged, line
from evalkit.gate.statistics import counted, reach
from evalkit.gate.statistics import power as normal_theory
from evalkit.gate.statistics.estimate import Settings, estimate
from evalkit.gate.statistics.sample import Sample
from evalkit.metrics import make_metric

Random = np.random.Generator
Draw = Callable[[Random, int, float], Sample]  # items, true drop of the candidate
SIZES = (50, 200, 1000, 5000)
DISCORDANT = 0.1
CLUSTER = 5
EXACT = make_metric("exact_match")
MEAN = make_metric("token_f1")
BLEU = make_metric("bleu")
MACRO = make_metric("f1:macro")


def binary(random: Random, items: int, drop: float) -> Sample:
    """Draw right and wrong answers of which a tenth are discordant."""
    base = (random.random(items) < 0.7).astype(float)
    fate = random.random(items)
    candidate = np.where(fate < (DISCORDANT + drop) / 2, 0.0, np.where(fate < DISCORDANT, 1.0, base))
    base = np.where(fate < (DISCORDANT + drop) / 2, 1.0, np.where(fate < DISCORDANT, 0.0, base))
    return Sample(EXACT, base[:, None], candidate[:, None], None)


def mean(random: Random, items: int, drop: float) -> Sample:
    """Draw scores of 0 to 1, leaning to 1, of which the candidate answers three in ten anew."""
    base = random.beta(4, 2, items)
    candidate = np.where(random.random(items) < 0.3, random.beta(4, 2, items), base) - drop
    return Sample(MEAN, base[:, None], candidate[:, None], None)


def clustered(random: Random, items: int, drop: float) -> Sample:
    """Draw right and wrong answers in clusters of five whose items mostly flip together."""
    clusters = np.arange(items) // CLUSTER
    many = clusters.max() + 1
    base = (random.random(many) < 0.6)[clusters].astype(float)
    fate = random.random(many)[clusters]
    keeps = random.random(items) < 0.1
    worse, better = fate < 0.1 + drop / 1.8, fate > 0.9 + drop / 1.8
    candidate = np.where(worse & ~keeps, 0.0, np.where(better & ~keeps, 1.0, base))
    base = np.where(worse & ~keeps, 1.0, np.where(better & ~keeps, 0.0, base))
    return Sample(EXACT, base[:, None], candidate[:, None], clusters)


def naive(random: Random, items: int, drop: float) -> Sample:
    """Draw the same, and forget the clusters."""
    drawn = clustered(random, items, drop)
    return Sample(drawn.metric, drawn.base, drawn.candidate, None)


def corpus(random: Random, items: int, _: float) -> Sample:
    """Draw the counts of BLEU of two systems that are equally good."""
    wanted = random.integers(8, 40, items)
    ease = random.beta(5, 4, items)
    runs = []
    for _ in range(2):
        said = np.maximum(5, wanted + random.integers(-3, 4, items))
        grams = np.stack([said - order for order in range(4)], axis=1)
        right = random.binomial(
            grams, np.clip(ease[:, None] + random.normal(0, 0.1, (items, 1)), 0.02, 0.98) ** np.arange(1, 5)
        )
        runs.append(np.column_stack([said, wanted, right, grams]).astype(float))
    return Sample(BLEU, runs[0], runs[1], None)


def labels(random: Random, items: int, _: float) -> Sample:
    """Draw labels of six classes of unequal size, each run wrong on a fifth."""
    wanted = random.choice(6, items, p=[0.4, 0.25, 0.15, 0.1, 0.06, 0.04])
    runs = [np.where(random.random(items) < 0.2, random.integers(0, 6, items), wanted) for _ in range(2)]
    base, candidate = (np.column_stack([wanted, said]).astype(np.float64) for said in runs)
    return Sample(MACRO, base, candidate, None)


KINDS: dict[str, Draw] = {
    "binary": binary, "mean": mean, "corpus (BLEU)": corpus, "corpus (macro F1)": labels, "clustered": clustered,
    "clustered, taken for single items": naive,
}  # fmt: skip


def rates(draw: Draw, items: int, drop: float, margin: float, times: int) -> dict[str, float]:
    """Return how often a rule says what, over many draws."""
    random = np.random.default_rng([items, times, round(1e6 * drop), round(1e6 * margin)])
    counts = {"pass": 0, "fail": 0, "inconclusive": 0}
    for _ in range(times):
        sample = draw(random, items, drop)
        limit = Limit(metric=sample.metric.name, max_drop=margin)
        found = estimate(sample, line(limit, "higher").kind, Settings(draws=1000, exact=items <= 50))
        one = judged(limit, None, None, "higher", found, "confident")
        one.conclude(one.p_fail, 0.05)
        counts[one.verdict] += 1
    return {said: n / times for said, n in counts.items()}


def errors(times: int, kinds: list[str]) -> Iterator[list[str]]:
    """Yield false alarms (equal models, margin 0) and wrong passes (a drop as large as the margin) by kind and n."""
    for name in kinds:
        draw = KINDS[name]
        alarms = [rates(draw, items, 0.0, 0.0, times)["fail"] for items in SIZES]
        yield [name, "false alarms", *(f"{share:.1%}" for share in alarms)]
        if draw not in (corpus, labels):
            passes = [rates(draw, items, 0.05, 0.05, times)["pass"] for items in SIZES]
            yield [name, "wrong passes", *(f"{share:.1%}" for share in passes)]


def power(times: int) -> Iterator[list[str]]:
    """Yield how often an equal model passes the margin that n affords, the promise of ``--plan`` beside."""
    for items in SIZES:
        margin = counted.affordable_margin(items, DISCORDANT, 0.05, 0.8)
        theory = normal_theory.chance_of_equal(margin, items, DISCORDANT, 0.05)
        promised = counted.chance_of_equal(margin, items, DISCORDANT, 0.05)
        yield _power_row("binary", items, margin, theory, promised, rates(binary, items, 0.0, margin, times)["pass"])
    for name, draw, size in (("mean", mean, 1), ("clustered", clustered, CLUSTER)):
        spread = reach.spread_of(draw(np.random.default_rng(1), 200_000, 0.0), "difference", above=True)
        for items in SIZES:
            units = items // size
            margin = reach.affordable_margin(spread, units, 0.05, 0.8)
            theory = normal_theory.chance_of_equal_mean(margin, spread.error(units), 0.05)
            promised = reach.chance_of_equal(spread, units, margin, 0.05)
            yield _power_row(name, items, margin, theory, promised, rates(draw, items, 0.0, margin, times)["pass"])


def _power_row(name: str, items: int, margin: float, theory: float, promised: float, seen: float) -> list[str]:
    return [name, f"{items:,}", f"{margin:.4f}", f"{theory:.1%}", f"{promised:.1%}", f"{seen:.1%}"]


def speed(items: int, draws: int, plain_draws: int) -> Iterator[list[str]]:
    """Yield CPU seconds for ten metrics on all items and on twenty slices, ours and a plain bootstrap's."""
    random = np.random.default_rng(7)
    settings = Settings(draws=draws, exact=False)
    slices = [np.flatnonzero(random.integers(0, 20, items) == number) for number in range(20)]
    made = {
        "4 binary": [binary(random, items, 0.0) for _ in range(4)],
        "3 means": [mean(random, items, 0.0) for _ in range(3)],
        "2 BLEU": [corpus(random, items, 0.0) for _ in range(2)],
        "1 macro F1": [labels(random, items, 0.0)],
    }
    whole = [0.0, 0.0]
    for name, samples in made.items():
        started = time.process_time()
        for sample in samples:
            for rows in (None, *slices):
                estimate(sample if rows is None else sample.take(rows), "difference", settings)
        ours = time.process_time() - started
        started = time.process_time()
        plain(samples[0], plain_draws)
        theirs = (
            (time.process_time() - started) * draws / plain_draws * len(samples) * 2
        )  # slices hold all items once more
        whole = [whole[0] + ours, whole[1] + theirs]
        yield [name, f"{ours:.1f}", f"{theirs:,.0f}", f"{theirs / ours:,.0f} x"]
    yield ["all ten", f"{whole[0]:.1f}", f"{whole[1]:,.0f}", f"{whole[1] / whole[0]:,.0f} x"]


def plain(sample: Sample, draws: int) -> None:
    """Bootstrap as it is mostly written: draw row numbers, take the rows, score them again."""
    random = np.random.default_rng(0)
    found = np.empty(draws)
    for place in range(draws):
        rows = random.integers(0, sample.n, sample.n)
        values = []
        for run in (sample.base, sample.candidate):
            taken = run[rows]
            if sample.metric is MACRO:
                cells, counts = np.unique(taken, axis=0, return_counts=True)
                values.append(MACRO.replicates(cells, counts[None, :].astype(float))[0])
            else:
                values.append(sample.metric.of_sums(taken.sum(axis=0)[None, :], np.array([float(sample.n)]))[0])
        found[place] = values[1] - values[0]
    np.quantile(found, (0.05, 0.95))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.gate", description=__doc__)
    parser.add_argument("--only", choices=["errors", "power", "speed"])
    parser.add_argument("--kind", action="append", choices=list(KINDS), help="of errors; repeatable (all)")
    parser.add_argument("--times", type=int, default=2000, help="simulations of each number (2,000)")
    parser.add_argument("--items", type=int, default=100_000, help="of the measurement of speed (100,000)")
    parser.add_argument("--draws", type=int, default=10_000, help="resamples there (10,000)")
    parser.add_argument("--plain", type=int, default=20, help="resamples that the plain bootstrap really makes (20)")
    given = parser.parse_args()
    sizes = [f"n {items:,}" for items in SIZES]
    if given.only in (None, "errors"):
        print_table(("statistics", "share of", *sizes), list(errors(given.times, given.kind or list(KINDS))))
        low, high = (0.05 + side * 1.96 * (0.05 * 0.95 / given.times) ** 0.5 for side in (-1, 1))
        print(f"\n{given.times:,} simulations a number: a true 5% shows as {low:.1%} to {high:.1%}, 19 times in 20.\n")
    if given.only in (None, "power"):
        print_table(("statistics", "n", "margin", "normal theory", "the plan", "simulated"), list(power(given.times)))
        print()
    if given.only in (None, "speed"):
        print_table(
            ("metrics", "ours, CPU s", "plain, CPU s", "speed"), list(speed(given.items, given.draws, given.plain))
        )


if __name__ == "__main__":
    main()
