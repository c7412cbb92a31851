"""The chance that a share clears a line by its lower bound: every number of hits judged as the gate does."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np

from evalkit.gate.statistics.binomial import COUNTED_UP_TO, bounds, chances
from evalkit.gate.statistics.power import POINT
from evalkit.statistics.normal import below, quantile

_KEPT_FOR = 0.03  # the chance is a sawtooth: it has to hold for so many more items, by their share
_KEPT_AT_LEAST = 15  # items
_LAST_BITS = 1e-12


def chance_of_clearing(share: float, items: int, line: float, alpha: float) -> float:
    """Return the chance that the lower bound of so many items is at the line or above, where ``share`` is the truth."""
    if items <= COUNTED_UP_TO:
        if alpha >= POINT:
            clears = np.arange(items + 1) / items >= line - _LAST_BITS
        else:
            as_many = np.cumsum(chances(line, items)[::-1])[::-1]  # or more, where the line is the truth
            clears = as_many <= alpha
        return min(1.0, float(chances(share, items)[clears].sum())) if line > 0 else 1.0
    spread = math.sqrt(share * (1 - share))
    over = (share - line) * math.sqrt(items) - quantile(1 - alpha) * math.sqrt(max(line * (1 - line), 0.0))
    return below(over / spread) if spread > 0 else float(over >= 0)


def affordable_distance(share: float, items: int, alpha: float, wanted: float) -> float:
    """Return how far below the truth a line may lie that is cleared with a chance of ``wanted``."""
    at_least = np.cumsum(chances(share, items)[::-1])[::-1]  # of so many hits or more
    hits = int(np.flatnonzero(at_least >= wanted - 1e-12)[-1])
    return share - (hits / items if alpha >= POINT else bounds(hits, items, alpha)[0])


@lru_cache(maxsize=256)
def needed_items(share: float, line: float, alpha: float, wanted: float) -> float:
    """Return the items from which on the line is cleared with a chance of ``wanted``; inf where none do.

    Fleiss, Levin and Paik (2003), Statistical Methods for Rates and Proportions, 2.5: the sample size of the score
    test, which is that of many items; up to ``COUNTED_UP_TO`` items as many more as the outcomes ask for.
    """
    if line >= share:
        return math.inf
    if line <= 0:
        return 1.0
    z, power = quantile(1 - alpha), quantile(wanted)
    spread = z * math.sqrt(line * (1 - line)) + power * math.sqrt(share * (1 - share))
    found = math.ceil((spread / (share - line)) ** 2)
    while found <= COUNTED_UP_TO and not _holds_from(share, found, line, alpha, wanted):
        found = max(found + 1, math.ceil(found * 1.01))
    return float(found)


def _holds_from(share: float, items: int, line: float, alpha: float, wanted: float) -> bool:
    more = max(_KEPT_AT_LEAST, math.ceil(items * _KEPT_FOR))
    sizes = range(items, items + more, max(1, more // _KEPT_AT_LEAST))
    return all(chance_of_clearing(share, size, line, alpha) >= wanted for size in sizes)
