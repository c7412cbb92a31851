"""Values of metrics with their units: shares as percent, differences of them as percentage points."""

from __future__ import annotations

import math

from curate.core.command.figures import small_places
from reports.numbers import MINUS, count

NONE = "–"
PP, SECONDS = "\u00a0pp", "\u00a0s"  # a number and its unit stand on one line
_ENDLESS = 1e15  # from here on nobody reads the digits
_SMALL, _NOTHING = 1e-3, 1e-9  # of a cost: below the one four places say too little, below the other is but rounding
KINDS = {
    "share": "percent",
    "points": "points, 0 to 100",
    "count": "counts",
    "seconds": "seconds",
    "currency": "cost, in the currency of the price list",
    "correlation": "correlation, −1 to 1",
}


def value(number: float | None, unit: str) -> str:
    """Return ``34.72%``, ``27.31`` or ``1.24 s``."""
    if number is None or not math.isfinite(number):
        return NONE
    if unit == "share":
        return _signed(f"{100 * number:.2f}%")
    return _signed(_plain(number, unit)) + (SECONDS if unit == "seconds" else "")


def change(number: float | None, unit: str) -> str:
    """Return a difference with its sign: ``−13.04 pp`` of shares, ``+0.12`` of others."""
    if number is None or not math.isfinite(number):
        return NONE
    words = f"{100 * number:.2f}" if unit == "share" else _plain(number, unit)
    tail = {"share": PP, "seconds": SECONDS}.get(unit, "")
    return f"{_plus(number, words)}{_signed(words)}{tail}"


def estimate(number: float | None, unit: str, of: str) -> str:
    """Return what a rule looks at: a difference, a ratio or a value."""
    if of == "ratio":
        return NONE if number is None or not math.isfinite(number) else f"×{number:.3f}"
    return change(number, unit) if of == "difference" else value(number, unit)


def between(low: float | None, high: float | None, unit: str, of: str) -> str:
    """Return ``−15.31 to −10.80 pp``: the unit stands once, and both bounds have the digits of the larger one."""
    size = max((abs(one) for one in (low, high) if one is not None and math.isfinite(one)), default=0.0)
    told = [_bound(bound, unit, of, size) for bound in (low, high)]
    tail = next((one for one in (PP, SECONDS, "%") if told[0].endswith(one) and told[1].endswith(one)), "")
    return f"{told[0].removesuffix(tail) if tail else told[0]} to {told[1]}"


def _bound(number: float | None, unit: str, of: str, size: float) -> str:
    if number is None or not math.isfinite(number) or unit == "share" or of == "ratio":
        return estimate(number, unit, of)
    words = _plain(number, unit, size)
    sign = _plus(number, words) if of == "difference" else ""
    return f"{sign}{_signed(words)}{SECONDS if unit == 'seconds' else ''}"


def detectable(number: float | None, unit: str, of: str) -> str:
    """Return a size without a sign: ``3.51 pp``."""
    if of == "ratio":
        return NONE if number is None or not math.isfinite(number) else f"{number:.3f}"
    return change(number, unit).lstrip("+")


def chance(number: float | None) -> str:
    """Return a p value: three digits, never 0."""
    if number is None or not math.isfinite(number):
        return NONE
    return "<0.001" if number < 0.001 else f"{number:.3f}"


def _plain(number: float, unit: str, size: float | None = None) -> str:
    """Return the digits that a number of this ``size`` is worth; a whole number of things has none behind its point."""
    if abs(number if size is None else size) >= _ENDLESS:
        return f"{number:.3g}"
    if size is None:
        if unit == "count" and number == round(number):
            return f"{number:,.0f}"
        size = abs(number)
    if unit == "points" or (unit == "seconds" and 0.1 <= size < 100):
        return f"{number:,.2f}"
    if unit == "currency" and _NOTHING <= size < _SMALL:
        return f"{number:.{small_places(size)}f}"
    digits = 4 if unit == "currency" and size < 1 else 1 if size >= 100 else 2 if size >= 1 else 3
    return f"{number:,.{digits}f}" if size < 1e6 else count(round(number))


def _plus(number: float, words: str) -> str:
    """Return the sign of a number above zero, unless no digit of its words is."""
    return "+" if number > 0 and words.strip("0.,") else ""


def _signed(words: str) -> str:
    zero = not words.strip("-0.,%")
    return words.replace("-", "" if zero else MINUS)
