"""How much several tables may hold in memory together."""

from __future__ import annotations


class Room:
    """So many bytes; what finds no room goes to a file."""

    def __init__(self, size: int) -> None:
        self._left = size

    def take(self, size: int) -> bool:
        """Take some bytes, or none: say whether there were so many left."""
        fits = size <= self._left
        self._left -= size if fits else 0
        return fits

    def give(self, size: int) -> None:
        """Give bytes back that were taken."""
        self._left += size


NONE = Room(0)
