"""A view to its brief: verdict, a few sentences, tables of numbers, cases that pass or fail; no text of the data."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from reports.charts.svg import Chart
from reports.comparison.view import ComparisonView
from reports.curation.view import CurationView
from reports.curation.words import StepWords
from reports.numbers import count, share
from reports.scores.view import ScoresView
from reports.training.view import TrainingView
from reports.values import between, change, estimate, value
from reports.verdict.view import VerdictView
from reports.verdict.words import counted
from reports.view import View

Outcome = Literal["passed", "failed", "undecided", "skipped"]

# of a rule that did not pass, by what it counts as
OUTCOMES: Mapping[str, Outcome] = {"fail": "failed", "inconclusive": "undecided", "pass": "skipped"}


class Grid(NamedTuple):
    """A table; its cells are plain text."""

    title: str
    columns: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]


class Case(NamedTuple):
    """One thing that holds or not, with the numbers behind it."""

    name: str
    outcome: Outcome
    told: str


@dataclass(frozen=True)
class Brief:
    """A view in short."""

    kind: str
    name: str
    headline: str
    tone: str
    sentences: Sequence[str]
    notes: Sequence[str] = ()  # worth a look
    grids: Sequence[Grid] = ()
    cases: Sequence[Case] = ()


def brief_of(view: View) -> Brief:
    """Return the brief of a view; a kind that is not known here has its headline and its figures."""
    make = _KINDS.get(type(view), _figures)
    return make(view)


def _figures(view: View) -> Brief:
    grids = [Grid("", ("figure", "value"), view.figures)] if view.figures else []
    case = Case(view.headline.words, "failed" if view.headline.tone == "bad" else "passed", view.headline.words)
    return _brief(view, (), (), grids, (case,))


def _brief(
    view: View, sentences: Sequence[str], notes: Sequence[str], grids: Iterable[Grid], cases: Sequence[Case]
) -> Brief:
    shown = [grid for grid in grids if grid.rows]
    return Brief(view.kind, view.name, view.headline.words, view.headline.tone, sentences, notes, shown, cases)


def _curation(view: CurationView) -> Brief:
    counts, limits = view.run.manifest.counts, view.run.stats.limits
    whole = counts.rows + counts.added
    grids = [
        Grid(
            "Splits", ("split", "rows", "of kept"), [(name, count(n), share(n, counts.kept)) for name, n in view.splits]
        ),
        Grid("Why rows were dropped", ("reason", "step", "rows", "of input"), _words(view.reasons, whole)),
        Grid("Warnings, which drop nothing", ("warning", "step", "rows", "of input"), _words(view.warnings, whole)),
    ]
    tainted = view.run.stats.tainted.items()
    found = [(name, count(suite.items), count(suite.tainted)) for name, suite in tainted]
    grids.append(Grid("Evaluation items found in the rows", ("suite", "items", "found"), found))
    cases = [Case("limit exceeded", "failed", told) for told in limits.broken]
    cases = cases or [Case("limits", "passed", view.verdict.held)]
    return _brief(view, view.verdict.sentences, [*limits.broken, *view.verdict.looks], grids, cases)


def _words(steps: Iterable[StepWords], whole: int) -> list[tuple[str, ...]]:
    told = [(word.rows, word.word, step.step) for step in steps for word in step.words]
    return [(word, step, count(rows), share(rows, whole)) for rows, word, step in sorted(told, key=lambda one: -one[0])]


def _training(view: TrainingView) -> Brief:
    stats = view.run.stats
    stopped = None if stats is None else stats.stopped
    suites = [
        (name, value(base, "share"), value(tuned, "share"), "–" if tuned is None else change(tuned - base, "share"))
        for name, base, tuned in view.moved
    ]
    grids = [
        Grid("", ("figure", "value"), view.figures),
        Grid("General abilities", ("suite", "base", "weights kept", "change"), suites),
        Grid("Rows and tokens", ("of the training rows", "number", "share"), view.counts),
    ]
    ended = Case(
        "no guard ended the run", "failed" if stopped is not None and stopped.is_guard else "passed", _ended(view)
    )
    bad = view.headline.tone == "bad" and ended.outcome == "passed"
    fell = Case("validation loss fell", "failed" if bad else "passed", view.headline.words)
    if dict(view.figures)["validation loss"] == "–":
        fell = Case("validation loss fell", "skipped", "no validation rows were given")
    return _brief(view, view.sentences, view.looks, grids, (ended, fell))


def _ended(view: TrainingView) -> str:
    stats = view.run.stats
    return view.headline.words if stats is None or stats.stopped is None else stats.stopped.detail


def _verdict(view: VerdictView) -> Brief:
    rows, cases = [], []
    for rule in view.rules:
        row = rule.row
        sides = f"{value(row.base, row.unit)} → " if row.base is not None else ""
        seen = estimate(row.estimate.value, row.unit, row.estimate.of)
        apart = between(*row.interval, row.unit, row.estimate.of)
        words = (f"{sides}{value(row.candidate, row.unit)}", seen, apart, rule.allowed, count(row.n))
        said = counted(row)
        rows.append((row.name, said, *words))
        outcome = "passed" if row.verdict == "pass" else OUTCOMES[row.counts_as or row.verdict]
        told = f"{said}: {words[0]}; {seen} ({apart}); allowed: {rule.allowed}; n {count(row.n)}"
        cases.append(Case(row.name, outcome, told))
    flips = [
        (flip.metric, flip.baseline, *(f"{count(one.number)} {one.word}" for one in flip.counts)) for flip in view.flips
    ]
    columns = ("rule", "verdict", "base → candidate", "estimate", "interval", "allowed", "n")
    grids = [Grid("Rules", columns, rows), Grid("Flips", ("metric", "against", "worse", "better"), flips)]
    return _brief(view, view.sentences, view.gate.verdict.warnings, grids, cases)


def _scores(view: ScoresView) -> Brief:
    rows, cases = [], []
    for name, metric in view.run.scores.metrics.items():
        apart = "–" if metric.interval is None else between(*metric.interval, metric.unit, "value")
        rows.append((name, value(metric.value, metric.unit), apart, count(metric.n), count(metric.unscored)))
        told = f"{value(metric.value, metric.unit)} ({apart}), n {count(metric.n)}, unscored {count(metric.unscored)}"
        cases.append(Case(name, "skipped", f"no rule judged it: {told}"))
    grid = Grid("Metrics", ("metric", "value", "95% interval", "n", "unscored"), rows)
    return _brief(view, view.sentences, view.looks, (grid,), cases)


def _comparison(view: ComparisonView) -> Brief:
    cases = [
        Case(row[0], "skipped", f"no rule judged it: {', '.join(row[1:])}")
        for chart in view.forests
        for row in chart.rows
    ]
    grids = [_grid(chart) for chart in view.forests]
    return _brief(view, view.sentences, (), grids, cases)


def _grid(chart: Chart) -> Grid:
    return Grid(chart.title, chart.columns, chart.rows)


_KINDS: dict[type, Callable[[Any], Brief]] = {
    ComparisonView: _comparison,
    CurationView: _curation,
    ScoresView: _scores,
    TrainingView: _training,
    VerdictView: _verdict,
}
