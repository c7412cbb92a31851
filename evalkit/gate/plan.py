"""Before a model runs: what the items at hand can decide, rule by rule."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from curate.core.run.errors import ConfigError
from evalkit.gate.config import GateConfig, Limit
from evalkit.gate.rules.evaluate import baseline_of, slices_of, unscored
from evalkit.gate.rules.needs import whole
from evalkit.gate.rules.rule import line, refuse_margin
from evalkit.gate.runs.pairing import Pair, Scored, by_itself, pair
from evalkit.gate.runs.run import Run
from evalkit.gate.statistics import counted, reach, shares
from evalkit.gate.statistics.estimate import Settings, estimate, widest_of
from evalkit.gate.statistics.power import POINT
from evalkit.gate.statistics.sample import Sample
from evalkit.metrics import make_metric


@dataclass(frozen=True)
class Planned:
    """What a rule can expect of its items."""

    metric: str
    rule: str
    slice: str | None
    baseline: str | None  # as the rule names it
    margin: float
    n: int
    assumed: str  # where the spread comes from
    chance_equal_passes: float
    affordable_margin: float | None  # at which an equal model passes with the power asked for
    needed_n: int | None  # with which this margin does

    def told(self) -> dict[str, Any]:
        """Return it for ``--json``."""
        return asdict(self)


def plan(
    config: GateConfig,
    named: Mapping[str, Run],
    candidate: Run | None,
    items: int | None,
    *,
    allow_missing: bool = False,
) -> list[Planned]:
    """Return a plan for each rule, of both runs where they are given, of one, or of assumptions alone.

    A rule is planned by the baseline that it is held against, by name; one on a run's own value by the candidate.

    Raises:
        ThresherError: nothing says how many items there are, runs cannot be compared, or a rule has no such runs.
    """
    own = None if candidate is None else by_itself(candidate, named.values(), allow_missing=allow_missing)
    bases = {name: by_itself(base, allow_missing=allow_missing) for name, base in named.items()}
    boths = {
        name: pair(candidate, base, allow_missing=allow_missing)
        for name, base in named.items()
        if candidate is not None
    }
    planned = []
    for limit in config.limits:
        name = None if limit.alone or not named else baseline_of(limit, named)
        alone = (own or next(iter(bases.values()), None)) if name is None else bases[name]
        both = None if name is None else boths.get(name)
        if limit.slice != "*":
            places = [limit.slice] if alone is None else slices_of(limit, alone)
            found = [_planned(config, limit, where, both, alone, items) for where in places]
            if alone is not None and both is None:
                found = [replace(one, assumed=one.assumed + _left_out(alone, limit, one.slice)) for one in found]
            planned += found
    return planned


def _planned(
    config: GateConfig, limit: Limit, where: str | None, both: Pair | None, alone: Pair | None, items: int | None
) -> Planned:
    metric = make_metric(limit.metric)
    settings = Settings(config.alpha, 1000, config.seed, exact=False)
    sample = None if alone is None else _sample(alone, limit, where)
    pairs = None if both is None else _sample(both, limit, where)
    n = _items(items or config.plan.items, limit, where, alone, pairs or sample)
    refuse_margin(limit, metric)
    own, alpha = line(limit, metric.better), _alpha(config, limit)
    if metric.shares and own.kind == "difference" and (sample is None or sample.clusters is None):
        share = config.plan.discordance
        told = f"assumed: {share:.0%} of the items discordant"
        if pairs is not None:
            found = estimate(pairs, "difference", settings)
            share = max(found.discordant or 0.0, 1 / found.n)
            told = f"measured: {share:.1%} of the items discordant"
        distance = limit.margin if limit.rule == "max_drop" else -limit.margin
        chance = counted.chance_of_equal(distance, n, share, alpha)
        affordable = counted.affordable_margin(n, share, alpha, config.power)
        needed = counted.needed_items(distance, share, alpha, config.power)
        return _told(limit, where, n, told, chance, affordable, needed)
    if sample is None:
        raise ConfigError(f"the spread of {limit.metric} is not known", hint="--baseline RUN: one scored run tells it")
    if own.kind == "value" and sample.binary:
        return _by_outcomes(config, limit, where, n, sample)
    return _by_error(config, limit, where, n, sample, pairs)


def _alpha(config: GateConfig, limit: Limit) -> float:
    """Return the level of a rule's bound: one on the number alone has the number for its bound."""
    return POINT if (limit.level or config.level) == "point" else config.alpha


