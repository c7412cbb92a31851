"""Rows that the chat template refuses: a served model would never be asked so."""

from __future__ import annotations

from collections.abc import Iterator

from curate.core.command.terminal import inert
from train.guards.finding import Examined, Finding


def template_refuses(examined: Examined) -> Iterator[Finding]:
    """Yield an error for each row that could not be rendered."""
    hint = "change the row's roles or content as the template wants them, or bring another: --template F"
    for at, why in examined.examples.refused.items():
        place = examined.examples.places[at]
        yield Finding("template_refuses", "error", f"the chat template refuses it: {inert(why, 200)}", hint, place)
