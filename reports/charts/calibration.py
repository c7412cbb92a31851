"""Reliability: how often answers of about one confidence were right."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from markupsafe import Markup

from reports.charts.svg import Chart, drawing, element, line, percent, text
from reports.numbers import count, share

HEIGHT, TOP, BOTTOM, LEFT = 220, 30, 40, 0.13


class Bin(NamedTuple):
    """Rows of about one confidence."""

    low: float
    high: float
    n: int
    confidence: float
    right: float


def calibration_chart(key: str, bins: Sequence[Bin], error: float) -> Chart:
    """Return the diagram; on the diagonal, confidence says how often an answer is right."""
    most = max((one.n for one in bins), default=1)
    shapes: list[Markup] = []
    for tick in (0.0, 0.25, 0.5, 0.75, 1.0):
        y = _y(tick)
        shapes.append(line(_x(0), y, _x(1), y, "axis" if tick == 0 else "grid"))
        if tick in (0.0, 0.5, 1.0):
            shapes.append(text(percent(LEFT - 0.015, 1), y + 4, f"{tick:.0%}", "tiny quiet number", "end"))
        shapes.append(text(_x(tick), TOP + HEIGHT + 16, f"{tick:.0%}", "tiny quiet number", "middle"))
    shapes.append(text(_x(1), TOP + HEIGHT + 34, "confidence", "tiny quiet", "end"))
    shapes.append(text(0, TOP - 16, "right answers", "tiny quiet"))
    shapes.append(line(_x(0), _y(0), _x(1), _y(1), "rule dashed"))
    for one in bins:
        class_ = "over" if one.confidence > one.right else "under"
        shapes.append(line(_x(one.confidence), _y(one.confidence), _x(one.confidence), _y(one.right), f"gap {class_}"))
        size = round(3 + 6 * (one.n / most) ** 0.5, 1)
        shapes.append(element("circle", cx=_x(one.confidence), cy=_y(one.right), r=size, class_=f"reliable {class_}"))
    title = "Calibration"
    description = (
        f"Share of right answers by confidence; expected calibration error {100 * error:.2f} pp. "
        "Below the diagonal answers are surer than they are right. A larger dot stands for more rows."
    )
    table = [
        (f"{one.low:.0%} to {one.high:.0%}", count(one.n), share(one.confidence, 1), share(one.right, 1))
        for one in bins
    ]
    svg = drawing(key, title, description, TOP + HEIGHT + BOTTOM, *shapes)
    legend = (("over", "too sure"), ("under", "not sure enough"))
    return Chart(key, title, description, svg, ("confidence", "rows", "mean confidence", "right"), table, legend)


def _x(share_: float) -> str:
    return percent(LEFT + (0.97 - LEFT) * share_, 1)


def _y(share_: float) -> float:
    return round(TOP + HEIGHT * (1 - share_), 1)
