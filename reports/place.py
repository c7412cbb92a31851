"""Where a view stands on its page, and what else was read for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Place:
    """The place of a view.

    A run that is ``alone`` is called by what it holds, not by its folder: the same run gives the same page anywhere.
    """

    number: int  # from 1; no other view of the page has it
    alone: bool
    texts: bool  # false: no text of the data may be shown
    runs: tuple[tuple[str, Any], ...] = ()  # (kind, run) of all folders of the page
    pairs: tuple[tuple[str, Any, Any], ...] = ()  # (anchor, base, candidate) of runs that a view has side by side

    def beside(self, run: object) -> str:
        """Return the anchor of the view that has a run beside another; nothing where none has."""
        return next((anchor for anchor, *both in self.pairs if any(one is run for one in both)), "")
