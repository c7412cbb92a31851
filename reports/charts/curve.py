"""The S-curve: how surely MinHash bands propose a pair of a given similarity."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from markupsafe import Markup

from reports.charts.svg import Chart, drawing, element, line, percent, rect, text
from reports.numbers import share

HEIGHT, TOP, BOTTOM = 180, 42, 38


class Mark(NamedTuple):
    """A similarity that matters, and the chance to be proposed there."""

    name: str
    similarity: float
    chance: float


def curve_chart(key: str, points: Sequence[tuple[float, float]], marks: Sequence[Mark], bands: int, rows: int) -> Chart:
    """Return the curve with its marks; the first mark is the threshold from which pairs are duplicates."""
    bottom = TOP + HEIGHT
    shapes: list[Markup] = []
    threshold = marks[0]
    shapes.append(rect(percent(threshold.similarity, 1), TOP, percent(1 - threshold.similarity, 1), HEIGHT, "ribbon"))
    for tick in (0.0, 0.5, 1.0):
        y = bottom - HEIGHT * tick
        shapes.append(line(0, y, "100%", y, "axis" if tick == 0 else "grid"))
        shapes.append(text(0, y - 4, f"{tick:.0%}", "quiet small number"))
    for tick in (0.0, 0.2, 0.4, 0.6, 0.8, 1.0):
        anchor = "start" if tick == 0 else "end" if tick == 1 else "middle"
        shapes.append(text(percent(tick, 1), bottom + 16, f"{tick:.1f}", "quiet small number", anchor))
    shapes.append(text("100%", bottom + 33, "Jaccard similarity of the pair", "quiet small", "end"))
    shapes.append(text(0, TOP - 30, "chance to be compared", "quiet small"))
    for number, mark in enumerate(marks):
        x = percent(mark.similarity, 1)
        shapes.append(line(x, TOP, x, bottom, "rule" if number == 0 else "rule dashed"))
        words, far = f"{mark.name} {mark.similarity:g}", mark.similarity > 0.5
        style = "small strong" if number == 0 else "small quiet"
        spot = element("tspan", words, dx=-6 if far else 6)
        y = TOP - 8 if number == 0 else bottom - 10
        shapes.append(element("text", spot, x=x, y=y, text_anchor="end" if far else "start", class_=style))
    path = " L".join(f"{1000 * s:g} {1000 * (1 - p):g}" for s, p in points)
    stroke = element("path", d=f"M{path}", class_="curve", vector_effect="non-scaling-stroke")
    box = {"viewBox": "0 0 1000 1000", "preserveAspectRatio": "none"}
    shapes.append(element("svg", stroke, x=0, y=TOP, width="100%", height=HEIGHT, overflow="visible", **box))
    title = "How surely a pair is looked at"
    told = "; ".join(f"at {mark.similarity:g} ({mark.name}) {share(mark.chance, 1)}" for mark in marks)
    description = (
        f"Chance that {bands} bands of {rows} propose a pair, by its Jaccard similarity from 0 to 1: {told}. "
        "A proposed pair is then compared exactly."
    )
    table = [(f"{mark.similarity:.2f} ({mark.name})", share(mark.chance, 1)) for mark in marks]
    table += [(f"{similarity:.2f}", share(chance, 1)) for similarity, chance in points]
    svg = drawing(key, title, description, bottom + BOTTOM, *shapes)
    return Chart(key, title, description, svg, ("similarity", "chance to be proposed"), table)
