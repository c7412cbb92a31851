"""Fewer general rows than were asked for: the run forgets more than its configuration lets expect."""

from __future__ import annotations

from collections.abc import Iterator

from train.guards.finding import Examined, Finding


def rehearsal_short(examined: Examined) -> Iterator[Finding]:
    """Yield a warning where the file of general rows holds too few for the share that is asked for."""
    rows, facts = len(examined.rows), examined.facts
    if facts.rehearsal_wanted > facts.rehearsal:
        message = (
            f"{facts.rehearsal:,} general rows are {facts.rehearsal / rows:.1%} of all: "
            f"the share that is asked for takes {facts.rehearsal_wanted:,}"
        )
        yield Finding("rehearsal_short", "warning", message, "bring more of them, or set [data.rehearsal] share lower")
