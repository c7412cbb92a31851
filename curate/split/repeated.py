"""Values that stand more than once."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

_VALUES_AT_ONCE = 1 << 18  # that are looked up


def repeated(values: npt.NDArray[np.uint64]) -> npt.NDArray[np.int64]:
    """Return the positions, ascending, of the values that stand more than once: few, as a rule."""
    ordered = np.sort(values)
    twice = ordered[1:][ordered[1:] == ordered[:-1]]
    del ordered
    twice = twice[np.concatenate([[True], twice[1:] != twice[:-1]])] if len(twice) else twice
    if len(twice) == 0:
        return np.empty(0, dtype=np.int64)
    found = []
    for start in range(0, len(values), _VALUES_AT_ONCE):
        part = values[start : start + _VALUES_AT_ONCE]
        at = np.minimum(np.searchsorted(twice, part), len(twice) - 1)
        found.append(np.flatnonzero(twice[at] == part) + start)
    return np.concatenate(found)
