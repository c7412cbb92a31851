"""Numbers as a terminal shows them: with four digits, or with the word that they count."""

from __future__ import annotations

import math

_ENDLESS = 1e15  # from here on nobody reads the digits
_SMALL, _NOTHING = 1e-3, 1e-9  # below the one four places say too little, below the other there is but rounding


def number(value: float | None) -> str:
    """Return a number with four places behind the point, a small one with three digits; a dash where there is none."""
    if value is None or not math.isfinite(value):
        return "-"
    size = abs(value)
    if size < _SMALL:
        return f"{value:.{small_places(size)}f}" if size >= _NOTHING else f"{0:.4f}"
    return f"{value:.4f}" if size < 1000 else f"{value:,.1f}" if size < _ENDLESS else f"{value:.4g}"


def small_places(size: float) -> int:
    """Return the places behind the point that show three digits of a number between 0 and 1."""
    return 2 - math.floor(math.log10(size))


def many(count: int, name: str) -> str:
    """Return ``1 row`` or ``1,234 rows``."""
    return f"{count:,} {name}" if count == 1 else f"{count:,} {name}s"
