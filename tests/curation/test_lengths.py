"""Lengths counted from turns, without their texts joined."""

from __future__ import annotations

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from curate.core.record.block import BLOCK
from curate.core.record.turns import Turns
from curate.core.record.views import answer, prompt
from curate.curation.output.tally.tally import lengths

TURN = st.fixed_dictionaries(
    {
        "role": st.sampled_from(["system", "developer", "user", "assistant", "tool"]),
        "text": st.one_of(st.none(), st.text(max_size=5), st.sampled_from(["", "é日", "a\n\nb"])),
    }
)


@given(st.lists(st.lists(TURN, max_size=5), min_size=1, max_size=6))
def test_lengths_are_those_of_the_texts(chats):
    """Oracle: the characters of the views ``answer`` and ``prompt``, which join the texts."""
    messages = pl.Series("messages", chats, dtype=BLOCK["messages"])
    turns = Turns(messages)
    answers, prompts = lengths(turns, turns.flat["text"].str.len_chars())
    said = messages.to_frame().select(answer=answer().str.len_chars(), prompt=prompt().str.len_chars())

    assert answers.tolist() == said["answer"].drop_nulls().to_list()
    assert prompts.tolist() == said["prompt"].drop_nulls().to_list()
