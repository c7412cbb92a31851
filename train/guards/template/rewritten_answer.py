"""Answers that the template writes otherwise once other turns follow them: trained so, though never asked so."""

from __future__ import annotations

from collections.abc import Iterator

from train.guards.finding import Examined, Finding


def rewritten_answer(examined: Examined) -> Iterator[Finding]:
    """Yield a warning for each row with an earlier answer that the model would have to write otherwise when asked."""
    message = "the template writes an earlier answer otherwise than the model has to (it drops thinking, or adds it)"
    hint = 'train on the last answer alone (train_on = "last"), which reads as when served'
    for at in examined.examples.rewritten:
        yield Finding("rewritten_answer", "warning", message, hint, examined.examples.places[at])
