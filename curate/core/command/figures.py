"""Numbers as a terminal shows them: with four digits, or with the word that they count."""

from __future__ import annotations

import math

_ENDLESS = 1e15  # from here on nobody reads the digits


def number(value: float | None) -> str:
    """Return a number with four digits, or a dash where there is none."""
    if value is None or not math.isfinite(value):
        return "-"
    return f"{value:.4f}" if abs(value) < 1000 else f"{value:,.1f}" if abs(value) < _ENDLESS else f"{value:.4g}"


def many(count: int, name: str) -> str:
    """Return ``1 row`` or ``1,234 rows``."""
    return f"{count:,} {name}" if count == 1 else f"{count:,} {name}s"
