"""Bisection: where a question's answer turns from no to yes, where no formula says it."""

from __future__ import annotations

from collections.abc import Callable


def turning(beyond: Callable[[float], bool], low: float, high: float, halvings: int) -> float:
    """Return where ``beyond`` turns from false (at ``low``) to true (at ``high``)."""
    low, high = narrowed(beyond, low, high, halvings)
    return (low + high) / 2


def narrowed(beyond: Callable[[float], bool], low: float, high: float, halvings: int) -> tuple[float, float]:
    """Return bounds of where ``beyond`` turns, halved so many times: for those who need one for which it is true."""
    for _ in range(halvings):
        middle = (low + high) / 2
        low, high = (low, middle) if beyond(middle) else (middle, high)
    return low, high
