"""How long texts are: columns of what came in, with what was kept in front."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from reports.charts.svg import Chart, drawing, line, percent, rect, text
from reports.numbers import count

HEIGHT, TOP, BOTTOM = 150, 18, 38
LEGEND = (("before", "came in"), ("accent", "kept"))


def length_chart(
    key: str, title: str, unit: str, edges: Sequence[int], before: Sequence[int], after: Sequence[int]
) -> Chart:
    """Return the histogram of a length in some unit; bin i holds lengths from edge i up to the next."""
    used = [number for number, rows in enumerate(zip(before, after, strict=True)) if any(rows)]
    first, last = (used[0], used[-1]) if used else (0, 0)
    bins = range(first, last + 1)
    highest = max([*before, *after, 1])
    shapes: list[Markup] = [line(0, TOP, "100%", TOP, "grid"), line(0, TOP + HEIGHT, "100%", TOP + HEIGHT, "axis")]
    shapes.append(text("100%", TOP - 5, f"{count(highest)} rows", "quiet small number", "end"))
    every = -(-len(bins) // 8)
    for place, number in enumerate(bins):
        x, width = percent(place + 0.08, len(bins)), percent(0.84, len(bins))
        for rows, class_ in ((before[number], "before"), (after[number], "accent")):
            if rows:
                tall = max(1.0, HEIGHT * rows / highest)
                shapes.append(rect(x, round(TOP + HEIGHT - tall, 2), width, round(tall, 2), class_))
        if place % every == 0:
            x = percent(place + 0.5, len(bins))
            shapes.append(text(x, TOP + HEIGHT + 16, _short(edges[number]), "quiet small number", "middle"))
    named = f"{unit}, from this number on; columns widen"
    shapes.append(text("100%", TOP + HEIGHT + 33, named, "quiet small", "end"))
    total = sum(before), sum(after)
    common = max(bins, key=lambda number: before[number])
    description = (
        f"{count(total[0])} rows came in and {count(total[1])} were kept; "
        f"most have {_range(edges, common)} {unit}. Columns are named by their lower edge; they widen to the right."
    )
    table = [(_range(edges, number), count(before[number]), count(after[number])) for number in bins]
    svg = drawing(key, title, description, TOP + HEIGHT + BOTTOM, *shapes)
    return Chart(key, title, description, svg, (unit, "came in", "kept"), table, LEGEND)


def _range(edges: Sequence[int], number: int) -> str:
    if number + 1 == len(edges):
        return f"{count(edges[number])} or more"
    low, high = edges[number], edges[number + 1] - 1
    return count(low) if low == high else f"{count(low)} to {count(high)}"


def _short(edge: int) -> str:
    return f"{edge / 1000:g}k" if edge >= 1000 else str(edge)
