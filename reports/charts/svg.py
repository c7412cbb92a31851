"""SVG whose widths are shares of the page and whose text keeps its size: readable on a phone as on a wall."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup


@dataclass(frozen=True)
class Chart:
    """A drawing with the numbers behind it."""

    key: str  # its id in the page
    title: str
    description: str
    svg: Markup
    columns: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    legend: tuple[tuple[str, str], ...] = ()  # class of the colour, what it means


def element(name: str, *children: str, **attributes: str | float) -> Markup:
    """Return an element; ``text_anchor`` is written text-anchor, and everything is escaped."""
    written = Markup("").join(
        Markup(' {}="{}"').format(key.rstrip("_").replace("_", "-"), value) for key, value in attributes.items()
    )
    return Markup("<{0}{1}>{2}</{0}>").format(name, written, Markup("").join(children))


def drawing(key: str, title: str, description: str, height: float, *shapes: str) -> Markup:
    """Return the whole picture, as wide as its place."""
    names = {"id": f"{key}-title"}, {"id": f"{key}-desc"}
    return element(
        "svg",
        element("title", title, **names[0]),
        element("desc", description, **names[1]),
        *shapes,
        role="img",
        aria_labelledby=f"{key}-title {key}-desc",
        width="100%",
        height=height,
    )


def percent(part: float, whole: float) -> str:
    """Return a length as a share of the picture's width."""
    return f"{100 * part / whole if whole else 0:.3f}".rstrip("0").rstrip(".") + "%"


def rect(x: str | float, y: float, width: str | float, height: float, class_: str) -> Markup:
    """Return a rectangle."""
    return element("rect", x=x, y=y, width=width, height=height, class_=class_)


def text(x: str | float, y: float, words: str, class_: str = "", anchor: str = "start") -> Markup:
    """Return a line of text."""
    return element("text", words, x=x, y=y, text_anchor=anchor, class_=class_)


def figures(y: float, *parts: tuple[str, str]) -> Markup:
    """Return words at the right edge, each part with its class, the last part outermost."""
    spans = [
        element("tspan", words, class_=class_, dx=0 if place == 0 else 12)
        for place, (words, class_) in enumerate(parts)
    ]
    return element("text", *spans, x="100%", y=y, text_anchor="end", class_="number")


def line(x1: str | float, y1: float, x2: str | float, y2: float, class_: str) -> Markup:
    """Return a line."""
    return element("line", x1=x1, y1=y1, x2=x2, y2=y2, class_=class_)