def _items(given: int | None, limit: Limit, where: str | None, alone: Pair | None, sample: Sample | None) -> int:
    """Return how many items a rule has: of so many in all, a slice has its part."""
    if sample is None or alone is None:
        if not given:
            raise ConfigError(
                "nothing says how many items there are", hint="--baseline RUN, or items in [plan] of gate.toml"
            )
        return given
    if not given:
        return sample.n
    return given if where is None else max(1, round(given * sample.n / _scored(alone, limit).sample.n))


def _by_outcomes(config: GateConfig, limit: Limit, where: str | None, n: int, sample: Sample) -> Planned:
    """Return the plan of a rule on a share of right items, were the share that was seen the truth."""
    own, alpha = line(limit, sample.metric.better), _alpha(config, limit)
    share = float(sample.candidate.mean())
    told = f"measured: {share:.1%} of the items"
    truth, at = (share, own.at) if own.above else (1 - share, 1 - own.at)
    chance = shares.chance_of_clearing(truth, n, at, alpha)
    affordable = shares.affordable_distance(truth, n, alpha, config.power)
    needed = shares.needed_items(truth, at, alpha, config.power)
    return _told(limit, where, n, told, chance, affordable, needed)


def _by_error(
    config: GateConfig, limit: Limit, where: str | None, n: int, sample: Sample, both: Sample | None
) -> Planned:
    """Return the plan of a rule by the spread of a run, or of the difference of two."""
    settings = Settings(config.alpha, 1000, config.seed, exact=False)
    own, alpha = line(limit, sample.metric.better), _alpha(config, limit)
    single, shrunk = estimate(sample, "value", settings), 1.0
    if own.kind == "ratio" and not single.value:
        return _told(limit, where, n, "there is no ratio, for the baseline is 0", 0.0, math.inf, math.inf)
    if own.kind == "value":
        spread, told = reach.spread_of(sample, "value", above=own.above), "measured: the run's own spread"
        distance = (single.value - own.at) * (1 if own.above else -1)
    elif both is not None:
        spread, told = reach.spread_of(both, own.kind, above=own.above), "measured: the spread of the difference"
        distance = limit.margin - 1 if own.kind == "ratio" else limit.margin
    else:
        correlation = config.plan.correlation
        shrunk, told = math.sqrt(2 * (1 - correlation)), f"assumed: scores correlate by {correlation:g}"
        error = single.error * shrunk
        distance = limit.margin
        if own.kind == "ratio":
            error, distance = error / abs(single.value), limit.margin - 1
        equal, value = replace(sample, base=sample.candidate), float(own.kind == "ratio")
        widest = (widest_of(equal, own.kind, value, many=many) for many in (False, True))
        spread = reach.assumed(error, sample.units, *widest)
    if spread.is_still and math.isfinite(spread.widest):  # that none was seen is no proof that there is none
        spread, share = reach.hidden(spread, sample.units, config.alpha, shrunk)
        told += f"; no spread was seen (n {sample.units:,}), so that {share:.1%} of others are taken to vary"
    each = sample.units / sample.n  # units an item
    units = max(1, round(n * each))
    distance = (
        -distance if limit.rule == "min_gain" else distance
    )  # which an equal model never passes, nor do more items
    chance = reach.chance_of_equal(spread, units, distance, alpha)
    affordable = reach.affordable_margin(spread, units, alpha, config.power)
    needed = reach.needed_units(spread, distance, alpha, config.power) / each
    return _told(limit, where, n, told, chance, affordable, needed)


def _told(
    limit: Limit, where: str | None, n: int, told: str, chance: float, affordable: float, needed: float
) -> Planned:
    rounded = float(f"{chance:.4g}"), float(f"{affordable:.4g}") if math.isfinite(affordable) else None
    return Planned(limit.metric, limit.rule, where, limit.baseline, limit.margin, n, told, *rounded, whole(needed))


def _scored(own: Pair, limit: Limit) -> Scored:
    """Return what a plan knows of a metric: one run's own value, or its spread."""
    return own.scored(limit.metric) if limit.alone else own.spread(limit.metric)


def _left_out(own: Pair, limit: Limit, where: str | None) -> str:
    left = sum(_scored(own, limit).left_out(None if where is None else own.slices[where]).values())
    return (
        f"; {left:,} {'items without a score are' if left > 1 else 'item without a score is'} left out" if left else ""
    )


def _sample(own: Pair, limit: Limit, where: str | None) -> Sample:
    scored = _scored(own, limit)
    if where is not None and where not in own.slices:
        raise ConfigError(f"no item is in the slice {where!r} of {limit.metric}", hint='slice = "field=value"')
    rows = np.arange(scored.sample.n) if where is None else np.flatnonzero(np.isin(scored.places, own.slices[where]))
    if not len(rows):
        raise unscored(limit, where)
    return scored.sample if where is None else scored.sample.take(rows)
