"""A verdict as Markdown for a job's summary, and as annotations of a GitHub workflow."""

from __future__ import annotations

from curate.core.command.markdown import cell, table
from curate.core.command.terminal import inert
from evalkit.gate.output.junit import sentence
from evalkit.gate.output.shown import heads, row_cells
from evalkit.gate.verdict import Verdict

_SLICES = 20
_IDS = 20


def as_markdown(verdict: Verdict) -> str:
    """Return the verdict as a page, far below the megabyte that a job's summary may have."""
    head = heads(verdict.settings["alpha"])
    parts = [
        f"## thresher gate: {verdict.said}\n",
        table(head, [[cell(inert(one)) for one in row_cells(row)] for row in verdict.rows]),
    ]
    for row in verdict.rows:
        if row["next"]:
            steps = "\n".join(f"{place}. {cell(inert(step))}" for place, step in enumerate(row["next"], start=1))
            parts.append(f"\n**{cell(inert(row['name']))}** is undecided. Cheapest first:\n\n{steps}")
        if row.get("waiver"):
            told = f"{row['waiver']['reason']} ({row['waiver']['who']}, until {row['waiver']['until']})"
            parts.append(f"\n**{cell(inert(row['name']))}** is waived: {cell(inert(told))}")
    for metric, named in verdict.flips.items():
        for name, told in named.items():
            for word, ids in told["ids"].items():
                some = ", ".join(f"`{inert(one, 40).replace('`', '')}`" for one in ids[:_IDS])
                parts.append(
                    f"\n{cell(metric)} against {cell(inert(name))}, {word.replace('_', ' ')}: {told[word]:,} {some}"
                )
    if verdict.slices:
        ranked = sorted(verdict.slices, key=lambda row: row["p_value"])[:_SLICES]
        rows = [[cell(inert(one)) for one in row_cells(row)[:-1]] for row in ranked]
        parts.append(f"\nSlices, which inform and do not gate:\n\n{table(head[:-1], rows)}")
    parts += [f"\n> {cell(inert(text))}" for text in verdict.warnings]
    return "\n".join(parts) + "\n"


def as_annotations(verdict: Verdict) -> str:
    """Return a workflow command for each rule that did not pass, and for each warning."""
    lines = [
        f"::{'error' if row['counts_as'] == 'fail' else 'warning'} title=thresher gate::{_data(sentence(row))}"
        for row in verdict.rows
        if row["verdict"] != "pass"
    ]
    return "\n".join([*lines, *(f"::warning title=thresher gate::{_data(text)}" for text in verdict.warnings)])


def _data(text: str) -> str:
    return inert(text).replace("%", "%25")
