"""How many rows came in, what each step took away, and where the rest went."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from textwrap import wrap
from typing import NamedTuple

from markupsafe import Markup

from reports.charts.names import shortened, width_of
from reports.charts.svg import Chart, drawing, figures, line, percent, rect, text
from reports.numbers import MINUS, count, share
from reports.text import plain

BAR, LINE, GAP = 14, 20, 12
LETTERS = 40  # of a line that fits a phone


class Stage(NamedTuple):
    """A step: what it dropped, and what it left."""

    name: str
    dropped: int
    left: int


def flow_chart(
    key: str, rows: int, stages: Sequence[Stage], splits: Sequence[tuple[str, int]], called: str = "rows in"
) -> Chart:
    """Return the flow from input to splits; a bar is as wide as its share of the rows that came in."""
    shapes: list[Markup] = []
    ribbons: list[Markup] = []
    y = _bar(shapes, 0, called, count(rows), rows, 0, rows)
    left = rows
    for lossless, group in groupby(stages, key=lambda stage: stage.dropped == 0):
        top = y
        if lossless:
            y = _quiet(shapes, y, [plain(stage.name, 40) for stage in group])
            ribbons.append(rect(0, top, percent(left, rows), y - top, "ribbon"))
            continue
        for stage in group:
            top, before, left = y, left, stage.left
            numbers = f"{MINUS}{count(stage.dropped)}"
            y = _bar(shapes, y + GAP, stage.name, numbers, left, stage.dropped, rows, count(left))
            ribbons.append(rect(0, top, percent(before, rows), y - top - BAR, "ribbon"))
    top = y
    y = _splits(shapes, y + GAP, left, rows, splits)
    if left:
        ribbons.append(rect(0, top, percent(left, rows), GAP + LINE + 4, "ribbon"))
    parts = "; ".join(f"{stage.name} dropped {count(stage.dropped)}" for stage in stages if stage.dropped)
    description = f"{count(rows)} rows came in; {parts or 'no step dropped any'}; {count(left)} were kept."
    table = [(called, "", count(rows), share(rows, rows))]
    table += [(stage.name, count(-stage.dropped), count(stage.left), share(stage.left, rows)) for stage in stages]
    table += [(name, "", count(number), share(number, rows)) for name, number in splits]
    title = "From input to splits"
    svg = drawing(key, title, description, y, *ribbons, *shapes)
    legend = (("accent", "kept"), ("lost", "dropped by the step"))
    return Chart(key, title, description, svg, ("step or split", "change", "rows", "share of input"), table, legend)


def _bar(
    shapes: list[Markup], y: float, name: str, numbers: str, kept: int, lost: int, whole: int, left: str = ""
) -> float:
    """Draw a line of words with a bar under it; return where the bar ends."""
    room = LETTERS - 4 - len(numbers) - len(left)
    shapes.append(text(4, y + LINE - 5, shortened(name, max(room, 8)), "strong"))
    if left:
        words = f"{left} left" if width_of(name) + 5 <= room else left
        shapes.append(figures(y + LINE - 5, (numbers, "loss"), (words, "quiet")))
    else:
        shapes.append(figures(y + LINE - 5, (numbers, "strong")))
    y += LINE
    shapes.append(rect(0, y, percent(kept, whole), BAR, "accent"))
    if lost:
        shapes.append(rect(percent(kept, whole), y, percent(lost, whole), BAR, "lost"))
        shapes.append(line(percent(kept, whole), y, percent(kept, whole), y + BAR, "edge"))  # one row is seen too
    return y + BAR


def _quiet(shapes: list[Markup], y: float, names: list[str]) -> float:
    """Write the steps that dropped nothing; return where their words end."""
    lines = wrap(f"{', '.join(names)}: nothing dropped", LETTERS)
    for number, words in enumerate(lines):
        shapes.append(text(4, y + GAP / 2 + LINE * (number + 1) - 6, words, "quiet small"))
    return y + GAP / 2 + LINE * len(lines) + 2


def _splits(shapes: list[Markup], y: float, kept: int, rows: int, splits: Sequence[tuple[str, int]]) -> float:
    """Draw what was kept, divided into its splits, with a line for each; return where it ends."""
    shapes.append(text(4, y + LINE - 5, "kept", "strong"))
    shapes.append(figures(y + LINE - 5, (count(kept), "strong")))
    y += LINE + 4
    start = 0
    for place, (_, number) in enumerate(splits):
        if number:
            shapes.append(rect(percent(start, rows), y, percent(number, rows), BAR, f"split{place % 3} parted"))
        start += number
    y += BAR + 8
    for place, (name, number) in enumerate(splits):
        shapes.append(rect(4, y + 6, 10, 10, f"split{place % 3}"))
        shapes.append(text(20, y + LINE - 5, shortened(name, 26)))
        shapes.append(figures(y + LINE - 5, (count(number), ""), (f"{share(number, kept):\u2007>6}", "quiet")))
        y += LINE + 2
    return y + 4
