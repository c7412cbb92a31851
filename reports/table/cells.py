"""A value of a cell as the page writes it where no script runs."""

from __future__ import annotations

from markupsafe import Markup

from reports.numbers import MINUS, count
from reports.text import named


def cell(value: object) -> Markup:
    """Return a value as HTML: a dash for none, yes or no for a flag, a text or words on one line."""
    if value is None:
        return Markup("–")
    if isinstance(value, bool):
        return Markup("yes") if value else Markup("no")
    if isinstance(value, int):
        return Markup(count(value))  # noqa: S704 - digits
    if isinstance(value, float):
        return Markup(f"{value:.4g}".replace("-", MINUS))  # noqa: S704 - digits
    if isinstance(value, list):
        return named(", ".join(value))
    return named(str(value))
