"""What prompt, answer and conversation are, conversation by conversation."""

from __future__ import annotations

import polars as pl
import pytest

from curate.core.record import views
from tests.core.record.frames import Turn, block

S, U, A, T = "system", "user", "assistant", "tool"
CALL = b'[{"id":"c"}]'

CONVERSATIONS: dict[str, list[Turn] | None] = {
    "no messages at all": None,
    "an empty conversation": [],
    "only a question": [(U, "q")],
    "only an instruction": [(S, "s")],
    "only an answer": [(A, "a")],
    "question and answer": [(U, "q"), (A, "a")],
    "with instructions": [(S, "s"), ("developer", "d"), (U, "q"), (A, "a")],
    "two exchanges": [(U, "q1"), (A, "a1"), (U, "q2"), (A, "a2")],
    "a system turn in the middle": [(U, "q1"), (S, "s"), (U, "q2"), (A, "a")],
    "a question left open": [(U, "q1"), (A, "a1"), (U, "q2")],
    "a call alone": [(U, "q"), (A, None, CALL)],
    "a call, its result, an answer": [(U, "q"), (A, None, CALL), (T, "r"), (A, "a")],
    "an answer beside a call": [(U, "q"), (A, "a", CALL)],
    "an image for a question": [(U, None), (A, "a")],
    "blank texts": [(U, ""), (A, "")],
    "the answer speaks twice": [(U, "q"), (A, "a1"), (A, "a2")],
}
WANTED: dict[str, dict[str, str | None]] = {
    # prompt, answer, conversation, asked, answered, instructions
    "no messages at all": dict.fromkeys(("prompt", "answer", "conversation", "asked", "answered", "instructions")),
    "an empty conversation": {},
    "only a question": {"prompt": "q", "conversation": "q", "asked": "q"},
    "only an instruction": {"instructions": "s"},
    "only an answer": {"answer": "a", "conversation": "a", "answered": "a"},
    "question and answer": {
        "prompt": "q", "answer": "a", "conversation": "q\n\na", "asked": "q", "answered": "a",
    },
    "with instructions": {
        "prompt": "q", "answer": "a", "conversation": "q\n\na", "asked": "q", "answered": "a", "instructions": "s\n\nd",
    },
    "two exchanges": {
        "prompt": "q1\n\na1\n\nq2", "answer": "a2", "conversation": "q1\n\na1\n\nq2\n\na2",
        "asked": "q1\n\nq2", "answered": "a1\n\na2",
    },
    "a system turn in the middle": {
        "prompt": "q1\n\nq2", "answer": "a", "conversation": "q1\n\nq2\n\na",
        "asked": "q1\n\nq2", "answered": "a", "instructions": "s",
    },
    "a question left open": {
        "prompt": "q1", "answer": "a1", "conversation": "q1\n\na1\n\nq2", "asked": "q1\n\nq2", "answered": "a1",
    },
    "a call alone": {"prompt": "q", "conversation": "q", "asked": "q", "answered": '[{"id":"c"}]'},
    "a call, its result, an answer": {
        "prompt": "q\n\nr", "answer": "a", "conversation": "q\n\nr\n\na",
        "asked": "q\n\nr", "answered": '[{"id":"c"}]\n\na',
    },
    "an answer beside a call": {
        "prompt": "q", "answer": "a", "conversation": "q\n\na", "asked": "q", "answered": 'a [{"id":"c"}]',
    },
    "an image for a question": {"answer": "a", "conversation": "a", "asked": "", "answered": "a"},
    "blank texts": {"prompt": "", "answer": "", "conversation": "\n\n", "asked": "", "answered": ""},
    "the answer speaks twice": {
        "prompt": "q\n\na1", "answer": "a2", "conversation": "q\n\na1\n\na2", "asked": "q", "answered": "a1\n\na2",
    },
}  # fmt: skip


@pytest.mark.parametrize("view", ["prompt", "answer", "conversation", "asked", "answered", "instructions"])
@pytest.mark.parametrize(
    "rows",
    [list(CONVERSATIONS), *([name] for name in CONVERSATIONS)],
    ids=lambda rows: rows[0] if len(rows) == 1 else "all in one block",
)
def test_a_view_is_what_its_name_says(rows, view):
    frame = block(*(CONVERSATIONS[name] for name in rows))

    found = frame.select(getattr(views, view)().alias("view"))

    assert found.schema == {"view": pl.String}
    assert dict(zip(rows, found["view"], strict=True)) == {name: WANTED[name].get(view) for name in rows}


@pytest.mark.parametrize("view", ["prompt", "answer", "conversation", "asked", "answered", "instructions"])
def test_a_view_of_no_rows_has_no_rows(view):
    assert block().select(getattr(views, view)()).height == 0


def test_the_last_turn_that_is_trained_keeps_its_calls_as_bytes():
    frame = block([(U, "q"), (A, None, CALL)], [(U, "q"), (A, "a", CALL), (A, "b")], [(U, "q")], None, [])

    assert frame.select(views.trained_turn().struct.field("calls")).to_series().to_list() == [
        CALL,
        None,
        None,
        None,
        None,
    ]
