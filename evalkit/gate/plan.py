"""Before a model runs: what the items at hand can decide, rule by rule."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from curate.core.run.errors import ConfigError
from evalkit.gate.config import GateConfig, Limit
from evalkit.gate.rules.rule import line
from evalkit.gate.runs.pairing import Pair, pair
from evalkit.gate.runs.run import Run
from evalkit.gate.statistics import counted, reach
from evalkit.gate.statistics.estimate import Settings, estimate, widest_of
from evalkit.gate.statistics.sample import Sample
from evalkit.metrics import make_metric


@dataclass(frozen=True)
class Planned:
    """What a rule can expect of its items."""

    metric: str
    rule: str
    slice: str | None
    margin: float
    n: int
    assumed: str  # where the spread comes from
    chance_equal_passes: float
    affordable_margin: float  # at which an equal model passes with the power asked for
    needed_n: int | None  # with which this margin does

    def told(self) -> dict[str, Any]:
        """Return it for ``--json``."""
        return asdict(self)


def plan(config: GateConfig, base: Run | None, candidate: Run | None, items: int | None) -> list[Planned]:
    """Return a plan for each rule, of both runs where they are given, of one, or of assumptions alone.

    Raises:
        ThresherError: nothing says how many items there are, or runs cannot be compared.
    """
    run = base or candidate
    both = pair(candidate, base) if base is not None and candidate is not None else None
    alone = pair(run, None) if run is not None else None
    return [
        _planned(config, limit, where, both, alone, items)
        for limit in config.limits
        if limit.slice != "*"
        for where in _slices(limit, alone)
    ]


def _slices(limit: Limit, alone: Pair | None) -> list[str | None]:
    if limit.slice is None or alone is None:
        return [limit.slice]
    return [name for name in alone.slices if name == limit.slice or name.partition("=")[0] == limit.slice] or [
        limit.slice
    ]


def _planned(
    config: GateConfig, limit: Limit, where: str | None, both: Pair | None, alone: Pair | None, items: int | None
) -> Planned:
    metric = make_metric(limit.metric)
    settings = Settings(config.alpha, 1000, config.seed, exact=False)
    sample = None if alone is None else _sample(alone, limit.metric, where)
    n = items or config.plan.items or (sample.n if sample is not None else 0)
    if not n:
        raise ConfigError(
            "nothing says how many items there are", hint="--baseline RUN, or items in [plan] of gate.toml"
        )
    own = line(limit, metric.better)
    if metric.shares and own.kind == "difference" and (sample is None or sample.clusters is None):
        share = config.plan.discordance
        told = f"assumed: {share:.0%} of the items discordant"
        if both is not None:
            found = estimate(_sample(both, limit.metric, where), "difference", settings)
            share = max(found.discordant or 0.0, 1 / found.n)
            told = f"measured: {share:.1%} of the items discordant"
        distance = limit.margin if limit.rule == "max_drop" else -limit.margin
        chance = counted.chance_of_equal(distance, n, share, config.alpha)
        affordable = counted.affordable_margin(n, share, config.alpha, config.power)
        needed = counted.needed_items(limit.margin, share, config.alpha, config.power)
        return _told(limit, where, n, told, chance, affordable, needed)
    if sample is None:
        raise ConfigError(f"the spread of {limit.metric} is not known", hint="--baseline RUN: one scored run tells it")
    return _by_error(config, limit, where, n, sample, _sample(both, limit.metric, where) if both else None)


def _by_error(
    config: GateConfig, limit: Limit, where: str | None, n: int, sample: Sample, both: Sample | None
) -> Planned:
    """Return the plan of a rule by the spread of a run, or of the difference of two."""
    settings = Settings(config.alpha, 1000, config.seed, exact=False)
    own = line(limit, sample.metric.better)
    single = estimate(sample, "value", settings)
    if own.kind == "value":
        spread, told = reach.spread_of(sample, "value", above=own.above), "measured: the run's own spread"
        distance = (single.value - own.at) * (1 if own.above else -1)
    elif both is not None:
        spread, told = reach.spread_of(both, own.kind, above=own.above), "measured: the spread of the difference"
        distance = limit.margin - 1 if own.kind == "ratio" else limit.margin
    else:
        correlation = config.plan.correlation
        error, told = single.error * math.sqrt(2 * (1 - correlation)), f"assumed: scores correlate by {correlation:g}"
        distance = limit.margin
        if own.kind == "ratio":
            error, distance = error / abs(single.value or 1.0), limit.margin - 1
        widest = 1.0 if own.kind == "ratio" else widest_of(sample, own.kind, single.value)
        spread = reach.assumed(error, sample.units, widest)
    each = sample.units / sample.n  # units an item
    units = max(1, round(n * each))
    chance = reach.chance_of_equal(spread, units, -distance if limit.rule == "min_gain" else distance, config.alpha)
    needed = reach.needed_units(spread, distance, config.alpha, config.power) / each
    return _told(
        limit, where, n, told, chance, reach.affordable_margin(spread, units, config.alpha, config.power), needed
    )


def _told(
    limit: Limit, where: str | None, n: int, told: str, chance: float, affordable: float, needed: float
) -> Planned:
    items = math.ceil(needed) if math.isfinite(needed) else None
    rounded = float(f"{chance:.4g}"), float(f"{affordable:.4g}")
    return Planned(limit.metric, limit.rule, where, limit.margin, n, told, *rounded, items)


def _sample(own: Pair, name: str, where: str | None) -> Sample:
    scored = own.scored(name)
    if where is None:
        return scored.sample
    if where not in own.slices:
        raise ConfigError(f"no item is in the slice {where!r} of {name}", hint='slice = "field=value"')
    rows = np.flatnonzero(np.isin(scored.places, own.slices[where]))
    return scored.sample.take(rows)
