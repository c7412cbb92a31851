"""A run as its page shows it: verdict, charts and tables, ready for the template."""

from __future__ import annotations

import shlex
from dataclasses import dataclass

from reports.charts.bars import Bar, Words, bar_chart
from reports.charts.curve import Mark, curve_chart
from reports.charts.flow import Stage, flow_chart
from reports.charts.lengths import length_chart
from reports.charts.svg import Chart
from reports.curation.again import commands, resolved
from reports.curation.read import Run
from reports.curation.verdict import Verdict, splits_of, verdict_of
from reports.curation.words import StepWords, reasons_by_step, short_names, warnings_by_step
from reports.numbers import count, plural, share
from reports.place import Place
from reports.view import Headline, Tone, View

MANY_TURNS = 12
TONES: dict[str, Tone] = {"stop": "bad", "look": "unsure", "fine": "ok"}


@dataclass(frozen=True, kw_only=True)
class CurationView(View):
    """All that the template of a curation run takes."""

    run: Run
    texts: bool
    names: dict[str, str]  # of sources: as the files have them, as the page calls them
    verdict: Verdict
    splits: list[tuple[str, int]]
    reasons: list[StepWords]
    warnings: list[StepWords]
    flow: Chart
    lengths: list[Chart]
    shapes: list[Chart]  # turns and roles
    labels: Chart | None
    groups: Chart | None
    curve: Chart | None
    likeness: list[Chart]  # to the nearest parent, of each step that made rows
    commands: list[tuple[str, str]]
    config: str


def curation_view(run: Run, place: Place) -> CurationView:
    """Return the view of a run; alone, it is called by its sources."""
    key = f"run{place.number}"
    stats = run.stats
    texts = place.texts and stats.texts
    names = short_names([source.source for source in stats.sources])
    folder = "DIR" if place.alone else str(run.folder)
    stages = [Stage(one.step, sum(one.dropped.values()), one.left) for one in stats.flow]
    splits = splits_of(run)
    counts = run.manifest.counts
    called = "rows in" if stats.added is None else "rows in, and new ones"
    verdict = verdict_of(run)
    return CurationView(
        kind="curation",
        template="curation.html",
        anchor=key,
        name=_sources(list(names.values())) if place.alone else folder,
        headline=Headline(verdict.headline, TONES[verdict.tone]),
        figures=_figures(run),
        told=_told(run),
        run=run,
        texts=texts,
        names=names,
        verdict=verdict,
        splits=splits,
        reasons=reasons_by_step(run),
        warnings=warnings_by_step(run),
        flow=flow_chart(f"{key}-chart-flow", counts.rows + counts.added, stages, splits, called),
        lengths=_lengths(run, key),
        shapes=[_turns(run, key), _roles(run, key, texts=texts)],
        labels=_labels(run, key, texts=texts),
        groups=_groups(run, key),
        curve=_curve(run, key),
        likeness=_likeness(run, key),
        commands=commands(run, shlex.quote(folder)),
        config=resolved(run),
    )


def _figures(run: Run) -> tuple[tuple[str, str], ...]:
    counts, limits = run.manifest.counts, run.stats.limits
    return (
        ("rows in", count(counts.rows)),
        ("kept", count(counts.kept)),
        ("dropped", count(counts.dropped)),
        ("dropped, share", share(counts.dropped, counts.rows + counts.added)),
        ("limits", "exceeded" if limits.broken else "held" if limits.set else "none set"),
    )


def _told(run: Run) -> dict[str, object]:
    counts = run.manifest.counts
    return {
        "folder": str(run.folder),
        "manifest_sha256": run.sha256,
        "in": counts.rows,
        "kept": counts.kept,
        "dropped": counts.dropped,
        "broken_limits": run.stats.limits.broken,
    }


def _sources(names: list[str]) -> str:
    return ", ".join(names) if len(names) <= 2 else f"{names[0]} and {len(names) - 1} more files"


def _lengths(run: Run, key: str) -> list[Chart]:
    sides = run.stats.histograms
    before, after = sides.before, sides.after
    sorts = (
        ("answer", before.answer_chars, after.answer_chars),
        ("prompt", before.prompt_chars, after.prompt_chars),
    )
    return [
        length_chart(f"{key}-chart-{what}", what, sides.edges, came, kept)
        for what, came, kept in sorts
        if any(came) or any(kept)
    ]


def _turns(run: Run, key: str) -> Chart:
    before, after = run.stats.histograms.before.turns, run.stats.histograms.after.turns
    few = sorted(turns for turns in before.keys() | after.keys() if turns < MANY_TURNS)
    bars = [Bar(str(turns), after.get(turns, 0), before.get(turns, 0)) for turns in few]
    many = [sum(rows for turns, rows in side.items() if turns >= MANY_TURNS) for side in (before, after)]
    if any(many):
        bars.append(Bar(f"{MANY_TURNS} or more", many[1], many[0]))
    return bar_chart(f"{key}-chart-turns", Words("Messages a row", "messages", "rows"), bars)


def _roles(run: Run, key: str, *, texts: bool) -> Chart:
    before, after = run.stats.histograms.before.roles, run.stats.histograms.after.roles
    known = ("system", "developer", "user", "assistant", "tool", "function")
    order = sorted(before.keys() | after.keys(), key=lambda role: (role not in known, -before.get(role, 0), role))
    bars = [Bar(role, after.get(role, 0), before.get(role, 0)) for role in order if texts or role in known]
    hidden = [sum(rows for role, rows in side.items() if role not in known) for side in (before, after)]
    if not texts and any(hidden):
        bars.append(Bar("other", hidden[1], hidden[0]))
    return bar_chart(f"{key}-chart-roles", Words("Messages by role", "role", "messages"), bars)


def _labels(run: Run, key: str, *, texts: bool) -> Chart | None:
    before, after = run.stats.histograms.before.labels, run.stats.histograms.after.labels
    if not before:
        return None
    order = sorted(before, key=lambda label: (-before[label], label))
    hide = not texts and run.stats.texts  # where the run left texts out, its labels are ranks already
    bars = [
        Bar(f"label {rank}" if hide else label, after.get(label, 0), before[label])
        for rank, label in enumerate(order, start=1)
    ]
    return bar_chart(f"{key}-chart-labels", Words("Rows by label", "label", "rows"), bars)


def _groups(run: Run, key: str) -> Chart | None:
    sizes = run.stats.split.group_sizes
    if not sizes:
        return None
    bars = [Bar(plural(size, "row"), groups) for size, groups in sorted(sizes.items())]
    return bar_chart(f"{key}-chart-groups", Words("Groups by size", "size", "groups"), bars)


def _likeness(run: Run, key: str) -> list[Chart]:
    charts = []
    for number, step in enumerate(run.stats.added.steps if run.stats.added else [], start=1):
        told = step.diversity.parent_similarity
        bars = [Bar(f"{edge:.1f} and more", rows) for edge, rows in zip(told.edges, told.counts, strict=False)]
        words = Words(f"{step.step}: likeness to the nearest parent", "similarity", "rows")
        charts.append(bar_chart(f"{key}-chart-parents-{number}", words, bars))
    return charts


def _curve(run: Run, key: str) -> Chart | None:
    curve = run.stats.s_curve
    if curve is None:
        return None
    marks = [
        Mark("threshold", curve.threshold, curve.proposed["threshold"]),
        Mark("warns from", curve.warn_from, curve.proposed["warn_from"]),
    ]
    return curve_chart(f"{key}-chart-curve", curve.points, marks, curve.bands, curve.rows)
