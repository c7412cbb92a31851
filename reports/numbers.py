"""Numbers as a reader wants them: grouped digits, shares that never round a few rows to none."""

from __future__ import annotations

MINUS = "−"


def count(number: int) -> str:
    """Return ``9,229``; below zero with a true minus sign."""
    return f"{number:,}".replace("-", MINUS)


def share(part: float, whole: float, digits: int = 2) -> str:
    """Return ``0.04%``: what is not none is not shown as 0%, what is not all not as 100%."""
    if not whole:
        return "–"
    ratio, least = part / whole, 10.0 ** -(digits + 2)
    if 0 < ratio < least / 2:
        return f"<{least:.{digits}%}"
    if 1 - least / 2 < ratio < 1:
        return f">{1 - least:.{digits}%}"
    return f"{ratio:.{digits}%}"


def spoken(part: float, whole: float) -> str:
    """Return a share for a sentence: ``89.6%``, with more digits where it is small."""
    if whole and part in (0, whole):
        return "100%" if part else "0%"
    return share(part, whole, 1 if whole and 0.01 <= part / whole <= 0.999 else 2)


def plural(number: int, one: str, many: str | None = None) -> str:
    """Return ``1 row`` or ``2 rows``."""
    return f"{count(number)} {one if number == 1 else many or one + 's'}"
