"""Counts by name: a bar each, what came in behind what was kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from markupsafe import Markup

from reports.charts.names import name_of
from reports.charts.svg import Chart, drawing, percent, rect, text
from reports.numbers import count, plural
from reports.text import plain

BAR, LINE, GAP = 8, 18, 8
MOST = 20  # bars; the rest is in the table
ROOMS = (72, 40, 30)  # widths of a name beside its number, as reports.charts.names has them


class Bar(NamedTuple):
    """A name with its counts; ``before`` is None where there is only one."""

    name: str
    after: int
    before: int | None = None


class Words(NamedTuple):
    """What a chart of bars is about."""

    title: str
    name: str  # of what the bars are
    unit: str  # of what is counted
    after: str = "kept"


def bar_chart(key: str, words: Words, bars: Sequence[Bar]) -> Chart:
    """Return a bar for each of the first names, with every number in the table."""
    paired = any(bar.before is not None for bar in bars)
    highest = max([max(bar.after, bar.before or 0) for bar in bars], default=1)
    shapes: list[Markup] = []
    y = 0.0
    for bar in bars[:MOST]:
        changed = bar.before is not None and bar.before != bar.after
        numbers = f"{count(bar.before or 0)} → {count(bar.after)}" if changed else count(bar.after)
        shapes += name_of(y + LINE - 5, bar.name, [room - 8 if changed else room for room in ROOMS], "small")
        shapes.append(text("100%", y + LINE - 5, numbers, "small number", "end"))
        y += LINE
        if bar.before:
            shapes.append(rect(0, y, percent(bar.before, highest), BAR, "before"))
        if bar.after:
            shapes.append(rect(0, y, percent(bar.after, highest), BAR, "accent"))
            shapes.append(rect(0, y, 2, BAR, "accent"))  # few among many are seen too
        y += BAR + GAP
    rest = len(bars) - MOST
    if rest > 0:
        shapes.append(text(0, y + LINE - 5, f"and {count(rest)} more, in the table", "quiet small"))
        y += LINE + 4
    top = max(bars, key=lambda bar: bar.after, default=Bar("none", 0))
    description = (
        f"{plural(len(bars), 'bar')} of {words.unit} by {words.name}; "
        f"the longest is {plain(top.name)} with {count(top.after)}."
    )
    if paired:
        columns: tuple[str, ...] = (words.name, "came in", words.after)
        table: list[tuple[str, ...]] = [(bar.name, count(bar.before or 0), count(bar.after)) for bar in bars]
    else:
        columns = (words.name, words.unit)
        table = [(bar.name, count(bar.after)) for bar in bars]
    svg = drawing(key, words.title, description, max(y, 1), *shapes)
    legend = (("before", "came in"), ("accent", words.after)) if paired else ()
    return Chart(key, words.title, description, svg, columns, table, legend)
