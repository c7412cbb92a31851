"""A forest plot: an estimate with its interval on each line, the margin that it must not pass, and no change."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from markupsafe import Markup

from reports.charts.names import name_of
from reports.charts.scale import Scale, scale_of
from reports.charts.svg import Chart, drawing, element, figures, line, percent, rect, text
from reports.text import plain
from reports.values import between, change, estimate

LINE, TRACK, GAP, AXIS = 19, 24, 16, 22
MARKS = {"pass": "✓", "fail": "✕", "inconclusive": "?", "": ""}


class Point(NamedTuple):
    """An estimate with the bounds of its interval."""

    value: float | None
    low: float | None
    high: float | None


class Entry(NamedTuple):
    """A line of the plot."""

    name: str
    said: str  # pass, fail, inconclusive; empty where nothing is decided
    point: Point
    sides: str  # base and candidate, in words
    n: str
    margin: float | None = None
    passes: str = "above"  # on which side of the margin
    without: Point | None = None  # tainted items
    waived: bool = False


class About(NamedTuple):
    """What a plot is of."""

    title: str
    unit: str
    of: str  # difference, ratio, value
    level: str  # "90%"
    worse: str = ""  # where worse lies, in words


def forest_chart(key: str, about: About, entries: Sequence[Entry], most: int | None = None) -> Chart:
    """Return the plot of some estimates of one unit on one scale; ``most`` of them are drawn, all are in the table."""
    nothing = {"difference": [0.0], "ratio": [1.0], "value": []}[about.of]
    bounds = [one for entry in entries[:most] for one in (*entry.point, *(entry.without or ()), entry.margin)]
    scale = scale_of(bounds, *nothing)
    shapes: list[Markup] = []
    y = 0.0
    tracks: list[tuple[float, float]] = []
    for entry in entries[:most]:
        y += _heading(shapes, y, entry)
        tracks.append((y, y + TRACK))
        _margin(shapes, y, entry, scale)
        _interval(shapes, y + TRACK / 2, entry.point, scale, entry.said or "plainly")
        if entry.without is not None:
            _interval(shapes, y + TRACK - 4, entry.without, scale, "without")
        y += TRACK
        told = f"{estimate(entry.point.value, about.unit, about.of)} ({_bounds(entry.point, about)})"
        shapes.append(text(0, y + LINE - 5, f"n {entry.n}", "small quiet number"))
        shapes.append(text("100%", y + LINE - 5, told, "small number", "end"))
        y += LINE + GAP
    y -= GAP / 2
    back = [rect("0", top, "100%", end - top, "track") for top, end in tracks]
    rules = [line(scale.x(none), top, scale.x(none), end, "rule") for none in nothing for top, end in tracks]
    for tick in scale.ticks():
        words = {
            "difference": change(tick, about.unit),
            "ratio": f"×{tick:g}",
            "value": estimate(tick, about.unit, "value"),
        }
        shapes.append(text(scale.x(tick), y + 12, _short(words[about.of]), "small quiet number", "middle"))
        back += [line(scale.x(tick), top, scale.x(tick), end, "grid") for top, end in tracks]
    y += AXIS
    if len(entries) > len(entries[:most]):
        shapes.append(
            text(0, y + LINE - 5, f"and {len(entries) - len(entries[:most])} more, in the table", "small quiet")
        )
        y += LINE
    description = f"{about.level} intervals. " + " ".join(_spoken(entry, about) for entry in entries[:most])
    columns = ("rule", "says", "before and after", about.of, f"{about.level} interval", "margin at", "n")
    table = [
        (
            entry.name, entry.said, entry.sides, estimate(entry.point.value, about.unit, about.of),
            _bounds(entry.point, about), estimate(entry.margin, about.unit, about.of), entry.n,
        )
        for entry in entries
    ]  # fmt: skip
    svg = drawing(key, about.title, description, y, *back, *rules, *shapes)
    return Chart(key, about.title, description, svg, columns, table, _legend(entries))


def _heading(shapes: list[Markup], y: float, entry: Entry) -> float:
    """Write the name on a line of its own, below it both sides and what was decided; return how high that is."""
    shapes += name_of(y + LINE - 5, entry.name)
    y += LINE
    if not entry.sides and not entry.said:
        return LINE
    shapes.append(text(0, y + LINE - 7, plain(entry.sides, 30), "small quiet number"))
    if entry.said:
        words = f"{MARKS[entry.said]} {entry.said}{', waived' if entry.waived else ''}"
        shapes.append(figures(y + LINE - 7, (words, f"said {entry.said}")))
    return 2 * LINE - 2


def _margin(shapes: list[Markup], y: float, entry: Entry, scale: Scale) -> None:
    """Draw the margin, and shade where the estimate must not lie."""
    if entry.margin is None:
        return
    at = scale.at(entry.margin)
    left, right = (0.0, at) if entry.passes == "above" else (at, 1.0)
    shapes.append(rect(percent(left, 1), y, percent(right - left, 1), TRACK, "beyond"))
    shapes.append(line(scale.x(entry.margin), y, scale.x(entry.margin), y + TRACK, "margin"))


def _interval(shapes: list[Markup], y: float, point: Point, scale: Scale, class_: str) -> None:
    if point.low is not None and point.high is not None:
        shapes.append(line(scale.x(point.low), y, scale.x(point.high), y, f"interval {class_}"))
    if point.value is not None:
        size = 3 if class_ == "without" else 5.5
        shapes.append(element("circle", cx=scale.x(point.value), cy=y, r=size, class_=f"dot {class_}"))


def _bounds(point: Point, about: About) -> str:
    return between(point.low, point.high, about.unit, about.of)


def _short(words: str) -> str:
    """Return a number without the zeros behind its point: ``−5 pp``."""
    return re.sub(r"(\.\d*?)0+(?!\d)", lambda found: found[1].rstrip("."), words)


def _spoken(entry: Entry, about: About) -> str:
    said = f" {entry.said}," if entry.said else ""
    told = estimate(entry.point.value, about.unit, about.of)
    return f"{plain(entry.name, 80)}:{said} {told}, {_bounds(entry.point, about)}."


def _legend(entries: Sequence[Entry]) -> tuple[tuple[str, str], ...]:
    told: list[tuple[str, str]] = []
    if any(entry.margin is not None for entry in entries):
        told.append(("beyond", "beyond the margin"))
    if any(entry.without is not None for entry in entries):
        told.append(("without", "without tainted items"))
    return tuple(told)
