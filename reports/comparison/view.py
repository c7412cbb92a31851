"""Two scored runs as a page shows them: differences with intervals, what changed, flips, drift of behaviour."""

from __future__ import annotations

import math
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from reports.charts.dumbbell import Pair, dumbbell_chart
from reports.charts.forest import About, Entry, Point, forest_chart
from reports.charts.svg import Chart
from reports.comparison.tally import tally
from reports.numbers import count, plural
from reports.place import Place
from reports.scores.details import Lines
from reports.scores.items import flip_table
from reports.scores.read import ScoredFolder
from reports.scores.view import called
from reports.values import KINDS, value
from reports.view import View

if TYPE_CHECKING:
    from evalkit.compare.compare import Comparison, Moved

SUITE = "suite="
FLIPPED = {True: "right to wrong, wrong to right", False: "any change"}
DRAWN = 24  # slices; the others are in the table


@dataclass(frozen=True, kw_only=True)
class ComparisonView(View):
    """All that the template of a comparison takes."""

    base: ScoredFolder
    candidate: ScoredFolder
    texts: bool
    sentences: list[str]
    compared: Comparison
    dumbbell: Chart | None
    forgotten: bool  # whether there are suites, in which forgetting is seen
    forests: list[Chart]
    slices: list[Chart]
    flips: Lines | None
    changed: Lines | None
    spread: list[Lines]
    commands: list[tuple[str, str]]


def comparison_view(base: ScoredFolder, candidate: ScoredFolder, place: Place) -> ComparisonView:
    """Return the view of two runs.

    Raises:
        NotComparableError: they share no item.
    """
    from evalkit.compare.compare import compare  # noqa: PLC0415 - other pages need not load the statistics
    from evalkit.gate.runs.run import read_run  # noqa: PLC0415

    anchor = f"comparison{place.number}"
    compared = _in_order(compare(read_run(base.folder.path), read_run(candidate.folder.path)), candidate)
    level = f"{1 - 2 * compared.alpha:.0%}"
    counts = tally(compared)
    return ComparisonView(
        kind="comparison",
        template="comparison.html",
        anchor=anchor,
        name=f"{called(base)} → {called(candidate)}",
        headline=counts.headline,
        figures=(("items", count(compared.items)), *counts.figures),
        told={"base": str(base.folder.path), "candidate": str(candidate.folder.path)},
        base=base,
        candidate=candidate,
        texts=place.texts,
        sentences=list(_sentences(compared)),
        compared=compared,
        dumbbell=_dumbbell(f"{anchor}-chart-moved", compared),
        forgotten=any((one.slice or "").startswith(SUITE) for one in compared.slices),
        forests=list(_forests(f"{anchor}-chart-metrics", compared.moved, level)),
        slices=list(_forests(f"{anchor}-chart-slices", _worst_first(compared.slices), level)),
        flips=_flips(compared),
        changed=_changed(compared),
        spread=_spread(compared),
        commands=_commands(base, candidate),
        tables=(flip_table(anchor, base.answers, candidate.answers, [], texts=place.texts),),
    )


def _in_order(compared: Comparison, candidate: ScoredFolder) -> Comparison:
    """Return the comparison with metrics in the order in which they were asked for."""
    asked = list(candidate.scores.metrics)
    return replace(
        compared,
        moved=sorted(compared.moved, key=lambda one: asked.index(one.metric)),
        flips={name: compared.flips[name] for name in asked if name in compared.flips},
    )


def _sentences(compared: Comparison) -> Iterator[str]:
    only = "no verdict: no rule was asked. thresher gate holds a candidate against margins"
    yield f"{plural(compared.items, 'item')} in both runs; {only}."
    for one in compared.moved[:1]:
        before, now = value(one.estimate.base, one.unit), value(one.estimate.candidate, one.unit)
        yield f"{one.metric}: {before} before, {now} now."
    for one in compared.moved:
        if one.without_score:
            yield f"{one.metric}, items without a score: {one.without_score}."


