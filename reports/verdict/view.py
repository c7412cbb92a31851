"""A verdict as its page shows it: charts and rules, ready for the template."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from reports.charts.dumbbell import Pair, dumbbell_chart
from reports.charts.forest import About, Entry, Point, forest_chart
from reports.charts.svg import Chart
from reports.numbers import count
from reports.place import Place
from reports.scores.items import flip_table
from reports.scores.read import SCORES, ScoredFolder
from reports.table.table import Table
from reports.values import KINDS, value
from reports.verdict.files import Judged, Row
from reports.verdict.read import Gate
from reports.verdict.tally import tally
from reports.verdict.words import allowed, decides, deciding, headline, notes, sentences
from reports.view import View

SUITE = "suite="
DRAWN = 24  # slices; the others are in the table
TITLES = {
    "difference": "Differences from the baseline",
    "ratio": "Ratios to the baseline",
    "value": "The candidate's own values",
}


@dataclass(frozen=True)
class Rule:
    """A rule as its card shows it."""

    row: Row
    allowed: str
    decided: bool
    notes: list[str]


class Flip(NamedTuple):
    """What happened to items: a word, how many, the first ids."""

    word: str
    number: int
    ids: list[str]


@dataclass(frozen=True)
class Flipped:
    """Which items changed by a metric, against a baseline."""

    metric: str
    baseline: str
    counts: list[Flip]  # those that got worse first


@dataclass(frozen=True, kw_only=True)
class VerdictView(View):
    """All that the template of a verdict takes."""

    gate: Gate
    texts: bool
    sentences: list[str]
    decides: str
    runs: list[tuple[str, Judged]]
    forests: list[Chart]
    dumbbell: Chart | None
    forgotten: bool  # whether there are suites, in which forgetting is seen
    by_slice: bool  # whether every rule is about a slice
    rules: list[Rule]
    slices: list[Chart]
    flips: list[Flipped]
    commands: list[tuple[str, str]]


def verdict_view(gate: Gate, place: Place) -> VerdictView:
    """Return the view of a verdict; the runs that are on the page too make it richer."""
    anchor, verdict = f"verdict{place.number}", gate.verdict
    first = next(run for kind, run in place.runs if kind == "verdict") is gate
    gates = [run for kind, run in place.runs if kind == "verdict"] if first else []
    decided = {row.name for row in deciding(verdict)}
    level = f"{1 - 2 * verdict.settings.alpha:.0%}"
    said = headline(verdict)
    return VerdictView(
        kind="verdict",
        template="verdict.html",
        anchor=anchor,
        name=called(verdict.runs.candidate),
        headline=said,
        figures=tally(verdict).figures,
        told={"folder": str(gate.folder.path), "manifest_sha256": gate.folder.sha256, "verdict": verdict.verdict},
        gate=gate,
        texts=place.texts,
        sentences=sentences(verdict),
        decides=decides(verdict),
        runs=[("candidate", verdict.runs.candidate), *verdict.runs.baselines.items()],
        forests=list(forests(f"{anchor}-chart-rules", verdict.limits, level)),
        dumbbell=_dumbbell(f"{anchor}-chart-moved", gates, place) if gates else None,
        forgotten=any((row.slice or "").startswith(SUITE) for row in [*verdict.limits, *verdict.slices]),
        by_slice=all(row.slice for row in verdict.limits),
        rules=[Rule(row, allowed(row), row.name in decided, notes(row)) for row in verdict.limits],
        slices=list(forests(f"{anchor}-chart-slices", _surest_first(verdict.slices), level, DRAWN)),
        flips=_flips(gate),
        commands=_commands(gate, alone=place.alone),
        tables=tuple(_tables(anchor, gate, place)),
    )


def weight(gate: Gate) -> int:
    """Return a rank, so that of several verdicts one that forbids shipping stands first."""
    return ("fail", "inconclusive", "pass").index(gate.verdict.verdict)


def called(run: Judged) -> str:
    """Return what a run is called: its model's name, else its folder."""
    name = run.model.get("name") or run.model.get("spec")
    return str(name) if name else run.path.rstrip("/").rsplit("/", 1)[-1]


def forests(key: str, rows: Sequence[Row], level: str, most: int | None = None) -> Iterator[Chart]:
    """Yield a forest plot for each unit and kind of estimate, the rules in their order."""
    groups: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        groups.setdefault((row.estimate.of, row.unit), []).append(row)
    for number, ((of, unit), own) in enumerate(groups.items(), start=1):
        words = "percentage points" if (of, unit) == ("difference", "share") else KINDS.get(unit, unit)
        title = TITLES[of] if of == "ratio" else f"{TITLES[of]}: {words}"
        yield forest_chart(f"{key}-{number}", About(title, unit, of, level), [_entry(row) for row in own], most)


def _surest_first(rows: Sequence[Row]) -> list[Row]:
    """Return slices by p value: a large drop of few items stands behind a small one of many."""
    return sorted(rows, key=lambda row: (1.0 if row.p_value is None else row.p_value, row.name))


def _entry(row: Row) -> Entry:
    sides = value(row.candidate, row.unit)
    if row.base is not None:
        sides = f"{value(row.base, row.unit)} → {sides}"
    own = row.without_tainted
    informs = row.counts_as is None  # a slice, which has no line to pass
    return Entry(
        row.name.replace(f" {row.rule}", "") if informs else row.name,
        "" if informs else row.verdict,
        Point(row.estimate.value, *row.interval),
        sides,
        count(row.n),
        row.line.at,
        row.line.passes,
        None if own is None or not own.n else Point(own.estimate, *own.interval),
        waived=row.waiver is not None and row.verdict != "pass",
    )


