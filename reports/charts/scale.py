"""A range of numbers to places on a chart, with round ticks."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from reports.charts.svg import percent

EDGE = 0.04  # of the width, left free at each end
LEAST = 1e-300  # what is smaller is nothing to look at, and parts of it are no numbers


@dataclass(frozen=True)
class Scale:
    """Numbers from ``low`` to ``high`` as shares of the width."""

    low: float
    high: float

    def at(self, number: float) -> float:
        """Return the place of a number, 0 to 1; what lies beyond an end stands at it."""
        inside = min(max(number, self.low), self.high)
        return EDGE + (1 - 2 * EDGE) * (inside - self.low) / (self.high - self.low)

    def x(self, number: float) -> str:
        """Return the place as SVG has it."""
        return percent(self.at(number), 1)

    def ticks(self, most: int = 5) -> list[float]:
        """Return round numbers inside, at most so many."""
        rough = (self.high - self.low) / most
        power = 10.0 ** math.floor(math.log10(rough))
        step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough)
        first = math.ceil(self.low / step - 1e-9)
        last = math.floor(self.high / step + 1e-9)
        return [round(number * step, 12) for number in range(first, last + 1)]


def scale_of(numbers: Iterable[float | None], *also: float) -> Scale:
    """Return a scale that holds some numbers; ``also`` are seen on it whatever the others are."""
    known = [one for one in [*numbers, *also] if one is not None and math.isfinite(one)]
    low, high = min(known, default=0.0), max(known, default=1.0)
    if high - low < LEAST:
        room = max(abs(low), abs(high)) / 10
        low, high = low - (room if room >= LEAST else 0.1), high + (room if room >= LEAST else 0.1)
    return Scale(low, high)
