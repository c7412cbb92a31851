"""Views on the messages of a block, as expressions: never stored columns that go stale."""

from __future__ import annotations

import polars as pl

INSTRUCTING = ("system", "developer")
ANSWERING = "assistant"
TURN_BREAK = "\n\n"


def _role() -> pl.Expr:
    return pl.element().struct.field("role")


def _texts(where: pl.Expr) -> pl.Expr:
    """Return the texts of the turns that ``where`` (over one message) keeps, a list a row."""
    return pl.col("messages").list.filter(where).list.eval(pl.element().struct.field("text"))


def _joined(where: pl.Expr) -> pl.Expr:
    texts = _texts(where)
    return pl.when(texts.list.len() > 0).then(texts.list.drop_nulls().list.join(TURN_BREAK))


def last_answer() -> pl.Expr:
    """Return the last assistant message as a struct; null where no assistant speaks."""
    return pl.col("messages").list.filter(_role() == ANSWERING).list.last()


def answer() -> pl.Expr:
    """Return the text of the last assistant turn; null where there is none, or it only calls a tool."""
    return last_answer().struct.field("text")


def answer_calls() -> pl.Expr:
    """Return the tool calls of the last assistant turn as JSON bytes; null where it makes none."""
    return last_answer().struct.field("calls")


def prompt() -> pl.Expr:
    """Return what the last answer answers: every turn before it but system turns, joined by a blank line.

    Null where nothing comes before it (a bare text, or a record without messages). A conversation that no
    assistant answers is all prompt.
    """
    messages = pl.col("messages")
    back = messages.list.reverse().list.eval((_role() == ANSWERING).arg_max()).list.first()
    last = messages.list.len().cast(pl.Int64) - 1 - back.cast(pl.Int64)
    answered = messages.list.eval((_role() == ANSWERING).any()).list.first()
    before = pl.when(answered).then(messages.list.head(last)).otherwise(messages)
    spoken = before.list.filter(~_role().is_in(INSTRUCTING))
    texts = spoken.list.eval(pl.element().struct.field("text")).list.drop_nulls()
    return pl.when(texts.list.len() > 0).then(texts.list.join(TURN_BREAK))


def instructions() -> pl.Expr:
    """Return the system and developer turns, joined; null where there are none."""
    return _joined(_role().is_in(INSTRUCTING))


def conversation() -> pl.Expr:
    """Return every turn but system turns, joined by a blank line; null without messages."""
    return _joined(~_role().is_in(INSTRUCTING))


def asked() -> pl.Expr:
    """Return the turns of the user and of tools, joined: the prompt side of a comparison."""
    return _joined(~_role().is_in((*INSTRUCTING, ANSWERING)))


def answered() -> pl.Expr:
    """Return the turns of the assistant with their tool calls, joined: the answer side of a comparison."""
    turns = pl.col("messages").list.filter(_role() == ANSWERING)
    text = pl.element().struct.field("text").fill_null("")
    calls = pl.element().struct.field("calls").cast(pl.String).fill_null("")
    said = turns.list.eval(pl.concat_str([text, calls], separator=" ").str.strip_chars())
    return pl.when(said.list.len() > 0).then(said.list.join(TURN_BREAK))
