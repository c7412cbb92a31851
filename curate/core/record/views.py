"""Views on the messages of a block, as expressions: never stored columns that go stale."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import polars as pl

from curate.core.record.turns import TURN_BREAK, Mask, Turns

INSTRUCTING = ("system", "developer")
ANSWERING = "assistant"

__all__ = [
    "TURN_BREAK",
    "answer",
    "answered",
    "asked",
    "conversation",
    "instructions",
    "of_prompt",
    "prompt",
    "trained_answer",
    "trained_turn",
]


def _view(look: Callable[[Turns], pl.Series]) -> pl.Expr:
    return pl.col("messages").map_batches(lambda messages: look(Turns(messages)), return_dtype=pl.String)


def answer() -> pl.Expr:
    """Return the text of the last assistant turn; null where there is none, or it only calls a tool."""
    return _view(lambda turns: turns.flat["text"].gather(turns.last(turns.has_role(ANSWERING))))


def trained_answer() -> pl.Expr:
    """Return the text of the last assistant turn that is trained, whose weight is not 0; null as in ``answer``."""
    return _view(_trained_answer)


def _trained_answer(turns: Turns) -> pl.Series:
    spoken, weight = turns.has_role(ANSWERING), turns.flat["weight"]
    if weight.null_count() < len(weight):
        spoken &= weight.ne_missing(0).to_numpy()
    return turns.flat["text"].gather(turns.last(spoken))


def trained_turn() -> pl.Expr:
    """Return the last assistant message that is trained as a struct; null where none is."""
    turn = pl.element().struct
    trained = (turn.field("role") == ANSWERING) & turn.field("weight").ne_missing(0)
    return pl.col("messages").list.filter(trained).list.last()


def prompt() -> pl.Expr:
    """Return what the last answer answers: every turn before it but system turns, joined by a blank line.

    Null where nothing comes before it (a bare text, or a record without messages). A conversation that no
    assistant answers is all prompt.
    """
    return _view(_prompt)


def _prompt(turns: Turns) -> pl.Series:
    return turns.joined(turns.flat["text"], of_prompt(turns, turns.last(turns.has_role(ANSWERING))))


def of_prompt(turns: Turns, answers: pl.Series) -> Mask:
    """Say which turns a record's prompt is made of; ``answers`` has the place of each record's last answer, or null."""
    end = answers.fill_null(len(turns.flat)).to_numpy()
    said: Mask = turns.flat["text"].is_not_null().to_numpy()
    before: Mask = np.arange(len(said)) < end[turns.owner]
    return before & said & turns.has_no_role_of(*INSTRUCTING)


def instructions() -> pl.Expr:
    """Return the system and developer turns, joined; null where there are none."""
    return _view(lambda turns: turns.joined(turns.flat["text"], turns.has_role(*INSTRUCTING)))


def conversation() -> pl.Expr:
    """Return every turn but system turns, joined by a blank line; null without messages."""
    return _view(lambda turns: turns.joined(turns.flat["text"], turns.has_no_role_of(*INSTRUCTING)))


def asked() -> pl.Expr:
    """Return the turns of the user and of tools, joined: the prompt side of a comparison."""
    return _view(lambda turns: turns.joined(turns.flat["text"], turns.has_no_role_of(*INSTRUCTING, ANSWERING)))


def answered() -> pl.Expr:
    """Return the turns of the assistant with their tool calls, joined: the answer side of a comparison."""
    return _view(_answered)


def _answered(turns: Turns) -> pl.Series:
    calls = turns.flat["calls"]
    said = turns.flat["text"].fill_null("")
    if calls.null_count() < len(calls):
        said = turns.flat.select(pl.concat_str(said, calls.cast(pl.String).fill_null(""), separator=" ")).to_series()
    return turns.joined(said.str.strip_chars(), turns.has_role(ANSWERING))
