"""What an answer says that the chat template leaves out: a thought, or the words beside a call."""

from __future__ import annotations

from collections.abc import Iterator

from train.guards.finding import Examined, Finding


def left_out(examined: Examined) -> Iterator[Finding]:
    """Yield a warning for each row with an answer of which something does not stand in what is trained."""
    message = (
        "the template leaves out a part of an answer, or writes it otherwise (it drops thinking, or words at a call)"
    )
    hint = "thresher preflight shows what is trained; take a template that writes all of it: --template F"
    for at in examined.examples.unsaid:
        yield Finding("answer_left_out", "warning", message, hint, examined.examples.places[at])
