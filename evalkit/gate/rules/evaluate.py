"""Every rule held against its estimate, and what the slices say beside."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from curate.core.run.errors import ConfigError, InputError, nearest
from evalkit.gate.config import GateConfig, Limit
from evalkit.gate.rules.rule import Judged, holm, judged, line, refuse_margin, tell_apart
from evalkit.gate.runs.pairing import Pair
from evalkit.gate.statistics.estimate import Settings, estimate

Keep = NDArray[np.bool_]


@dataclass(frozen=True)
class Evaluated:
    """The rules that gate, and rows that only inform."""

    gating: list[Judged]
    informing: list[Judged]
    pairs: dict[int, Pair]  # of each row, by its identity

    def pair(self, one: Judged) -> Pair:
        """Return the runs that a row compares."""
        return self.pairs[id(one)]


def evaluate(
    config: GateConfig,
    pairs: Mapping[str, Pair],
    alone: Pair,
    left_out: frozenset[str] = frozenset(),
    *,
    slices: bool = True,
) -> Evaluated:
    """Return all rules with their verdicts; ``pairs`` are by the name of the baseline, ``alone`` is the candidate.

    Items named by ``left_out`` are left out, and with them each rule that none is left for. With ``slices`` each rule
    on all items looks at every slice too, which informs and never gates.

    Raises:
        ThresherError: runs cannot be compared, a rule names a metric, slice or baseline that there is not.
    """
    gating: list[Judged] = []
    informing: list[Judged] = []
    own: dict[int, Pair] = {}
    runs: dict[int, tuple[str | None, Pair]] = {}  # of each limit, by its identity

    def look(limit: Limit, where: str | None, rows: list[Judged], *, exact: bool) -> None:
        name, pair = runs[id(limit)]
        keep = ~np.isin(pair.ids, list(left_out)) if left_out else np.ones(len(pair.ids), dtype=bool)
        found = _judge(config, limit, name, pair, where, keep, needed=rows is gating and not left_out, exact=exact)
        if found is not None:
            own[id(found)] = pair
            rows.append(found)

    for limit in config.limits:
        name = None if limit.alone else baseline_of(limit, pairs)
        runs[id(limit)] = name, alone if name is None else pairs[name]
        for where in [] if limit.slice == "*" else slices_of(limit, runs[id(limit)][1]):
            look(limit, where, gating, exact=not left_out)
    exactly = {(one.limit.metric, one.baseline, one.slice) for one in gating}  # one number has one interval
    for limit in (one for one in config.limits if slices and one.slice in (None, "*")):
        name, pair = runs[id(limit)]
        for where in sorted(pair.slices):
            look(limit, where, informing, exact=not left_out and (limit.metric, name, where) in exactly)
    if not left_out:
        refuse_idle(gating)
    tell_apart(gating)
    confident = [one for one in gating if one.level == "confident"]
    for one, p in zip(confident, holm([one.p_fail for one in confident]), strict=True):
        one.p_adjusted = p
    for one in (*gating, *informing):
        one.conclude(one.p_adjusted, config.alpha, len(confident))
    return Evaluated(gating, informing, own)


def refuse_idle(gating: Sequence[object]) -> None:
    """Refuse rules of which none gates.

    Raises:
        ConfigError: none does.
    """
    if not gating:
        raise ConfigError("no rule gates: a slice of '*' only informs", hint="add a rule on all items, without a slice")


def baseline_of(limit: Limit, names: Collection[str]) -> str:
    """Return the name of the baseline that a rule is held against.

    Raises:
        ConfigError: there is none, none of this name, or several and the rule does not say which.
    """
    if not names:
        raise ConfigError(f"{limit.metric} {limit.rule} is held against a baseline", hint="--baseline DIR")
    if limit.baseline is None and len(names) > 1:
        raise ConfigError(
            f"{limit.metric} {limit.rule} does not say which baseline it is held against",
            hint=f"baseline = {min(names)!r}; there is {', '.join(sorted(names))}",
        )
    name = next(iter(names)) if limit.baseline is None else limit.baseline
    if name not in names:
        raise ConfigError(
            f"no baseline is called {name!r}{nearest(name, sorted(names))}", hint=f"--baseline {name}=DIR"
        )
    return name


def slices_of(limit: Limit, pair: Pair) -> list[str | None]:
    """Return the slices that a rule is about; none named means all items.

    Raises:
        ConfigError: no item is in it.
    """
    if limit.slice is None:
        return [None]
    known = sorted(pair.slices)
    found = [name for name in known if name == limit.slice or name.partition("=")[0] == limit.slice]
    if not found:
        raise ConfigError(
            f"no item is in the slice {limit.slice!r} of {limit.metric} {limit.rule}"
            + (nearest(limit.slice, known) if known else "; the runs have no slices"),
            hint='slice = "field=value" or "field"; thresher score --slice FIELD makes them',
        )
    return list(found)


def unscored(limit: Limit, where: str | None) -> InputError:
    """Return the error of a rule that no item is left for."""
    on = f" in {where}" if where else ""
    return InputError(
        f"no item{on} has a score by {limit.metric} that can be paired", hint="thresher score shows why rows have none"
    )


def _judge(
    config: GateConfig,
    limit: Limit,
    name: str | None,
    pair: Pair,
    where: str | None,
    keep: Keep,
    *,
    needed: bool,
    exact: bool,
) -> Judged | None:
    scored = pair.scored(limit.metric)
    inside = keep[scored.places]
    if where is not None:
        member = np.zeros(len(pair.ids), dtype=bool)
        member[pair.slices[where]] = True
        inside = inside & member[scored.places]
    rows = np.flatnonzero(inside)
    if not len(rows):
        if not needed:
            return None
        raise unscored(limit, where)
    sample = scored.sample if len(rows) == scored.sample.n else scored.sample.take(rows)
    metric = scored.sample.metric
    refuse_margin(limit, metric)
    settings = Settings(config.alpha, config.draws, config.seed, exact=exact)
    found = estimate(sample, line(limit, metric.better).kind, settings)
    return judged(limit, where, name, metric.better, found, limit.level or config.level)
