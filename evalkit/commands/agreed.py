"""What a review found, as a terminal or a script reads it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from curate.core.command.terminal import inert
from curate.core.run.canonical import SCHEMA_VERSION, canonical
from evalkit.review.compared import AGREEMENT
from evalkit.review.items import Flips

_SHOWN = 10


def as_object(told: dict[str, Any]) -> str:
    """Return one JSON object."""
    return canonical({"schema_version": SCHEMA_VERSION} | told).decode()


def as_text(told: dict[str, Any], run: Path) -> str:
    """Return for each two raters and each question how far they agree, with the table of what they said."""
    lines = []
    for pair in told["pairs"]:
        lines.append(f"{inert(pair['first'], 40)} and {inert(pair['second'], 40)}: {pair['question']}")
        if not pair["n"]:
            lines += ["  no row was rated by both", ""]
            continue
        lines.append(f"  agree on {pair['share']:.1%} of {pair['n']:,} rows")
        lines.append(f"  kappa {_with(pair['kappa'], pair['interval'])}")
        if pair["weighted"] is not None:
            lines.append(f"  weighted kappa {_with(pair['weighted'], pair['weighted_interval'])} (quadratic)")
        lines += [*_table(pair["values"], pair["table"]), ""]
    if told["left_out"]:
        lines += [f"left out: {told['left_out']:,} rated rows of two equal answers, on which all agree", ""]
    return "\n".join([*lines, f"{told['signature']}\nwrote {run / AGREEMENT}"])


def flips_text(found: Flips, shown: int, page: Path) -> str:
    """Return how many rows got worse and better, and the ids of the worst."""
    lines = [f"{found.metric}: {len(found.lost):,} rows got worse, {len(found.won):,} got better"]
    for name in found.lost[:_SHOWN]:
        old, new = found.values[name]
        lines.append(f"  {inert(name, 60)}  {old:g} -> {new:g}")
    if len(found.lost) > _SHOWN:
        lines.append(f"  and {len(found.lost) - _SHOWN:,} more")
    rows = f"{shown:,} rows"
    if shown < found.rows:
        rows = f"{shown:,} of the {found.rows:,} rows (without --sample: all)"
    return "\n".join([*lines, f"wrote {page}: {rows}, the losses first. open it in any browser"])


def _with(value: float | None, interval: list[float] | tuple[float, float] | None) -> str:
    if value is None:
        return "not defined: both always say the same"
    return f"{value:.3f}" + ("" if interval is None else f" ({interval[0]:.3f} to {interval[1]:.3f})")


def _table(values: list[str | int], table: list[list[int]]) -> list[str]:
    """Return the table of what the first said (a line each) and the second (a column each)."""
    cells = [["", *map(str, values)], *([str(v), *map(str, row)] for v, row in zip(values, table, strict=True))]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return ["    " + "  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in cells]
