"""The charts of a curation run: what came in behind what was kept."""

from __future__ import annotations

from curate.core.read.layouts.messages import ROLES
from reports.charts.bars import Bar, Words, bar_chart
from reports.charts.curve import Mark, curve_chart
from reports.charts.lengths import length_chart
from reports.charts.svg import Chart
from reports.curation.read import Run
from reports.numbers import plural

MANY_TURNS = 12
NOT_TOLD = "not told"  # what stats call a text whose language is not clear


def lengths_charts(run: Run, key: str) -> list[Chart]:
    """Return the histograms of answers, prompts and tokens, each where anything was measured."""
    sides = run.stats.histograms
    before, after = sides.before, sides.after
    sorts = (
        ("answer", "Characters of the answer", "characters", before.answer_chars, after.answer_chars),
        ("prompt", "Characters of the prompt", "characters", before.prompt_chars, after.prompt_chars),
        ("tokens", "Tokens of the conversation", "tokens", before.tokens, after.tokens),
    )
    return [
        length_chart(f"{key}-chart-{what}", title, unit, sides.edges, came, kept)
        for what, title, unit, came, kept in sorts
        if any(came) or any(kept)
    ]


def languages_chart(run: Run, key: str) -> Chart | None:
    """Return rows by language; what is not clear comes last."""
    before, after = run.stats.histograms.before.languages, run.stats.histograms.after.languages
    if not before:
        return None
    order = sorted(before, key=lambda name: (name == NOT_TOLD, -before[name], name))
    bars = [Bar(name, after.get(name, 0), before[name]) for name in order]
    return bar_chart(f"{key}-chart-languages", Words("Rows by language", "language", "rows looked at"), bars)


def turns_chart(run: Run, key: str) -> Chart:
    """Return rows by how many messages they have."""
    before, after = run.stats.histograms.before.turns, run.stats.histograms.after.turns
    few = sorted(turns for turns in before.keys() | after.keys() if turns < MANY_TURNS)
    bars = [Bar(str(turns), after.get(turns, 0), before.get(turns, 0)) for turns in few]
    many = [sum(rows for turns, rows in side.items() if turns >= MANY_TURNS) for side in (before, after)]
    if any(many):
        bars.append(Bar(f"{MANY_TURNS} or more", many[1], many[0]))
    return bar_chart(f"{key}-chart-turns", Words("Messages a row", "messages", "rows"), bars)


def roles_chart(run: Run, key: str, *, texts: bool) -> Chart:
    """Return messages by role; without texts, roles that are no known word are one."""
    before, after = run.stats.histograms.before.roles, run.stats.histograms.after.roles
    order = sorted(before.keys() | after.keys(), key=lambda role: (role not in ROLES, -before.get(role, 0), role))
    bars = [Bar(role, after.get(role, 0), before.get(role, 0)) for role in order if texts or role in ROLES]
    hidden = [sum(rows for role, rows in side.items() if role not in ROLES) for side in (before, after)]
    if not texts and any(hidden):
        bars.append(Bar("other", hidden[1], hidden[0]))
    return bar_chart(f"{key}-chart-roles", Words("Messages by role", "role", "messages"), bars)


def labels_chart(run: Run, key: str, *, texts: bool) -> Chart | None:
    """Return rows by label; without texts a label is called by its rank."""
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


def groups_chart(run: Run, key: str) -> Chart | None:
    """Return the groups of the split by their size."""
    sizes = run.stats.split.group_sizes
    if not sizes:
        return None
    bars = [Bar(plural(size, "row"), groups) for size, groups in sorted(sizes.items())]
    return bar_chart(f"{key}-chart-groups", Words("Groups by size", "size", "groups"), bars)


def likeness_charts(run: Run, key: str) -> list[Chart]:
    """Return for each step that made rows how like they are to their parents."""
    charts = []
    for number, step in enumerate(run.stats.added.steps if run.stats.added else [], start=1):
        told = step.diversity.parent_similarity
        ends = [*told.edges[1:], 1.0][: len(told.counts)]
        parts = zip(told.edges, ends, told.counts, strict=False)
        bars = [Bar(f"{low:.1f} to {high:.1f}", rows) for low, high, rows in parts]
        words = Words(f"{step.step}: likeness to the nearest parent", "similarity", "rows")
        charts.append(bar_chart(f"{key}-chart-parents-{number}", words, bars))
    return charts


def search_chart(run: Run, key: str) -> Chart | None:
    """Return the S-curve of the search for near-duplicates; None where there was none."""
    curve = run.stats.s_curve
    if curve is None:
        return None
    marks = [
        Mark("threshold", curve.threshold, curve.proposed["threshold"]),
        Mark("warns from", curve.warn_from, curve.proposed["warn_from"]),
    ]
    return curve_chart(f"{key}-chart-curve", curve.points, marks, curve.bands, curve.rows)
