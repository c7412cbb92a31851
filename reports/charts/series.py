"""Numbers over steps: a line each, every value in the table behind it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

from markupsafe import Markup

from reports.charts.scale import Scale, scale_of
from reports.charts.svg import Chart, drawing, element, line, percent, text
from reports.numbers import count
from reports.text import plain

HEIGHT, TOP, BOTTOM = 190, 28, 38
LEFT = 0.15  # of the width, for the numbers at the side
MOST_POINTS = 300  # of a line; more are means of neighbours, with the range of these
MOST_ROWS = 60  # of the table
Points = Sequence[tuple[float, float]]


class Series(NamedTuple):
    """A line; ``dots`` are drawn where its values are few and each counts."""

    name: str
    points: Points
    colour: str = "accent"
    dots: bool = False


class Axes(NamedTuple):
    """What a chart of lines is about."""

    title: str
    unit: str  # of the values
    number: Callable[[float], str]  # a value, as it is shown
    along: str = "step"
    from_zero: bool = False


class Thinned(NamedTuple):
    """The points of a line as it is drawn, the range of the values that each is the mean of, and how many these are."""

    points: Points
    band: Points  # (lowest, highest); none where every point is drawn
    wide: int


def series_chart(key: str, axes: Axes, series: Sequence[Series], mark: tuple[str, float] | None = None) -> Chart:
    """Return a line for each series; ``mark`` is a place along the chart with its name."""
    values = scale_of((y for one in series for _, y in one.points), *((0.0,) if axes.from_zero else ()))
    places = scale_of((x for one in series for x, _ in one.points), *(() if mark is None else (mark[1],)))
    shapes = _frame(axes, values, places)
    if mark is not None:
        x = percent(_across(places, mark[1]), 1)
        far = _across(places, mark[1]) > 0.5
        shapes.append(line(x, TOP - 6, x, TOP + HEIGHT, "rule dashed"))
        spot = element("tspan", plain(f"{mark[0]} {count(round(mark[1]))}", 40), dx=-6 if far else 6)
        shapes.append(
            element("text", spot, x=x, y=TOP - 12, text_anchor="end" if far else "start", class_="small strong")
        )
    drawn = [(one, thinned(one.points)) for one in series]
    shapes += [shape for one, few in drawn for shape in _drawn(one, few, values, places)]
    means = [
        f"{f'{one.name}: ' * (len(series) > 1)}means of {count(few.wide)} values" for one, few in drawn if few.band
    ]
    title = f"{axes.title} ({', '.join(means)}, shaded from lowest to highest)" if means else axes.title
    description = " ".join(_told(axes, one) for one in series)
    legend = tuple((f"line {one.colour}", one.name) for one in series) if len(series) > 1 else ()
    columns = (axes.along, *(f"{one.name}" if len(series) > 1 else axes.unit for one in series))
    svg = drawing(key, title, description or "Nothing was measured.", TOP + HEIGHT + BOTTOM, *shapes)
    return Chart(key, title, description, svg, columns, _rows(axes, series), legend)


def thinned(points: Points) -> Thinned:
    """Return at most so many points: each the mean of as many neighbours, the first and the last as they are."""
    if len(points) <= MOST_POINTS:
        return Thinned(points, (), 1)
    inner, wide = points[1:-1], math.ceil((len(points) - 2) / (MOST_POINTS - 2))
    groups = [points[:1], *(inner[start : start + wide] for start in range(0, len(inner), wide)), points[-1:]]
    means = [(sum(x for x, _ in group) / len(group), sum(y for _, y in group) / len(group)) for group in groups]
    return Thinned(means, [(min(y for _, y in group), max(y for _, y in group)) for group in groups], wide)


def _across(places: Scale, x: float) -> float:
    return LEFT + (1 - LEFT - 0.02) * (x - places.low) / (places.high - places.low)


def _down(values: Scale, y: float) -> float:
    return round(TOP + HEIGHT * (1 - (y - values.low) / (values.high - values.low)), 2)


def _frame(axes: Axes, values: Scale, places: Scale) -> list[Markup]:
    shapes: list[Markup] = []
    for tick in values.ticks(5):
        y = _down(values, tick)
        shapes.append(line(percent(LEFT, 1), y, "100%", y, "grid"))
        shapes.append(text(percent(LEFT - 0.025, 1), y + 4, axes.number(tick), "quiet small number", "end"))
    shapes.append(line(percent(LEFT, 1), TOP + HEIGHT, "100%", TOP + HEIGHT, "axis"))
    for tick in places.ticks(5):
        if tick == round(tick):
            x = _across(places, tick)
            shapes.append(text(percent(x, 1), TOP + HEIGHT + 17, count(round(tick)), "quiet small number", "middle"))
    shapes.append(text("100%", TOP + HEIGHT + 33, axes.along, "quiet small", "end"))
    shapes.append(text(0, TOP - 12, axes.unit, "quiet small"))
    return shapes


def _drawn(one: Series, few: Thinned, values: Scale, places: Scale) -> list[Markup]:
    shapes = []
    if few.band:
        ends = list(zip((x for x, _ in few.points), few.band, strict=True))
        around = [(x, low) for x, (low, _) in ends] + [(x, high) for x, (_, high) in reversed(ends)]
        shapes.append(_path(around, f"band {one.colour}", values, places))
    if len(few.points) > 1:
        shapes.append(_path(few.points, f"line {one.colour}", values, places))
    if one.dots or len(one.points) == 1:
        for x, y in few.points:
            across = percent(_across(places, x), 1)
            shapes.append(element("circle", class_=one.colour, cx=across, cy=_down(values, y), r=3.5))
    return shapes


def _path(points: Points, class_: str, values: Scale, places: Scale) -> Markup:
    path = " L".join(f"{1000 * _across(places, x):.2f} {_down(values, y):g}" for x, y in points)
    stroke = element("path", d=f"M{path}", class_=class_, vector_effect="non-scaling-stroke")
    box = {"viewBox": f"0 0 1000 {TOP + HEIGHT}", "preserveAspectRatio": "none"}
    return element("svg", stroke, x=0, y=0, width="100%", height=TOP + HEIGHT, overflow="visible", **box)


def _told(axes: Axes, one: Series) -> str:
    if not one.points:
        return f"{one.name}: not measured."
    low, high = min(one.points, key=lambda at: at[1]), max(one.points, key=lambda at: at[1])
    first, last = one.points[0], one.points[-1]
    start = f"from {axes.number(first[1])} at {axes.along} {count(round(first[0]))}"
    ends = f"{start} to {axes.number(last[1])} at {count(round(last[0]))}"
    return (
        f"{one.name}: {ends}; lowest {axes.number(low[1])} at {count(round(low[0]))}, "
        f"highest {axes.number(high[1])} at {count(round(high[0]))}."
    )


def _rows(axes: Axes, series: Sequence[Series]) -> list[tuple[str, ...]]:
    """Return the values by place; of many places those where something rare was measured, and others evenly."""
    known = [dict(one.points) for one in series]
    places = sorted({x for one in known for x in one})
    if len(places) > MOST_ROWS:
        rare = {x for one in known if len(one) <= MOST_ROWS // 2 for x in one}
        apart = math.ceil(len(places) / (MOST_ROWS - len(rare)))
        places = sorted({*places[::apart], places[-1], *rare})
    return [(count(round(x)), *("–" if (y := one.get(x)) is None else axes.number(y) for one in known)) for x in places]
