"""The sides of a record that are compared: what is asked, and what is answered.

System prompts and tools are on neither and never add to the similarity: two unrelated chats under one 200-word system
prompt would reach 0.80.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from curate.core.record.exact import written
from curate.core.record.fields import field_values
from curate.core.record.turns import Mask, Turns
from curate.core.record.views import ANSWERING, INSTRUCTING, TURN_BREAK
from curate.dedupe.forms import Compared
from curate.dedupe.text import comparable, compared

ASKED_SALT, ANSWERED_SALT = 0x51ED270B, 0x2545F491
CONVERSATION, PROMPT, ANSWER = "conversation", "prompt", "answer"


class Sides(NamedTuple):
    """The comparable texts of each side, a row each; empty where there is none."""

    asked: Compared
    answered: Compared
    several: npt.NDArray[np.intp]  # the rows with a question or an answer before the last ones
    last_asked: pl.Series  # of each of these
    last_answered: pl.Series


def side_texts(block: pl.DataFrame, compare: str | Sequence[str] = CONVERSATION) -> Sides:
    """Return the comparable texts of each side.

    ``compare`` is the whole conversation, its prompt side or its answers alone, or fields of the records by name,
    which together are one side.
    """
    turns = Turns(block["messages"])
    text, calls = turns.flat["text"], turns.flat["calls"]
    said = text
    if calls.null_count() < len(calls):
        said = text.fill_null("") + " " + calls.cast(pl.String).fill_null("")
    asks, answers = turns.has_no_role_of(ANSWERING, *INSTRUCTING), turns.has_role(ANSWERING)
    by_turns = isinstance(compare, str)
    last = _last_turns(turns, asks, answers) if by_turns else np.zeros_like(asks)
    asks, answers = asks & (compare != ANSWER), answers & (compare in (CONVERSATION, ANSWER))
    several = np.unique(turns.owner[last])
    return Sides(
        compared(_joined(turns, text, asks) if by_turns else _fields(block["raw"], compare)),
        compared(_joined(turns, said, answers)),
        several,
        comparable(_joined(turns, text, asks & last).gather(several)),
        comparable(_joined(turns, said, answers & last).gather(several)),
    )


def _last_turns(turns: Turns, asks: Mask, answers: Mask) -> Mask:
    """Say which turns are of the last question or the last answer, in rows that have more than these."""
    spoken = np.flatnonzero(asks | answers)
    owner, answered = turns.owner[spoken], answers[spoken]
    begins = np.ones(len(spoken), dtype=np.bool_)  # a run of turns of one side
    begins[1:] = (owner[1:] != owner[:-1]) | (answered[1:] != answered[:-1])
    runs, run = np.bincount(owner[begins], minlength=turns.records), np.cumsum(begins)
    last = np.zeros(turns.records, dtype=np.int64)
    last[owner] = run  # of several the last is assigned last
    found = np.zeros(len(asks), dtype=np.bool_)
    found[spoken] = (runs[owner] > 2) & (last[owner] - run < 2)
    return found


def _nothing(count: int) -> pl.Series:
    return pl.Series([""]).new_from_index(0, count)


def _joined(turns: Turns, texts: pl.Series, where: Mask) -> pl.Series:
    return turns.joined(texts, where) if where.any() else _nothing(turns.records)


def _fields(raws: pl.Series, names: Sequence[str]) -> pl.Series:
    rows = [
        TURN_BREAK.join(value if isinstance(value, str) else written(value).decode() for value in found)
        for found in ([value for value in values if value is not None] for values in field_values(raws, names))
    ]
    return pl.Series(rows, dtype=pl.String)
