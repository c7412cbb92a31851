"""The verdict of a gate, with all that is behind it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from curate.core.command.exits import DONE, INCONCLUSIVE, NO
from curate.core.run.canonical import SCHEMA_VERSION
from evalkit.gate.config import GateConfig
from evalkit.gate.rules.evaluate import Evaluated, evaluate
from evalkit.gate.rules.needs import needed_n, smallest_detectable
from evalkit.gate.rules.next_steps import next_steps
from evalkit.gate.rules.no_number import no_number
from evalkit.gate.rules.rule import Judged, Said
from evalkit.gate.rules.waivers import Waiver, in_force
from evalkit.gate.runs.flips import Flips, flips
from evalkit.gate.runs.pairing import BOTH_SILENT, NEITHER, Pair, by_itself, pair
from evalkit.gate.runs.run import Run
from evalkit.gate.statistics.estimate import FEW_CLUSTERS, digits

_SCALE = {"points": 100.0}
_NONE_LEFT = {"n": 0, "estimate": None, "interval": [None, None], "verdict": "inconclusive"}
_LEFT_OUT = {
    NEITHER: "neither run has a score of them",
    BOTH_SILENT: "both runs left them empty, and what that costs depends on their references",
}
_UNBOUNDED = ("share", "points", "correlation")


@dataclass(frozen=True)
class Verdict:
    """What a gate says."""

    said: Said
    rows: list[dict[str, Any]]  # a rule each, as verdict.json has them
    slices: list[dict[str, Any]]  # rows that only inform
    flips: dict[str, dict[str, Any]]  # metric -> baseline -> counts and ids
    tainted: dict[str, Any]
    warnings: list[str]
    runs: dict[str, Any]
    settings: dict[str, Any] = field(default_factory=dict)

    @property
    def exit_code(self) -> int:
        """Return 0 for pass, 1 for fail, 3 for inconclusive."""
        return {"pass": DONE, "fail": NO, "inconclusive": INCONCLUSIVE}[self.said]

    def as_object(self) -> dict[str, Any]:
        """Return the content of ``verdict.json``."""
        return {
            "schema_version": SCHEMA_VERSION,
            "verdict": self.said,
            "exit_code": self.exit_code,
            "limits": self.rows,
            "slices": self.slices,
            "flips": self.flips,
            "tainted": self.tainted,
            "warnings": self.warnings,
            "runs": self.runs,
            "settings": self.settings,
        }


def judge(
    candidate: Run,
    baselines: Mapping[str, Run],
    config: GateConfig,
    *,
    allow_missing: bool = False,
    tainted: frozenset[str] = frozenset(),
    waivers: list[Waiver] | None = None,
) -> Verdict:
    """Return whether the candidate may ship: pass, fail, or inconclusive.

    Raises:
        ThresherError: runs cannot be compared, or a rule names what there is not.
    """
    alone = by_itself(candidate, baselines.values(), allow_missing=allow_missing)
    pairs = {name: pair(candidate, base, allow_missing=allow_missing) for name, base in baselines.items()}
    found = evaluate(config, pairs, alone)
    holding, warnings = in_force(waivers or [], [one.name for one in found.gating])
    notes = [*candidate.notes, *(note for run in baselines.values() for note in run.notes)]
    warnings = notes + [note for one in pairs.values() for note in one.notes] + warnings
    without = _without_tainted(config, pairs, alone, tainted)
    rows, effective = [], []
    for one in found.gating:
        waiver = holding.get(one.name)
        counts_as = _effective(one, config, waiver, warnings)
        row = _row(one, found, config) | {"waiver": None if waiver is None else waiver.told(), "counts_as": counts_as}
        if without is not None:
            clean = without.get((id(one.limit), one.slice))
            row["without_tainted"] = _NONE_LEFT if clean is None else _short(clean)
            if clean is None:
                warnings.append(f"{one.name}: {one.verdict}, and all of its items are tainted")
            elif clean.verdict != one.verdict:
                warnings.append(f"{one.name}: {one.verdict} with tainted items, {clean.verdict} without them")
        rows.append(row)
        effective.append(counts_as)
        warnings += _doubts(one, found.pair(one), config)
    said: Said = "fail" if "fail" in effective else "inconclusive" if "inconclusive" in effective else "pass"
    return Verdict(
        said,
        rows,
        [_row(one, found, config) for one in found.informing],
        {
            metric: {name: one.told() for name, one in named.items()}
            for metric, named in flips_of(found.gating, pairs).items()
        },
        _tainted(tainted, alone),
        list(dict.fromkeys(warnings)),
        {"candidate": _run(candidate), "baselines": {name: _run(base) for name, base in baselines.items()}},
        {"alpha": config.alpha, "power": config.power, "draws": config.draws, "seed": config.seed},
    )


def flips_of(rows: list[Judged], pairs: Mapping[str, Pair]) -> dict[str, dict[str, Flips]]:
    """Return the flips of each metric that a rule compares, by baseline."""
    found: dict[str, dict[str, Flips]] = {}
    for one in rows:
        if one.baseline is not None and one.baseline not in found.get(one.limit.metric, {}):
            own = pairs[one.baseline]
            found.setdefault(one.limit.metric, {})[one.baseline] = flips(own.scored(one.limit.metric), own.ids)
    return found


def _row(one: Judged, found: Evaluated, config: GateConfig) -> dict[str, Any]:
    estimate, needed = one.estimate, needed_n(one, config)
    pair_ = found.pair(one)
    scored = pair_.scored(one.limit.metric)
    unit = scored.sample.metric.unit
    among = None if one.slice is None else pair_.slices[one.slice]
    undecided = one.verdict == "inconclusive" and one in found.gating
    return {
        "name": one.name,
        "metric": one.limit.metric,
        "slice": one.slice,
        "rule": one.limit.rule,
        "baseline": one.baseline,
        "level": one.level,
        "unit": unit,
        "better": one.better,
        "base": digits(estimate.base),
        "candidate": digits(estimate.candidate),
        "difference": digits(None if estimate.base is None else estimate.candidate - estimate.base),
        "estimate": {"of": one.line.kind, "value": digits(estimate.value), "error": digits(estimate.error)},
        "interval": [digits(estimate.low), digits(estimate.high)],
        "margin": one.limit.margin,
        "line": {"at": digits(one.line.at), "passes": "above" if one.line.above else "below"},
        "p_value": digits(one.p_fail),
        "p_adjusted": digits(one.p_adjusted),
        "verdict": one.verdict,
        "smallest_detectable": digits(smallest_detectable(one, config, unit)),
        "n": estimate.n,
        "units": estimate.units,
        "unpaired": sum(scored.left_out(among).values()),
        "counted_wrong": scored.counted_wrong(among),
        "needed_n": needed,
        "signature": f"{one.limit.metric}|{estimate.method}",
        "test": None if estimate.test is None else {"name": estimate.test[0], "p_value": digits(estimate.test[1])},
        "next": next_steps(one, pair_, needed) if undecided else [],
    }


def _short(one: Judged) -> dict[str, Any]:
    return {
        "n": one.estimate.n,
        "estimate": digits(one.estimate.value),
        "interval": [digits(one.estimate.low), digits(one.estimate.high)],
        "verdict": one.verdict,
    }


def _effective(one: Judged, config: GateConfig, waiver: Waiver | None, warnings: list[str]) -> Said:
    """Return what a rule makes of the whole."""
    if waiver is not None and one.verdict != "pass":
        warnings.append(f"{one.name}: {one.verdict}, waived until {waiver.until} by {waiver.who}: {waiver.reason}")
        return "pass"
    if one.verdict != "inconclusive":
        return one.verdict
    wanted = one.limit.on_inconclusive or config.on_inconclusive
    if wanted == "warn":
        warnings.append(f'{one.name}: inconclusive, and on_inconclusive = "warn"')
    return "fail" if wanted == "fail" else "inconclusive" if wanted == "inconclusive" else "pass"


def _doubts(one: Judged, own: Pair, config: GateConfig) -> list[str]:
    """Return why a row may not mean what it says."""
    found = one.estimate
    told = []
    unit = own.scored(one.limit.metric).sample.metric.unit
    gain = found.low if one.better == "higher" else -found.high
    if one.line.kind == "difference" and unit in _UNBOUNDED and gain > config.too_good * _SCALE.get(unit, 1.0):
        told.append(
            f"{one.name}: a gain of {abs(found.value):.3g} is too good; look for a broken extractor, or for test items"
            " in the training data (thresher leaks TRAIN TEST)"
        )
    if found.effective is not None and found.units != found.n and found.effective < FEW_CLUSTERS:
        worth = f", which tell as much as {found.effective} of equal size," if found.effective < found.units else ""
        doubt = f"below {FEW_CLUSTERS} their errors are themselves uncertain"
        told.append(f"{one.name}: {found.units} clusters{worth} are few; {doubt}")
    scored = own.scored(one.limit.metric)
    base = "" if own.base is None else own.base.name
    if why := no_number(found, one.line.kind, scored.sample.metric, base, own.candidate.name):
        told.append(f"{one.name}: {why}")
    for who, items in scored.left_out().items():
        why = _LEFT_OUT.get(who, f"{who} has no score of them")
        told.append(f"{one.limit.metric}: {items:,} items are left out, for {why}")
    for run, items in scored.counted_wrong().items():
        told.append(f"{one.limit.metric}: {items:,} items without an answer in {run} count as wrong")
    return told


def _without_tainted(
    config: GateConfig, pairs: Mapping[str, Pair], alone: Pair, tainted: frozenset[str]
) -> dict[tuple[int, str | None], Judged] | None:
    """Return each rule without tainted items, by the identity of its limit and its slice; None where there are none."""
    if not tainted & set(alone.ids.tolist()):
        return None
    found = evaluate(config, pairs, alone, tainted, slices=False)
    return {(id(one.limit), one.slice): one for one in found.gating}


def _tainted(tainted: frozenset[str], alone: Pair) -> dict[str, Any]:
    found = sorted(tainted & set(alone.ids.tolist()))
    return {"listed": len(tainted), "items": len(found), "of": len(alone.ids), "ids": found[:50]}


def _run(run: Run) -> dict[str, Any]:
    return {
        "path": run.name,
        "rows": len(run.rows),
        "data_sha256": run.scores.get("data_sha256"),
        "model": run.scores.get("model", {}),
    }
