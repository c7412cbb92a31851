"""A verdict as a terminal shows it."""

from __future__ import annotations

from collections import Counter
from typing import Any

from curate.core.command.figures import number
from curate.core.command.terminal import columns, inert, styled
from evalkit.gate.plan import Planned
from evalkit.gate.self_test import SelfTest
from evalkit.gate.verdict import Verdict

COLOURS = {"pass": "green", "fail": "red", "inconclusive": "yellow"}
_SLICES = 20
_IDS = 5


def row_cells(row: dict[str, Any]) -> tuple[str, ...]:
    """Return what a table shows of a rule."""
    interval = " to ".join(number(bound) for bound in row["interval"])
    return (
        inert(row["name"], 80),
        f"{row['margin']:g}",
        number(row["base"]),
        number(row["candidate"]),
        number(row["estimate"]["value"]),
        interval,
        number(row["smallest_detectable"]),
        f"{row['n']:,}",
        row["verdict"] + _counting(row),
    )


def heads(alpha: float) -> tuple[str, ...]:
    """Return the heads of that table."""
    interval = f"{100 * (1 - 2 * alpha):.4g}% interval"
    return ("rule", "margin", "base", "candidate", "difference", interval, "could show", "n", "verdict")


def as_text(verdict: Verdict) -> str:
    """Return the table of rules, what to do about undecided ones, flips, slices, warnings, and the verdict last."""
    table = columns([heads(verdict.settings["alpha"]), *map(row_cells, verdict.rows)])
    lines = [table[0]]
    for row, line in zip(verdict.rows, table[1:], strict=True):
        before, said, after = line.rpartition(row["verdict"])
        lines.append(before + styled(said, COLOURS[said]) + after)
    for row in verdict.rows:
        lines += _details(row)
    lines += _flips(verdict) + _slices(verdict)
    lines += ["", *(styled(one, "dim") for one in dict.fromkeys(row["signature"] for row in verdict.rows))]
    lines += [f"{styled('warning', 'yellow')}: {inert(text)}" for text in verdict.warnings]
    return "\n".join([*lines, "", closing(verdict)])


def closing(verdict: Verdict) -> str:
    """Return the verdict in a sentence."""
    counts = Counter((row["verdict"], _counting(row)) for row in verdict.rows)
    ordered = sorted(counts, key=lambda one: ([*COLOURS].index(one[0]), one[1]))
    told = ", ".join(f"{counts[one]} {''.join(one)}" for one in ordered)
    rules = f"{len(verdict.rows)} rule{'' if len(verdict.rows) == 1 else 's'}"
    return f"{styled(verdict.said, COLOURS[verdict.said])}: {told} of {rules}"


def _counting(row: dict[str, Any]) -> str:
    """Return what a rule counts as where that is not what its verdict says; a slice counts as nothing."""
    counts_as = row.get("counts_as", row["verdict"])
    if counts_as == row["verdict"]:
        return ""
    return " (waived)" if row["waiver"] else f" (counts as {counts_as})"


def _details(row: dict[str, Any]) -> list[str]:
    lines = []
    if "without_tainted" in row:
        own = row["without_tainted"]
        numbers = f"{number(own['estimate'])} ({' to '.join(map(number, own['interval']))}), n {own['n']:,}"
        said = f"{own['verdict']}, {numbers}" if own["n"] else "nothing is left"
        lines.append(f"{row['name']} without tainted items: {said}")
    if row["next"]:
        lines.append(f"{row['name']} is undecided. Cheapest first:")
        lines += [f"  {place}. {inert(step)}" for place, step in enumerate(row["next"], start=1)]
    return ["", *lines] if lines else []


def _flips(verdict: Verdict) -> list[str]:
    lines = []
    for metric, named in verdict.flips.items():
        for name, told in named.items():
            for word, ids in told["ids"].items():
                shown = ", ".join(inert(one, 40) for one in ids[:_IDS])
                more = ", ..." if told[word] > _IDS else ""
                some = f" ({shown}{more})" if ids else ""
                lines.append(f"{metric} against {name}, {word.replace('_', ' ')}: {told[word]:,}{some}")
    return ["", *lines] if lines else []


def _slices(verdict: Verdict) -> list[str]:
    if not verdict.slices:
        return []
    ranked = sorted(verdict.slices, key=lambda row: row["p_value"])
    table = columns([heads(verdict.settings["alpha"])[:-1], *(row_cells(row)[:-1] for row in ranked[:_SLICES])])
    more = [f"and {len(ranked) - _SLICES:,} more"] if len(ranked) > _SLICES else []
    return ["", "slices, which inform and do not gate; unadjusted, worst first", *table, *more]


def plan_text(planned: list[Planned], power: float) -> str:
    """Return the table of a plan."""
    head = (
        "rule",
        "margin",
        "n",
        "an equal model passes",
        f"margin that n affords ({power:.0%})",
        "n that the margin needs",
    )
    rows = [
        (
            f"{one.metric} {one.rule}{f' on {one.slice}' if one.slice else ''}"
            + (f" against {one.baseline}" if one.baseline else ""),
            f"{one.margin:g}",
            f"{one.n:,}",
            f"{one.chance_equal_passes:.1%}",
            "-" if one.affordable_margin is None else number(one.affordable_margin),
            "-" if one.needed_n is None else f"{one.needed_n:,}",
        )
        for one in planned
    ]
    return "\n".join([*columns([head, *rows]), "", *dict.fromkeys(f"{one.metric}: {one.assumed}" for one in planned)])


def self_test_text(tested: SelfTest) -> str:
    """Return the shares of an A/A test."""
    rows = [
        (name, *(f"{shares[said]:.1%}" for said in ("fail", "inconclusive", "pass")))
        for name, shares in tested.rules.items()
    ]
    said = "at or under" if tested.holds else "ABOVE"
    return "\n".join(
        [
            f"A against A', {tested.splits:,} times: {tested.how}",
            *columns([("rule", "fail", "inconclusive", "pass"), *rows]),
            "",
            f"false alarms of the whole gate: {tested.false_alarms:.1%}, {said} the nominal {tested.alpha:.0%}",
        ]
    )
