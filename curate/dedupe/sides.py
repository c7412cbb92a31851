"""The sides of a record that are compared: what is asked, what is answered, and under which instructions.

System prompts and tools are a side of their own and never add to the similarity: two unrelated chats under one
200-word system prompt would reach 0.80.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import orjson
import polars as pl

from curate.core.record.fields import field_values
from curate.core.record.views import ANSWERING, INSTRUCTING, TURN_BREAK
from curate.dedupe.text import Compared, compared

I64 = npt.NDArray[np.int64]

ASKED_SALT, ANSWERED_SALT = 0x51ED270B, 0x2545F491
CONVERSATION, PROMPT, ANSWER = "conversation", "prompt", "answer"


def side_texts(block: pl.DataFrame, compare: str | Sequence[str] = CONVERSATION) -> dict[str, Compared]:
    """Return the comparable texts of each side (asked, answered, under), empty where there is none.

    ``compare`` is the whole conversation, its prompt side or its answers alone, or fields of the records by name,
    which together are one side.
    """
    turns = _Turns(block["messages"])
    texts = {
        "asked": turns.joined(~turns.role.is_in([*INSTRUCTING, ANSWERING]), turns.text),
        "answered": turns.joined(turns.role == ANSWERING, turns.said),
        "under": turns.joined(turns.role.is_in(INSTRUCTING), turns.text),
    }
    nothing = pl.repeat("", len(block), dtype=pl.String, eager=True)
    if not isinstance(compare, str):
        texts["asked"], texts["answered"] = _fields(block["raw"], compare), nothing
    elif compare == PROMPT:
        texts["answered"] = nothing
    elif compare == ANSWER:
        texts["asked"] = nothing
    if block["tools"].null_count() < len(block):
        texts["under"] = texts["under"] + "\n" + block["tools"].cast(pl.String).fill_null("")
    return {name: compared(text) for name, text in texts.items()}


class _Turns:
    """The turns of all conversations of a block, one after another, and whose each is."""

    def __init__(self, messages: pl.Series) -> None:
        self._rows = len(messages)
        self._owner = np.repeat(np.arange(len(messages)), messages.list.len().fill_null(0).to_numpy())
        flat = messages.explode(empty_as_null=False, keep_nulls=False).struct
        self.role: pl.Series = flat.field("role")
        self.text: pl.Series = flat.field("text")
        calls: pl.Series = flat.field("calls")
        self.said = self.text
        if calls.null_count() < len(calls):
            self.said = self.text.fill_null("") + " " + calls.cast(pl.String).fill_null("")

    def joined(self, where: pl.Series, texts: pl.Series) -> pl.Series:
        """Return the texts of the turns ``where`` that have one, those of a conversation joined."""
        chosen = (where & texts.is_not_null()).fill_null(value=False).arg_true()
        owner: I64 = self._owner[chosen.to_numpy()]
        if not len(owner):
            return pl.repeat("", self._rows, dtype=pl.String, eager=True)
        own = texts.gather(chosen)
        if len(owner) == self._rows and np.array_equal(owner, np.arange(self._rows)):
            return own
        if np.any(owner[1:] == owner[:-1]):
            frame = pl.DataFrame({"owner": pl.Series(owner).set_sorted(), "text": own})
            grouped = frame.group_by("owner", maintain_order=True).agg(pl.col("text").str.join(TURN_BREAK))
            owner, own = grouped["owner"].to_numpy(), grouped["text"]
        place = np.full(self._rows, len(own))
        place[owner] = np.arange(len(owner))
        return pl.concat([own, pl.Series([""])]).gather(place)


def _fields(raws: pl.Series, names: Sequence[str]) -> pl.Series:
    rows = [
        TURN_BREAK.join(value if isinstance(value, str) else orjson.dumps(value).decode() for value in found)
        for found in ([value for value in values if value is not None] for values in field_values(raws, names))
    ]
    return pl.Series(rows, dtype=pl.String)