def _dumbbell(key: str, gates: Sequence[Gate], place: Place) -> Chart | None:
    """Return the chart of what all verdicts of a page compared: all items, then the suites."""
    tasks: dict[tuple[str, ...], Pair] = {}
    general: dict[tuple[str, ...], Pair] = {}
    for gate in gates:
        rows = [*gate.verdict.limits, *gate.verdict.slices]
        for row in rows:
            if row.base is None or row.candidate is None or (row.slice and not row.slice.startswith(SUITE)):
                continue
            against = f" against {row.baseline}" if len(gate.verdict.runs.baselines) > 1 else ""
            suite = row.slice.removeprefix(SUITE) if row.slice else ""
            name = f"{suite}: {row.metric}{against}" if suite else f"{row.metric}{against}"
            pair = Pair(name, row.unit, row.better, row.base, row.candidate, row.n)
            side = general if suite or _all_suites(row, rows) else tasks
            side.setdefault((gate.folder.sha256, name), pair)
        for pair in _more(gate, place):
            if not any(pair.name == name.partition(" against ")[0] for _, name in (*tasks, *general)):
                tasks[gate.folder.sha256, pair.name] = pair
    groups = [("all items", list(tasks.values())), ("suites", list(general.values()))]
    return dumbbell_chart(key, "Base against candidate", groups) if tasks or general else None


def _more(gate: Gate, place: Place) -> Iterator[Pair]:
    """Yield metrics of the runs of a verdict that no rule is about, where both runs are on the page."""
    scored = runs_of(gate, place)
    sides = [scored.get("candidate"), next((run for name, run in scored.items() if name != "candidate"), None)]
    if len(gate.verdict.runs.baselines) != 1 or None in sides:
        return
    new, old = (run.scores.metrics for run in sides if run is not None)
    for name, metric in new.items():
        base = old.get(name)
        if base is not None and base.value is not None and metric.value is not None:
            yield Pair(name, metric.unit, metric.better, base.value, metric.value, metric.n)


def runs_of(gate: Gate, place: Place) -> dict[str, ScoredFolder]:
    """Return those of a verdict's runs that are on the page, by ``candidate`` or by the name of the baseline."""
    verdict, here = gate.verdict, {}
    given = {run.folder.listed(SCORES): run for kind, run in place.runs if kind == "scores"}
    hashes = {one["path"]: one["sha256"] for one in gate.folder.inputs}
    for name, judged in [("candidate", verdict.runs.candidate), *verdict.runs.baselines.items()]:
        sha256 = hashes.get(f"{judged.path.rstrip('/')}/{SCORES}")
        if sha256 in given:
            here[name] = given[sha256]
    return here


def pair_of(gate: Gate, place: Place) -> tuple[ScoredFolder, ScoredFolder] | None:
    """Return the first baseline of a verdict that is on the page, and the candidate, if both are."""
    here = runs_of(gate, place)
    base = next((run for name, run in here.items() if name != "candidate"), None)
    candidate = here.get("candidate")
    return None if base is None or candidate is None else (base, candidate)


def _tables(anchor: str, gate: Gate, place: Place) -> Iterator[Table]:
    if pair := pair_of(gate, place):
        base, candidate = pair
        metrics = [row.metric for row in [*deciding(gate.verdict), *gate.verdict.limits] if row.base is not None]
        yield flip_table(
            anchor,
            base.answers,
            candidate.answers,
            list(dict.fromkeys(metrics)),
            texts=place.texts,
            allow_missing=bool(gate.folder.manifest.get("config", {}).get("allow_missing")),
        )


def _all_suites(row: Row, rows: Sequence[Row]) -> bool:
    """Say whether every item of a rule on all items is of a suite."""
    parts = {one.slice: one.n for one in rows if one.metric == row.metric and one.slice and one.slice.startswith(SUITE)}
    return bool(parts) and sum(parts.values()) == row.n


def _flips(gate: Gate) -> list[Flipped]:
    found = []
    for metric, named in gate.verdict.flips.items():
        for baseline, told in named.items():
            ids: dict[str, Any] = told.get("ids", {})
            order = sorted(ids, key=lambda word: word not in ("right_to_wrong", "worse"))
            counts = [Flip(word.replace("_", " "), int(told[word]), [str(one) for one in ids[word]]) for word in order]
            found.append(Flipped(metric, baseline, counts))
    return found


def _commands(gate: Gate, *, alone: bool) -> list[tuple[str, str]]:
    runs, config = gate.verdict.runs, gate.folder.manifest.get("config", {})
    baselines = " ".join(f"--baseline {shlex.quote(f'{name}={run.path}')}" for name, run in runs.baselines.items())
    limits = shlex.quote(str(config.get("limits", "gate.toml")))
    folder = "DIR" if alone else shlex.quote(str(gate.folder.path))
    more = [f"--{name} {shlex.quote(str(config[name]))}" for name in ("tainted", "waivers") if config.get(name)]
    more += ["--allow-missing"] if config.get("allow_missing") else []
    again = " ".join(
        ["thresher gate", shlex.quote(runs.candidate.path), baselines, f"--limits {limits}", *more, "--out NEW_DIR"]
    )
    return [
        ("judge again", again.replace("  ", " ")),
        ("make this page again", f"thresher report {folder} --output report.html"),
    ]
