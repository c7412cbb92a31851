"""Base against candidate: two dots on a track for each metric, and the way between them."""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from typing import NamedTuple

from markupsafe import Markup

from reports.charts.names import name_of
from reports.charts.scale import LEAST, Scale
from reports.charts.svg import Chart, drawing, element, figures, line, text
from reports.numbers import MINUS
from reports.text import plain
from reports.values import SECONDS, change, value

LINE, TRACK, GAP, HEAD = 19, 18, 14, 34
SMALL = 0.1  # shares below it have a track of their own length
LEGEND = (("from", "base"), ("to-better", "candidate, better"), ("to-worse", "candidate, worse"))


class Pair(NamedTuple):
    """A metric before and after."""

    name: str
    unit: str
    better: str
    base: float
    candidate: float
    n: int


def dumbbell_chart(key: str, title: str, groups: Sequence[tuple[str, Sequence[Pair]]]) -> Chart:
    """Return the chart of some groups of metrics, each under its heading."""
    shapes: list[Markup] = []
    y = 0.0
    table: list[tuple[str, ...]] = []
    several = len([pairs for _, pairs in groups if pairs]) > 1
    for heading, pairs in groups:
        if not pairs:
            continue
        if several:
            shapes.append(text(0, y + HEAD - 12, heading, "small quiet strong"))
            y += HEAD
        for pair in pairs:
            y = _track(shapes, y, pair)
            told = (value(pair.base, pair.unit), value(pair.candidate, pair.unit))
            moved = change(pair.candidate - pair.base, pair.unit)
            table.append((pair.name, *told, moved, _way(pair), f"{pair.n:,}"))
    parts = "; ".join(f"{plain(row[0], 60)} from {row[1]} to {row[2]}" for row in table)
    description = f"{parts}. Shares stand on a track from 0 to 100%, or to 10% where both are below it."
    svg = drawing(key, title, description, max(y, 1), *shapes)
    columns = ("metric", "base", "candidate", "change", "way", "n")
    return Chart(key, title, description, svg, columns, table, LEGEND)


def _track(shapes: list[Markup], y: float, pair: Pair) -> float:
    way = _way(pair)
    shapes += name_of(y + LINE - 5, pair.name)
    y += LINE
    numbers = f"{value(pair.base, pair.unit)} → {value(pair.candidate, pair.unit)}"
    shapes.append(text(0, y + LINE - 6, numbers, "small number"))
    shapes.append(figures(y + LINE - 6, (change(pair.candidate - pair.base, pair.unit), f"said {way}")))
    y += LINE
    scale, middle = _scale(pair), y + TRACK / 2
    shapes.append(line(scale.x(scale.low), middle, scale.x(scale.high), middle, "lane"))
    for end, anchor in ((scale.low, "start"), (scale.high, "end")):
        shapes.append(line(scale.x(end), middle - 4, scale.x(end), middle + 4, "lane"))
        shapes.append(text(scale.x(end), y + TRACK + 9, _end(end, pair.unit), "tiny quiet number", anchor))
    shapes.append(line(scale.x(pair.base), middle, scale.x(pair.candidate), middle, f"way {way}"))
    shapes.append(element("circle", cx=scale.x(pair.base), cy=middle, r=5, class_="from"))
    shapes.append(element("circle", cx=scale.x(pair.candidate), cy=middle, r=6, class_=f"to {way}"))
    return y + TRACK + GAP + 6


def _way(pair: Pair) -> str:
    if pair.base == pair.candidate:
        return "same"
    return "better" if (pair.candidate > pair.base) is (pair.better == "higher") else "worse"


def _scale(pair: Pair) -> Scale:
    highest = max(pair.base, pair.candidate)
    lowest = min(pair.base, pair.candidate, 0.0)
    if pair.unit == "share":
        return Scale(0.0, SMALL if highest < SMALL else 1.0)
    if pair.unit == "points":
        return Scale(0.0, 100.0)
    if pair.unit == "correlation":
        return Scale(-1.0 if lowest < 0 else 0.0, 1.0)
    return Scale(-_round(-lowest), _round(highest) or 1.0)


def _round(number: float) -> float:
    """Return the next of 1, 1.5, 2, 3, 4, 5, 7.5 and 10 times a power of ten, at or above a number."""
    if number <= LEAST:
        return 0.0
    power = 10.0 ** math.floor(math.log10(number))
    found = next(step * power for step in (1, 1.5, 2, 3, 4, 5, 7.5, 10, 20) if step * power >= number)
    return min(found, sys.float_info.max)


def _end(number: float, unit: str) -> str:
    if unit == "share":
        return f"{number:.0%}"
    if number == 0:
        return "0"
    return f"{number:,.3g}".replace("-", MINUS) + (SECONDS if unit == "seconds" else "")
