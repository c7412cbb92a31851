"""Patience with nothing to wait for: the run would make all its steps, whatever was hoped of it."""

from __future__ import annotations

from collections.abc import Iterator

from train.guards.finding import Examined, Finding


def patience_unused(examined: Examined) -> Iterator[Finding]:
    """Yield a warning where ``patience`` is set and no row is there for validation."""
    if examined.facts.patience_unused:
        message = (
            "patience waits for a lower validation loss, and there are no rows for validation: no step is left out"
        )
        hint = "name rows: [data] validation, or a curation run with a validation split; or leave patience out"
        yield Finding("patience_unused", "warning", message, hint)
