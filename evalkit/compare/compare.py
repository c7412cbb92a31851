"""Two runs side by side: what changed, then paired differences, flips and slices."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from curate.core.run.canonical import SCHEMA_VERSION
from curate.core.run.errors import ThresherError
from evalkit.compare.changes import Change, changes
from evalkit.drift import Drift, drift
from evalkit.gate.rules.no_number import no_number
from evalkit.gate.runs.flips import Flips, flips
from evalkit.gate.runs.pairing import BOTH_SILENT, NEITHER, NotComparableError, Pair, common
from evalkit.gate.runs.run import Run
from evalkit.gate.statistics.estimate import Estimate, Settings, digits, estimate

_NONE_SHARED = "no item has a score in both runs"


@dataclass(frozen=True)
class Moved:
    """How a metric moved, on all items or in a slice."""

    metric: str
    slice: str | None
    unit: str
    better: str
    estimate: Estimate
    left_out: dict[str, int]  # base, candidate, both or both empty -> items left out, for they have no score there
    counted_wrong: dict[str, int]  # base or candidate -> items with an empty answer, which is a wrong one

    @property
    def without_score(self) -> str:
        """Return what became of items without a score, such as ``candidate 50 left out``; empty where all have one."""
        named = (("left out", self.left_out), ("counted wrong", self.counted_wrong))
        return ", ".join(f"{who} {n:,} {what}" for what, own in named for who, n in own.items())

    def told(self) -> dict[str, Any]:
        """Return it for ``--json``."""
        found = self.estimate
        test = None if found.test is None else {"name": found.test[0], "p_value": digits(found.test[1])}
        return {
            "metric": self.metric,
            "slice": self.slice,
            "unit": self.unit,
            "better": self.better,
            "base": digits(found.base),
            "candidate": digits(found.candidate),
            "difference": digits(found.value),
            "interval": [digits(found.low), digits(found.high)],
            "n": found.n,
            "left_out": self.left_out,
            "counted_wrong": self.counted_wrong,
            "signature": f"{self.metric}|{found.method}",
            "test": test,
        }


@dataclass(frozen=True)
class Comparison:
    """What two runs have in common and what they do not."""

    base: Run
    candidate: Run
    changed: list[Change]
    items: int  # that both have
    moved: list[Moved]
    slices: list[Moved]
    flips: dict[str, Flips]
    drift: list[Drift]  # of behaviour
    not_compared: dict[str, str]  # metric, or "metric on slice" -> why
    alpha: float

    @property
    def has_without_score(self) -> bool:
        """Say whether any number leaves items out, or counts them as wrong without a score."""
        return any(one.without_score for one in (*self.moved, *self.slices))

    def as_object(self) -> dict[str, Any]:
        """Return it for ``--json``."""
        return {
            "schema_version": SCHEMA_VERSION,
            "base": self.base.name,
            "candidate": self.candidate.name,
            "changed": [change._asdict() for change in self.changed],
            "items": self.items,
            "metrics": [one.told() for one in self.moved],
            "slices": [one.told() for one in self.slices],
            "flips": {name: one.told() for name, one in self.flips.items()},
            "drift": [one.told() for one in self.drift],
            "not_compared": self.not_compared,
            "alpha": self.alpha,
        }


def compare(base: Run, candidate: Run, settings: Settings | None = None) -> Comparison:
    """Return the comparison on the items that both runs have; what cannot be compared is said, never left out.

    Raises:
        NotComparableError: the runs share no item.
    """
    settings = settings or Settings()
    pair = common(candidate, base)
    if not len(pair.ids):
        raise NotComparableError(
            f"{base.name} and {candidate.name} have no item in common", hint="score both with the same --id-field"
        )
    moved: list[Moved] = []
    slices: list[Moved] = []
    flipped: dict[str, Flips] = {}
    refused: dict[str, str] = {}
    for name in sorted({*base.metrics, *candidate.metrics}):
        try:
            scored = pair.scored(name)
        except ThresherError as error:
            refused[name] = error.problem
            continue
        if not scored.sample.n:
            refused[name] = _NONE_SHARED
            continue
        for where in (None, *pair.slices):
            if where is not None and not np.isin(scored.places, pair.slices[where]).any():
                if {*scored.left_out(pair.slices[where])} - {NEITHER, BOTH_SILENT}:
                    refused[f"{name} on {where}"] = _NONE_SHARED
                continue
            found = _moved(pair, name, where, settings)
            if why := no_number(found.estimate, "difference", scored.sample.metric, base.name, candidate.name):
                refused[f"{name} on {where}" if where else name] = why
            else:
                (slices if where else moved).append(found)
        if name not in refused:
            flipped[name] = flips(scored, pair.ids)
    drifted = drift(base, candidate, settings)
    return Comparison(
        base,
        candidate,
        changes(base, candidate),
        len(pair.ids),
        moved,
        slices,
        flipped,
        drifted,
        refused,
        settings.alpha,
    )


def _moved(pair: Pair, name: str, where: str | None, settings: Settings) -> Moved:
    scored = pair.scored(name)
    sample = scored.sample
    if where is not None:
        sample = sample.take(np.flatnonzero(np.isin(scored.places, pair.slices[where])))
        settings = Settings(settings.alpha, settings.draws, settings.seed, exact=False)
    found = estimate(sample, "difference", settings)
    among = None if where is None else pair.slices[where]
    left, wrong = (_by_role(pair, counts) for counts in (scored.left_out(among), scored.counted_wrong(among)))
    metric = sample.metric
    return Moved(name, where, metric.unit, metric.better, found, left, wrong)


def _by_role(pair: Pair, counts: dict[str, int]) -> dict[str, int]:
    """Return counts of items without a score by what a run is here: its path is too long for a table."""
    roles = {pair.candidate.name: "candidate"} | ({pair.base.name: "base"} if pair.base else {})
    roles |= {NEITHER: "both", BOTH_SILENT: "both empty"}
    return {roles[who]: n for who, n in counts.items()}
