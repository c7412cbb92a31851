"""A run as its page shows it: verdict, charts and tables, ready for the template."""

from __future__ import annotations

import shlex
from dataclasses import dataclass

from reports.charts.flow import Stage, flow_chart
from reports.charts.svg import Chart
from reports.curation.again import commands, resolved
from reports.curation.charts import (
    groups_chart,
    labels_chart,
    languages_chart,
    lengths_charts,
    likeness_charts,
    roles_chart,
    search_chart,
    turns_chart,
)
from reports.curation.ledger import ledger_table
from reports.curation.read import Run
from reports.curation.tainted import Item, tainted_items
from reports.curation.verdict import Verdict, splits_of, verdict_of
from reports.curation.words import StepWords, reasons_by_step, short_names, warnings_by_step
from reports.numbers import count, share
from reports.place import Place
from reports.view import Headline, Tone, View

LEAKS = ("leaks", "contamination")  # steps that hold rows against what must stay unseen
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
    languages: Chart | None
    labels: Chart | None
    groups: Chart | None
    curve: Chart | None
    likeness: list[Chart]  # to the nearest parent, of each step that made rows
    leaks: list[StepWords]
    tainted: list[Item]
    commands: list[tuple[str, str]]
    config: str


def curation_view(run: Run, place: Place) -> CurationView:
    """Return the view of a run; alone, it is called by its sources."""
    key = f"run{place.number}"
    stats = run.stats
    texts = place.texts and stats.texts
    names = short_names([source.source for source in stats.sources])
    folder = "DIR" if place.alone else str(run.folder.path)
    stages = [Stage(one.step, sum(one.dropped.values()), one.left) for one in stats.flow]
    splits = splits_of(run)
    counts = run.manifest.counts
    called = "rows in" if stats.added is None else "rows in, and new ones"
    verdict = verdict_of(run)
    reasons = reasons_by_step(run)
    ledger = ledger_table(key, run, names, texts=texts)
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
        reasons=reasons,
        warnings=warnings_by_step(run),
        flow=flow_chart(f"{key}-chart-flow", counts.rows + counts.added, stages, splits, called),
        lengths=lengths_charts(run, key),
        shapes=[turns_chart(run, key), roles_chart(run, key, texts=texts)],
        languages=languages_chart(run, key),
        labels=labels_chart(run, key, texts=texts),
        groups=groups_chart(run, key),
        curve=search_chart(run, key),
        likeness=likeness_charts(run, key),
        leaks=[step for step in reasons if step.step in LEAKS],
        tainted=tainted_items(run),
        tables=() if ledger is None else (ledger,),
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
        "folder": str(run.folder.path),
        "manifest_sha256": run.folder.sha256,
        "in": counts.rows,
        "kept": counts.kept,
        "dropped": counts.dropped,
        "broken_limits": run.stats.limits.broken,
        "missing": list(run.missing),
    }


def _sources(names: list[str]) -> str:
    return ", ".join(names) if len(names) <= 2 else f"{names[0]} and {len(names) - 1} more files"
