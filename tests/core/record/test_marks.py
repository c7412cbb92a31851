"""Marks: the first reason wins, nothing is marked twice, and every row comes back once, in order."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from curate.core.record.block import BLOCK, LINE_BITS, place_of, row_of
from curate.core.record.marks import alive, edit, reject, told_of, warn
from curate.core.record.nest import nest
from tests.core.record.frames import Turn, block

EVERY = pl.lit(value=True)
TEXTS = pl.col("messages").list.eval(pl.element().struct.field("text"))
UPPER = pl.col("messages").list.eval(pl.element().struct.field("text").str.to_uppercase())


@pytest.fixture
def three() -> pl.DataFrame:
    return block([("user", "a")], None, [("user", "b"), ("assistant", "B")])


def test_the_first_reason_wins(three):
    once = reject(three, pl.col("line") == 2, "first", pl.lit("why"), pl.lit(7), pl.lit(1))
    twice = reject(once, EVERY, "second", pl.lit("because"), pl.lit(8), pl.lit(0.5))

    assert twice["reason"].to_list() == ["second", "first", "second"]
    assert twice["detail"].to_list() == ["because", "why", "because"]
    assert twice["matched"].to_list() == [8, 7, 8]
    assert twice["similarity"].to_list() == [0.5, 1.0, 0.5]
    assert twice.schema == BLOCK
    assert three["reason"].null_count() == 3


def test_a_row_number_is_kept_to_the_last_bit(three):
    row = row_of(2**24 - 1, 2**40 - 1)

    assert reject(three, EVERY, "twin", matched=pl.lit(row, dtype=pl.UInt64))["matched"].to_list() == [row] * 3


def test_what_is_not_known_is_not_marked(three):
    unknown = pl.when(pl.col("line") == 1).then(EVERY)

    assert reject(three, unknown, "gone")["reason"].to_list() == ["gone", None, None]
    assert warn(three, unknown, "odd")["warnings"].to_list() == [["odd"], [], []]
    assert reject(three, unknown, "gone").filter(alive())["line"].to_list() == [2, 3]


def test_a_warning_stands_once_and_only_on_rows_that_live(three):
    frame = reject(three, pl.col("line") == 2, "gone")
    frame = warn(warn(warn(frame, EVERY, "odd"), EVERY, "odd"), pl.col("line") == 3, "new")

    assert frame["warnings"].to_list() == [["odd"], [], ["odd", "new"]]
    assert frame.schema == BLOCK


@pytest.mark.parametrize(
    ("told", "warnings", "evidence"),
    [
        pytest.param([], ["bare"], (None, None, None), id="none tells anything"),
        pytest.param([("item", "why", None, 0.5)], ["item", "bare"], ("why", None, 0.5), id="one comes to the front"),
        pytest.param(
            [("item", "why", None, 0.5), ("twin", None, 7, 1.0)],
            ["item", "bare", "twin"],
            ("why", None, 0.5),
            id="a second leaves the first as it is",
        ),
        pytest.param(
            [("twin", None, 7, 1.0), ("item", "why", None, 0.5)],
            ["twin", "bare", "item"],
            (None, 7, 1.0),
            id="nor are two mixed",
        ),
        pytest.param([("twin", None, 7, 1.0), ("twin", "no", 8, 0.1)], ["twin", "bare"], (None, 7, 1.0), id="twice"),
    ],
)
def test_evidence_is_of_the_first_warning_that_tells_any(three, told, warnings, evidence):
    frame = warn(three, EVERY, "bare")
    for word, *shown in told:
        frame = warn(frame, pl.col("line") == 2, word, *map(pl.lit, shown))

    row = frame.with_columns(told_of=told_of()).row(1, named=True)

    assert (row["warnings"], row["told_of"]) == (warnings, warnings[0])
    assert (row["detail"], row["matched"], row["similarity"]) == evidence
    assert frame["warnings"].to_list()[::2] == [["bare"], ["bare"]]
    assert frame.schema == BLOCK


def test_evidence_of_a_dropped_row_is_of_its_reason(three):
    warned = warn(three, EVERY, "twin", pl.lit("place"), pl.lit(7), pl.lit(1.0))

    frame = reject(warned, pl.col("line") < 3, "gone", pl.when(pl.col("line") == 2).then(pl.lit("why")))

    assert frame.with_columns(told_of=told_of())["told_of"].to_list() == ["gone", "gone", "twin"]
    assert frame["detail"].to_list() == [None, "why", "place"]
    assert frame["matched"].to_list() == [None, None, 7]
    assert frame["similarity"].to_list() == [None, None, 1.0]
    assert frame["warnings"].to_list() == [["twin"]] * 3


def test_a_warning_reaches_a_row_whose_list_is_null():
    frame = block([("user", "a")], warnings=[None])

    assert warn(frame, EVERY, "odd")["warnings"].to_list() == [["odd"]]


def test_an_edit_is_noted_only_where_a_text_changed(three):
    edited = edit(three, UPPER, "upper")

    assert edited.select(TEXTS).to_series().to_list() == [["A"], None, ["B", "B"]]
    assert edited["edited_by"].to_list() == [["upper"], [], ["upper"]]
    assert edited.schema == BLOCK
    assert_frame_equal(edit(edited, UPPER, "upper"), edited)
    assert edit(edited, TEXTS.list.eval(pl.lit("x")), "again")["edited_by"].to_list() == [
        ["upper", "again"],
        [],
        ["upper", "again"],
    ]


def test_an_edit_by_one_step_twice_is_noted_once(three):
    lower = pl.col("messages").list.eval(pl.element().struct.field("text").str.to_lowercase())

    edited = edit(edit(edit(three, UPPER, "case"), lower, "other"), UPPER, "case")

    assert edited["edited_by"].to_list() == [["case", "other"], [], ["case", "other"]]


def test_an_edit_reaches_an_edited_by_that_is_null():
    frame = block([("user", "a")], edited_by=[None])

    assert edit(frame, UPPER, "upper")["edited_by"].to_list() == [["upper"]]


def test_an_edit_leaves_dropped_rows_and_all_but_the_texts():
    frame = block([("user", "a"), ("assistant", None, b"[1]")], [("user", "b")], [], [("user", None)])
    frame = reject(frame, pl.col("line") == 2, "gone")

    edited = edit(frame, UPPER, "upper")

    assert edited["messages"].to_list()[0] == [
        {"role": "user", "text": "A", "parts": None, "calls": None, "call_id": None, "name": None, "weight": None},
        {
            "role": "assistant",
            "text": None,
            "parts": None,
            "calls": b"[1]",
            "call_id": None,
            "name": None,
            "weight": None,
        },
    ]
    assert edited["messages"].to_list()[1:] == frame["messages"].to_list()[1:]
    assert edited["edited_by"].to_list() == [["upper"], [], [], []]


def test_a_text_that_becomes_null_is_an_edit():
    edited = edit(
        block([("user", "a"), ("assistant", "b")]),
        TEXTS.list.eval(pl.when(pl.element() != "b").then(pl.element())),
        "blank",
    )

    assert edited.select(TEXTS).to_series().to_list() == [["a", None]]
    assert edited["edited_by"].to_list() == [["blank"]]


TURNS = st.lists(
    st.tuples(st.sampled_from(["user", "assistant"]), st.sampled_from(["a", "A", "", None, "é"])), max_size=3
)


@given(st.lists(st.none() | TURNS, max_size=6), st.data())
def test_every_row_comes_back_once_and_in_order(conversations: list[list[Turn] | None], data):
    """The oracle is the edit in plain Python."""
    dropped = [data.draw(st.booleans()) for _ in conversations]
    frame = block(*conversations, reason=["gone" if gone else None for gone in dropped])

    edited = edit(frame, UPPER, "upper")

    assert_frame_equal(edited.drop("messages", "edited_by"), frame.drop("messages", "edited_by"))
    for turns, gone, found, noted in zip(
        conversations, dropped, edited.select(TEXTS).to_series().to_list(), edited["edited_by"], strict=True
    ):
        texts = None if turns is None else [turn[1] for turn in turns]
        upper = None if texts is None else [text and text.upper() for text in texts]
        assert found == (texts if gone else upper)
        assert noted.to_list() == (["upper"] if not gone and texts != upper else [])


@pytest.mark.parametrize(
    ("counts", "present", "wanted"),
    [
        pytest.param([1, 2], None, [["a"], ["b", "c"]], id="every row has some"),
        pytest.param([0, 1, 0, 2, 0], None, [[], ["a"], [], ["b", "c"], []], id="rows without"),
        pytest.param([0, 3, 0], [True, True, False], [[], ["a", "b", "c"], None], id="empty, or null where absent"),
        pytest.param([3], [True], [["a", "b", "c"]], id="one row"),
    ],
)
def test_flat_rows_become_lists(counts, present, wanted):
    flat = block([("user", text) for text in "abc"])["messages"].explode().struct.unnest()

    nested = nest(flat, counts, present)

    assert nested.dtype == BLOCK["messages"]
    assert nested.list.eval(pl.element().struct.field("text")).to_list() == wanted


def test_no_flat_rows_become_no_lists():
    flat = BLOCK.to_frame()["messages"].explode().struct.unnest()

    assert nest(flat, []).to_list() == []
    assert nest(flat, [0, 0], [True, False]).to_list() == [[], None]


@given(st.integers(0, 2**24 - 1), st.integers(0, 2**LINE_BITS - 1))
def test_a_row_number_holds_source_and_line(source, line):
    assert place_of(row_of(source, line)) == (source, line)
    assert row_of(source, line) < 2**64


def test_rows_are_in_the_order_of_sources_and_lines():
    places = [(0, 1), (0, 2**40 - 1), (1, 0), (1, 5), (2**24 - 1, 0)]

    assert sorted(places, key=lambda place: row_of(*place)) == places