def _forests(key: str, moved: Sequence[Moved], level: str) -> Iterator[Chart]:
    groups: dict[str, list[Moved]] = {}
    for one in moved:
        groups.setdefault(one.unit, []).append(one)
    for number, (unit, own) in enumerate(groups.items(), start=1):
        words = "percentage points" if unit == "share" else KINDS.get(unit, unit)
        about = About(f"Differences from the base: {words}", unit, "difference", level)
        yield forest_chart(f"{key}-{number}", about, [_entry(one) for one in own], DRAWN)


def _worst_first(moved: Sequence[Moved]) -> list[Moved]:
    def gain(one: Moved) -> float:
        return one.estimate.value / (one.estimate.error or 1e-12) * (1 if one.better == "higher" else -1)

    return sorted(moved, key=lambda one: (gain(one), one.metric, one.slice or ""))


def _entry(one: Moved) -> Entry:
    found = one.estimate
    name = f"{one.metric} on {one.slice}" if one.slice else one.metric
    sides = f"{value(found.base, one.unit)} → {value(found.candidate, one.unit)}"
    return Entry(name, "", Point(found.value, found.low, found.high), sides, count(found.n))


def _dumbbell(key: str, compared: Comparison) -> Chart | None:
    """Return the chart of all metrics: of all items, then of the suites, so that forgetting is seen at a glance."""
    tasks: list[Pair] = []
    general: list[Pair] = []
    suites = [one for one in compared.slices if one.slice and one.slice.startswith(SUITE)]
    for one in [*compared.moved, *suites]:
        found, base = one.estimate, one.estimate.base
        if base is None or not (math.isfinite(base) and math.isfinite(found.candidate)):
            continue  # one that is too large for a number is told where the metrics are
        name = f"{one.slice.removeprefix(SUITE)}: {one.metric}" if one.slice else one.metric
        parts = [part.estimate.n for part in suites if part.metric == one.metric]
        side = general if one.slice or sum(parts) == found.n else tasks
        side.append(Pair(name, one.unit, one.better, base, found.candidate, found.n))
    groups = [("all items", tasks), ("suites", general)]
    return dumbbell_chart(key, "Base against candidate", groups) if tasks or general else None


def _flips(compared: Comparison) -> Lines | None:
    rows = [
        (name, FLIPPED[one.binary], count(len(one.worse)), count(len(one.better)))
        for name, one in compared.flips.items()
        if one.worse or one.better
    ]
    columns = ("metric", "what", "got worse", "got better")
    return Lines("Items that changed", "", columns, rows, words=2) if rows else None


def _changed(compared: Comparison) -> Lines | None:
    rows = [(f"{one.section}: {one.key}", _told(one.base), _told(one.candidate)) for one in compared.changed]
    return (
        Lines("What is not the same", "", ("what", "base", "candidate"), rows[:40], words=3, more=len(rows[40:]))
        if rows
        else None
    )


def _told(value_: object) -> str:
    return "–" if value_ is None else str(value_)


def _spread(compared: Comparison) -> list[Lines]:
    from evalkit.drift import QUANTILES  # noqa: PLC0415 - as above

    found = []
    for one in compared.drift:
        if one.spread is None:
            continue
        rows = [
            (f"{share:.0%} of the rows have at most", value(old, one.unit), value(new, one.unit))
            for share, old, new in zip(QUANTILES, one.spread.base, one.spread.candidate, strict=True)
        ]
        about = f"The two distributions lie {one.spread.distance:.3f} apart (Kolmogorov and Smirnov, 0 to 1)."
        found.append(Lines(one.metric, about, ("share of rows", "base", "candidate"), rows))
    return found


def _commands(base: ScoredFolder, candidate: ScoredFolder) -> list[tuple[str, str]]:
    both = f"{shlex.quote(str(base.folder.path))} {shlex.quote(str(candidate.folder.path))}"
    return [
        ("the same as text", f"thresher compare {both}"),
        ("make this page again", f"thresher report {both} --output report.html"),
    ]
