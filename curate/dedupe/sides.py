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
Mask = npt.NDArray[np.bool_]

ASKED_SALT, ANSWERED_SALT = 0x51ED270B, 0x2545F491
CONVERSATION, PROMPT, ANSWER = "conversation", "prompt", "answer"


def side_texts(block: pl.DataFrame, compare: str | Sequence[str] = CONVERSATION) -> dict[str, Compared]:
    """Return the comparable texts of each side (asked, answered, under), empty where there is none.

    ``compare`` is the whole conversation, its prompt side or its answers alone, or fields of the records by name,
    which together are one side.
    """
    turns = _Turns(block["messages"])
    texts = {
        "asked": turns.joined(turns.asking, turns.text),
        "answered": turns.joined(turns.answering, turns.said),
        "under": turns.joined(turns.instructing, turns.text),
    }
    if not isinstance(compare, str):
        texts["asked"], texts["answered"] = _fields(block["raw"], compare), None
    elif compare == PROMPT:
        texts["answered"] = None
    elif compare == ANSWER:
        texts["asked"] = None
    if block["tools"].null_count() < len(block):
        under = _nothing(len(block)) if texts["under"] is None else texts["under"]
        texts["under"] = under + "\n" + block["tools"].cast(pl.String).fill_null("")
    nothing = Compared(_nothing(len(block)), pl.Series([False]).new_from_index(0, len(block)))
    return {name: nothing if text is None else compared(text) for name, text in texts.items()}


def _nothing(count: int) -> pl.Series:
    return pl.Series([""]).new_from_index(0, count)


class _Turns:
    """The turns of all conversations of a block, one after another, and whose each is; one without a role is no one's.

    Masks are NumPy's: each question to Polars costs a tenth of a millisecond, however few rows it is about.
    """

    def __init__(self, messages: pl.Series) -> None:
        self._rows = len(messages)
        counts = messages.list.len()
        self._owner = np.repeat(
            np.arange(len(messages)), (counts.fill_null(0) if counts.null_count() else counts).to_numpy()
        )
        flat = messages.explode(empty_as_null=False, keep_nulls=False).struct.unnest()
        self.text: pl.Series = flat["text"]
        calls = flat["calls"]
        self.said = self.text
        if calls.null_count() < len(calls):
            self.said = self.text.fill_null("") + " " + calls.cast(pl.String).fill_null("")
        role = flat["role"].fill_null("") if flat["role"].null_count() else flat["role"]
        self.answering = (role == ANSWERING).to_numpy()
        self.instructing = np.logical_or.reduce([(role == one).to_numpy() for one in INSTRUCTING])
        self.asking = ~(self.answering | self.instructing)
        if flat["role"].null_count():
            self.asking &= flat["role"].is_not_null().to_numpy()

    def joined(self, where: Mask, texts: pl.Series) -> pl.Series | None:
        """Return the texts of the turns ``where`` that have one, those of a chat joined; None where none has."""
        chosen = np.flatnonzero(where & texts.is_not_null().to_numpy() if texts.null_count() else where)
        owner: I64 = self._owner[chosen]
        if not len(owner):
            return None
        own = texts if len(chosen) == len(texts) else texts[chosen]
        if len(owner) == self._rows and np.array_equal(owner, np.arange(self._rows)):
            return own
        if np.any(owner[1:] == owner[:-1]):
            frame = pl.DataFrame({"owner": pl.Series(owner).set_sorted(), "text": own})
            grouped = frame.group_by("owner", maintain_order=True).agg(pl.col("text").str.join(TURN_BREAK))
            owner, own = grouped["owner"].to_numpy(), grouped["text"]
        place = np.full(self._rows, len(own))
        place[owner] = np.arange(len(owner))
        return pl.concat([own, pl.Series([""])])[place]


def _fields(raws: pl.Series, names: Sequence[str]) -> pl.Series:
    rows = [
        TURN_BREAK.join(value if isinstance(value, str) else orjson.dumps(value).decode() for value in found)
        for found in ([value for value in values if value is not None] for values in field_values(raws, names))
    ]
    return pl.Series(rows, dtype=pl.String)
