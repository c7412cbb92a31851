"""A row as a judge sees it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """An answer to be judged, with what belongs to it."""

    id: str
    prompt: str | None
    references: tuple[str, ...]
    answer: str
    other: str | None = None  # the answer of another run

    @property
    def is_equal(self) -> bool:
        """Say whether both runs gave the same answer: whichever stands first, there is nothing to choose."""
        return self.answer == self.other
