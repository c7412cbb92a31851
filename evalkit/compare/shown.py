"""A comparison as a terminal or a page of Markdown shows it."""

from __future__ import annotations

from typing import Any

from curate.core.command.figures import number
from curate.core.command.markdown import cell, table
from curate.core.command.terminal import columns, inert, styled
from evalkit.compare.changes import Change
from evalkit.compare.compare import Comparison, Moved
from evalkit.drift import QUANTILES

_SPREAD = ("metric", *(f"{share:.0%}" for share in QUANTILES), "distance", "test of no shift")
_CHANGES, _SLICES, _IDS = 40, 20, 10
_LEAST_CHANCE = 1e-12


def as_text(compared: Comparison) -> str:
    """Return what changed, differences, flips and slices for a terminal."""
    lines = [f"{inert(compared.base.name)} -> {inert(compared.candidate.name)}, {compared.items:,} items in both", ""]
    lines += _changed_text(compared.changed)
    if compared.moved:
        lines += ["", *columns([_head(compared), *(_cells(compared, one) for one in compared.moved)])]
    lines += [f"{name} is not compared: {inert(why)}" for name, why in compared.not_compared.items()]
    if spreads := _spreads(compared):
        lines += ["", "how behaviour is distributed", *columns([_SPREAD, *spreads])]
    lines += ["", *_flips(compared)] if compared.flips else []
    if compared.slices:
        rows = [(inert(one.slice or "", 60), *_cells(compared, one)) for one in _ranked(compared)]
        lines += ["", "slices, worst first; unadjusted", *columns([("slice", *_head(compared)), *rows[:_SLICES]])]
        lines += [f"and {len(rows) - _SLICES:,} more"] if len(rows) > _SLICES else []
    lines += ["", *(styled(f"{one.metric}|{one.estimate.method}", "dim") for one in compared.moved)]
    return "\n".join(lines)


def as_markdown(compared: Comparison) -> str:
    """Return the same as Markdown, for a comment on a pull request."""
    parts = [f"## {cell(inert(compared.base.name))} → {cell(inert(compared.candidate.name))}\n"]
    if compared.changed:
        rows = [[cell(inert(str(one), 100)) for one in change] for change in compared.changed[:_CHANGES]]
        parts += ["What changed\n", table(("section", "key", "base", "candidate"), rows), ""]
    if compared.moved:
        parts += [table(_head(compared), [list(map(cell, _cells(compared, one))) for one in compared.moved]), ""]
    parts += [f"* {cell(name)} is not compared: {cell(inert(why))}" for name, why in compared.not_compared.items()]
    parts += [f"* {cell(line)}" for line in _flips(compared)]
    if spreads := _spreads(compared):
        parts += ["\nHow behaviour is distributed\n", table(_SPREAD, [list(map(cell, row)) for row in spreads])]
    if compared.slices:
        ranked = _ranked(compared)[:_SLICES]
        rows = [[cell(inert(one.slice or "", 60)), *map(cell, _cells(compared, one))] for one in ranked]
        parts += ["\nSlices, worst first; unadjusted\n", table(("slice", *_head(compared)), rows)]
    return "\n".join(parts) + "\n"


def _spreads(compared: Comparison) -> list[tuple[str, ...]]:
    """Return the quantiles of both runs, how far they lie apart, and the test of no shift."""
    rows = []
    for one in compared.drift:
        if one.spread is not None:
            pairs = zip(one.spread.base, one.spread.candidate, strict=True)
            moved = (f"{number(old)} -> {number(new)}" for old, new in pairs)
            rows.append(
                (one.metric, *moved, number(one.spread.distance), f"{one.spread.test} {_chance(one.spread.p_value)}")
            )
    return rows


def _changed_text(changed: list[Change]) -> list[str]:
    if not changed:
        return ["nothing that is known of both runs differs, but their answers"]
    rows = [
        (inert(change.section), inert(change.key, 60), f"{_value(change.base)} -> {_value(change.candidate)}")
        for change in changed[:_CHANGES]
    ]
    width = max(len(section) for section, _, _ in rows)
    lines = ["what changed", *(f"  {section.ljust(width)}  {key}: {told}" for section, key, told in rows)]
    return [*lines, f"  and {len(changed) - _CHANGES:,} more"] if len(changed) > _CHANGES else lines


def _value(value: Any) -> str:
    return "(none)" if value is None else inert(str(value), 80)


def _head(compared: Comparison) -> tuple[str, ...]:
    return (
        "metric",
        "base",
        "candidate",
        "difference",
        f"{100 * (1 - 2 * compared.alpha):.4g}% interval",
        "n",
        "test of no difference",
        *(["without a score"] if compared.has_without_score else []),
    )


def _chance(p_value: float) -> str:
    """Return a p-value; what is smaller than its own arithmetic knows is not called 0."""
    return f"p={p_value:.3g}" if p_value >= _LEAST_CHANCE else f"p<{_LEAST_CHANCE:g}"


def _cells(compared: Comparison, one: Moved) -> tuple[str, ...]:
    found = one.estimate
    test = "" if found.test is None else f"{found.test[0]} {_chance(found.test[1])}"
    return (
        one.metric,
        number(found.base),
        number(found.candidate),
        number(found.value),
        f"{number(found.low)} to {number(found.high)}",
        f"{found.n:,}",
        test,
        *([one.without_score] if compared.has_without_score else []),
    )


def _ranked(compared: Comparison) -> list[Moved]:
    def worse(one: Moved) -> float:
        error = one.estimate.error or 1e-12
        return one.estimate.value / error * (1 if one.better == "higher" else -1)

    return sorted(compared.slices, key=lambda one: (worse(one), one.metric, one.slice or ""))


def _flips(compared: Comparison) -> list[str]:
    lines = []
    for name, one in compared.flips.items():
        told = one.told(_IDS)
        for word, ids in told["ids"].items():
            more = ", ..." if told[word] > len(ids) else ""
            shown = ", ".join(inert(one_id, 40) for one_id in ids)
            lines.append(f"{name}, {word.replace('_', ' ')}: {told[word]:,}" + (f" ({shown}{more})" if ids else ""))
    return lines
