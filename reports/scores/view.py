"""A scored run as its page shows it: metrics with intervals, what went wrong, slices, usage, items."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from dataclasses import dataclass

from reports.charts.forest import About, Entry, Point, forest_chart
from reports.charts.svg import Chart
from reports.numbers import count, plural, spoken
from reports.place import Place
from reports.scores.answers import Answers
from reports.scores.details import Details, details_of
from reports.scores.files import Metric, Scores
from reports.scores.items import run_table
from reports.scores.read import ScoredFolder, made
from reports.scores.usage import Taken, usage_of
from reports.values import KINDS, between, value
from reports.view import Headline, View

LEVEL = "95%"
DRAWN = 24  # slices; the others are in the table
MANY_UNSCORED = 0.05


@dataclass(frozen=True, kw_only=True)
class ScoresView(View):
    """All that the template of a scored run takes."""

    run: ScoredFolder
    texts: bool
    sentences: list[str]
    looks: list[str]
    values: list[Chart]
    details: list[Details]
    slices: list[Chart]
    reasons: dict[str, str]  # why rows are unscored, in sentences
    usage: list[Taken]
    answers: Answers
    commands: list[tuple[str, str]]
    beside: str  # the anchor of the view that has the items of this run beside those of another


def scores_view(run: ScoredFolder, place: Place) -> ScoresView:
    """Return the view of a scored run; alone, it is called by its model or by what it was scored on."""
    from evalkit.unscored import REASONS  # noqa: PLC0415 - a page without scores need not load it

    anchor, scores = f"scores{place.number}", run.scores
    answers = run.answers
    beside = place.beside(run)
    return ScoresView(
        kind="scores",
        template="scores.html",
        anchor=anchor,
        name=called(run, alone=place.alone),
        headline=_headline(scores),
        figures=(("rows", count(scores.rows)), *_figures(scores)),
        told=_told(run),
        run=run,
        texts=place.texts,
        sentences=list(_sentences(scores)),
        looks=[f"{name}: {told}" for name, metric in scores.metrics.items() for told in metric.warnings],
        values=list(_values(anchor, scores)),
        details=details_of(f"{anchor}-chart-details", scores.metrics, texts=place.texts),
        slices=list(_slices(anchor, scores)),
        reasons=REASONS,
        usage=[] if answers.frame is None else usage_of(answers.frame),
        answers=answers,
        commands=_commands(run, alone=place.alone),
        beside=beside,
        tables=() if beside else (run_table(anchor, answers, texts=place.texts),),
    )


def called(run: ScoredFolder, *, alone: bool = False) -> str:
    """Return what a run is called: its model's name, else its folder, else its file where it is alone."""
    name = run.scores.model.get("name") or run.scores.model.get("spec")
    if name:
        return str(name)
    inputs = run.folder.inputs
    if alone and inputs:
        return str(inputs[0]["path"]).rsplit("/", 1)[-1]
    return str(run.folder.path)


def _headline(scores: Scores) -> Headline:
    name, first = next(iter(scores.metrics.items()))
    words = f"{name}: {value(first.value, first.unit) if first.n else 'no row has a score'}"
    bad = any(metric.unscored > MANY_UNSCORED * scores.rows or metric.warnings for metric in scores.metrics.values())
    return Headline(words, "unsure" if bad else "unjudged")


def _sentences(scores: Scores) -> Iterator[str]:
    first = next(iter(scores.metrics.values()))
    if first.interval is not None:
        yield f"{LEVEL} interval {between(*first.interval, first.unit, 'value')}, on {plural(first.n, 'row')}."
    others = len(scores.metrics) - 1
    if others:
        yield f"{plural(others, 'other metric')} below."
    worst = max(scores.metrics.items(), key=lambda item: item[1].unscored)
    if worst[1].unscored:
        lost = f"{plural(worst[1].unscored, 'row')} ({spoken(worst[1].unscored, scores.rows)})"
        yield f"{lost} could not be scored by {worst[0]}; such rows are counted apart and are no zeros."
    else:
        yield "Every row could be scored."


def _figures(scores: Scores) -> list[tuple[str, str]]:
    return [(name, value(metric.value, metric.unit)) for name, metric in list(scores.metrics.items())[:5]]


def _values(anchor: str, scores: Scores) -> Iterator[Chart]:
    """Yield a plot of values and intervals for the metrics of each unit."""
    groups: dict[str, list[tuple[str, Metric]]] = {}
    for name, metric in scores.metrics.items():
        if metric.value is not None:
            groups.setdefault(metric.unit, []).append((name, metric))
    for unit, own in groups.items():
        entries = [
            Entry(name, "", Point(metric.value, *(metric.interval or (None, None))), _better(metric), count(metric.n))
            for name, metric in own
        ]
        title = f"Values with their intervals: {KINDS.get(unit, unit)}"
        yield forest_chart(f"{anchor}-chart-values-{unit}", About(title, unit, "value", LEVEL), entries)


def _slices(anchor: str, scores: Scores) -> Iterator[Chart]:
    """Yield for each metric the values of the slices, the worst first."""
    for number, (name, metric) in enumerate(scores.metrics.items() if scores.slices else [], start=1):
        found = [(where, told[name]) for where, told in scores.slices.items() if name in told]
        known = [(where, own) for where, own in found if own.value is not None]
        sign = 1 if metric.better == "higher" else -1
        known.sort(key=lambda one: (sign * (one[1].value or 0.0), one[0]))
        entries = [
            Entry(where, "", Point(own.value, *(own.interval or (None, None))), "", count(own.n))
            for where, own in [("all rows", metric), *known]
            if own.value is not None
        ]
        if known:
            yield forest_chart(
                f"{anchor}-chart-slices-{number}", About(name, metric.unit, "value", LEVEL), entries, DRAWN
            )


def _better(metric: Metric) -> str:
    return f"{metric.better} is better"


def _told(run: ScoredFolder) -> dict[str, object]:
    metrics = {name: metric.value for name, metric in run.scores.metrics.items()}
    return {"folder": str(run.folder.path), "manifest_sha256": run.folder.sha256, "metrics": metrics}


def _commands(run: ScoredFolder, *, alone: bool) -> list[tuple[str, str]]:
    config = made(run.folder)
    folder = "DIR" if alone else shlex.quote(str(run.folder.path))
    inputs = run.folder.inputs or [{"path": "FILE"}]
    where = f"{folder}" if "score" in run.folder.manifest else f"{shlex.quote(str(inputs[0]['path']))} --out NEW_DIR"
    flags = [f"--metrics {','.join(config.get('metrics', []))}"]
    fields = config.get("fields", {})
    flags += [
        f"--{name}-field {shlex.quote(str(fields[name]))}"
        for name in ("id", "prediction", "reference", "prompt")
        if fields.get(name)
    ]
    flags += [f"--slice {shlex.quote(str(one))}" for one in fields.get("slices", [])]
    if config.get("from", "jsonl") != "jsonl":
        flags.append(f"--from {config['from']}")
    return [
        ("score again", f"thresher score {where} {' '.join(flags)}"),
        ("make this page again", f"thresher report {folder} --output report.html"),
    ]
