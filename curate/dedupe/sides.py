"""The sides of a record that are compared: what is asked, what is answered, and under which instructions.

System prompts and tools are a side of their own and never add to the similarity: two unrelated chats under one
200-word system prompt would reach 0.80.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from curate.core.record.exact import written
from curate.core.record.fields import field_values
from curate.core.record.turns import Mask, Turns
from curate.core.record.views import ANSWERING, INSTRUCTING, TURN_BREAK
from curate.dedupe.forms import Compared
from curate.dedupe.text import compared

ASKED_SALT, ANSWERED_SALT = 0x51ED270B, 0x2545F491
CONVERSATION, PROMPT, ANSWER = "conversation", "prompt", "answer"


def side_texts(block: pl.DataFrame, compare: str | Sequence[str] = CONVERSATION) -> dict[str, Compared]:
    """Return the comparable texts of each side (asked, answered, under), empty where there is none.

    ``compare`` is the whole conversation, its prompt side or its answers alone, or fields of the records by name,
    which together are one side.
    """
    turns = Turns(block["messages"])
    text, calls = turns.flat["text"], turns.flat["calls"]
    said = text
    if calls.null_count() < len(calls):
        said = text.fill_null("") + " " + calls.cast(pl.String).fill_null("")
    texts = {
        "asked": _joined(turns, text, turns.has_no_role_of(ANSWERING, *INSTRUCTING)),
        "answered": _joined(turns, said, turns.has_role(ANSWERING)),
        "under": _joined(turns, text, turns.has_role(*INSTRUCTING)),
    }
    if not isinstance(compare, str):
        texts["asked"], texts["answered"] = _fields(block["raw"], compare), None
    elif compare == PROMPT:
        texts["answered"] = None
    elif compare == ANSWER:
        texts["asked"] = None
    if block["tools"].null_count() < len(block):
        under = _nothing(len(block)) if texts["under"] is None else texts["under"].fill_null("")
        texts["under"] = under + "\n" + block["tools"].cast(pl.String).fill_null("")
    nothing = Compared(_nothing(len(block)), pl.Series([False]).new_from_index(0, len(block)))
    return {name: nothing if text is None else compared(text) for name, text in texts.items()}


def _nothing(count: int) -> pl.Series:
    return pl.Series([""]).new_from_index(0, count)


def _joined(turns: Turns, texts: pl.Series, where: Mask) -> pl.Series | None:
    return turns.joined(texts, where) if where.any() else None


def _fields(raws: pl.Series, names: Sequence[str]) -> pl.Series:
    rows = [
        TURN_BREAK.join(value if isinstance(value, str) else written(value).decode() for value in found)
        for found in ([value for value in values if value is not None] for values in field_values(raws, names))
    ]
    return pl.Series(rows, dtype=pl.String)
