"""Memory that pieces fill one behind the other, so that what they fill is one array without a copy."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

U8 = npt.NDArray[np.uint8]


class Arena:
    """Bytes for the pieces of a block; there is room for a little more than the block before took.

    What was taken is valid for as long as it is held. Whoever takes must leave now and then: the room grows until then.
    """

    def __init__(self) -> None:
        self._bytes = np.empty(0, np.uint8)
        self._used = 0  # of these bytes
        self._taken = 0  # of all, since the block began

    def room(self, size: int) -> U8:
        """Return bytes to be filled, ``size`` or more: behind what was taken, or new ones if these are too few."""
        if len(self._bytes) - self._used < size:
            self._bytes, self._used = np.empty(max(2 * len(self._bytes), 4 * size), np.uint8), 0
        return self._bytes[self._used :]

    def take(self, size: int) -> U8:
        """Return the first ``size`` bytes of the room, which are filled now."""
        taken = self._bytes[self._used : self._used + size]
        self._used += size
        self._taken += size
        return taken

    def leave(self) -> None:
        """Begin a new block: what was given before is not given again."""
        self._bytes, self._used, self._taken = np.empty(self._taken * 5 // 4, np.uint8), 0, 0


def together(parts: Sequence[U8]) -> U8:
    """Return parts as one array: a view where each begins where the one before ends, as in an arena, else a copy."""
    parts = [part for part in parts if len(part)] or parts[:1]
    arena, at = parts[0].base, _address(parts[0])
    for part in parts:
        if part.base is not arena or _address(part) != at:
            return np.concatenate(parts)
        at += len(part)
    if not isinstance(arena, np.ndarray):
        return np.concatenate(parts)
    return arena[_address(parts[0]) - _address(arena) : at - _address(arena)]


def _address(array: npt.NDArray[np.uint8]) -> int:
    return int(array.ctypes.data)
