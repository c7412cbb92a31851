"""The gate tested on itself: how often it raises an alarm where there is nothing to find."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from curate.core.run.errors import ConfigError, InputError
from evalkit.gate.config import GateConfig, Limit
from evalkit.gate.rules.evaluate import baseline_of, slices_of, unscored
from evalkit.gate.rules.rule import Judged, holm, judged, line, refuse_margin, tell_apart
from evalkit.gate.runs.pairing import Pair, Scored
from evalkit.gate.statistics.estimate import Settings, estimate
from evalkit.gate.statistics.sample import Sample

DRAWS = 1000
Random = np.random.Generator


@dataclass(frozen=True)
class SelfTest:
    """The shares of verdicts over many A/A comparisons."""

    how: str
    splits: int
    alpha: float
    rules: dict[str, dict[str, float]]  # rule -> {"fail", "inconclusive", "pass"}
    false_alarms: float  # the share of comparisons in which any rule failed

    @property
    def holds(self) -> bool:
        """Say whether false alarms are at or under alpha, but for two standard errors of so many comparisons."""
        return self.false_alarms <= self.alpha + 2 * math.sqrt(self.alpha * (1 - self.alpha) / self.splits)


def self_test(config: GateConfig, pairs: Mapping[str, Pair], alone: Pair, splits: int) -> SelfTest:
    """Return how the configured rules judge A against A', each on the baseline that it names.

    With baselines, each item's (or cluster's) two results change sides at the toss of a coin. Without one, the
    candidate's items are split into two halves at random and paired as they come, clusters with clusters.

    Raises:
        ThresherError: a rule names what there is not, or equal runs should pass none of them.
    """
    random = np.random.Generator(np.random.Philox(config.seed))
    made = _made(config, pairs, alone)
    counts: list[dict[str, int]] = [{"fail": 0, "inconclusive": 0, "pass": 0} for _ in made]
    names: list[str] = []
    alarms = 0
    for _ in range(splits):
        rows = [_judge(config, limit, where, _halves(sample, random)) for limit, where, sample in made]
        tell_apart(rows)
        names = [one.name for one in rows]
        confident = [one for one in rows if one.level == "confident"]
        for one, p in zip(confident, holm([one.p_fail for one in confident]), strict=True):
            one.p_adjusted = p
        for one, count in zip(rows, counts, strict=True):
            one.conclude(one.p_adjusted, config.alpha)
            count[one.verdict] += 1
        alarms += any(one.verdict == "fail" for one in rows)
    how = "results of an item change sides" if pairs else "items split into halves"
    shares = {name: {said: n / splits for said, n in count.items()} for name, count in zip(names, counts, strict=True)}
    return SelfTest(how, splits, config.alpha, shares, alarms / splits)


def _made(config: GateConfig, pairs: Mapping[str, Pair], alone: Pair) -> list[tuple[Limit, str | None, Sample]]:
    """Return each rule that compares two runs and that equal ones should pass, with its slice and its sample."""
    made = []
    for limit in config.limits:
        own = alone if limit.alone or not pairs else pairs[baseline_of(limit, pairs)]
        refuse_margin(limit, _scored(own, limit).sample.metric)  # of a rule on one run, which is not tested, too
        if limit.slice != "*":
            places = slices_of(limit, own)
            made += [(limit, where, _sample(own, limit, where)) for where in places if _equal_passes(limit)]
    if not made:
        raise ConfigError(
            "no rule is one that two equal runs should pass: there is nothing to test",
            hint="a rule with max_drop or max_ratio can raise a false alarm; min_gain asks for more",
        )
    return made


def _equal_passes(limit: Limit) -> bool:
    """Say whether a rule compares two runs and equal ones should pass it: one that asks for a gain rightly fails."""
    gain = limit.rule == "min_gain" and limit.margin > 0
    return not (limit.alone or gain or (limit.rule == "max_ratio" and limit.margin < 1))


def _scored(own: Pair, limit: Limit) -> Scored:
    return own.scored(limit.metric) if limit.alone else own.spread(limit.metric)


def _sample(own: Pair, limit: Limit, where: str | None) -> Sample:
    """Return the sample of a rule.

    Raises:
        InputError: no item is left, or there are no two halves.
    """
    scored = _scored(own, limit)
    rows = np.arange(scored.sample.n) if where is None else np.flatnonzero(np.isin(scored.places, own.slices[where]))
    if not len(rows):
        raise unscored(limit, where)
    sample = scored.sample if where is None else scored.sample.take(rows)
    if own.base is None and sample.units < 2:
        on = f" on {where}" if where else ""
        raise InputError(
            f"{limit.metric} {limit.rule}{on} cannot be split into halves: all its items are one "
            + ("item" if sample.n == 1 else "cluster"),
            hint="--baseline RUN changes the sides of results and needs no halves; or take the rule out",
        )
    return sample


def _judge(config: GateConfig, limit: Limit, where: str | None, sample: Sample) -> Judged:
    settings = Settings(config.alpha, DRAWS, config.seed, exact=False)
    better = sample.metric.better
    found = estimate(sample, line(limit, better).kind, settings)
    return judged(limit, where, None, better, found, limit.level or config.level)


def _halves(sample: Sample, random: Random) -> Sample:
    if sample.base.shape[1]:
        coin = random.integers(0, 2, size=sample.units).astype(bool)
        sides = (coin if sample.clusters is None else coin[sample.clusters])[:, None]
        base, candidate = np.where(sides, sample.candidate, sample.base), np.where(sides, sample.base, sample.candidate)
        return Sample(sample.metric, base, candidate, sample.clusters)
    one, other, clusters = _matched(sample, random)
    return Sample(sample.metric, sample.candidate[one], sample.candidate[other], clusters)


def _matched(sample: Sample, random: Random) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp] | None]:
    """Return the rows of both halves in pairs; clusters meet clusters of about their size, rows beyond that rest."""
    if sample.clusters is None:
        order = random.permutation(sample.n)
        half = sample.n // 2
        return order[:half], order[half : 2 * half], None
    order = random.permutation(sample.n)
    order = order[np.argsort(sample.clusters[order], kind="stable")]
    members = np.split(order, np.flatnonzero(np.diff(sample.clusters[order])) + 1)
    ranked = sorted(random.permutation(len(members)).tolist(), key=lambda place: -len(members[place]))
    one, other, numbers = [], [], []
    for pair, (a, b) in enumerate(zip(ranked[::2], ranked[1::2], strict=False)):
        size = min(len(members[a]), len(members[b]))
        one.append(members[a][:size])
        other.append(members[b][:size])
        numbers.append(np.full(size, pair))
    return np.concatenate(one), np.concatenate(other), np.concatenate(numbers)
