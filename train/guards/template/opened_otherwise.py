"""Answers that begin otherwise than the template asks for one: what is trained is never asked for."""

from __future__ import annotations

from collections.abc import Iterator

from train.guards.finding import Examined, Finding


def opened_otherwise(examined: Examined) -> Iterator[Finding]:
    """Yield a warning for each row with an answer that does not go on from the prompt that asks for it."""
    message = "an answer does not begin as the template asks for one: a served model is asked in a state never trained"
    hint = (
        "train and serve by a template that asks as the rows answer: without a thought, or with theirs (--template F)"
    )
    for at in examined.examples.opened:
        yield Finding("opened_otherwise", "warning", message, hint, examined.examples.places[at])
