"""Numbers of two answers: the same in another spelling is no contradiction, and another number is one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curate.contradictions.differ import Differ, compare

ASKED = "How many does the town have, and how long does it take?"
EQUAL = [
    ["5-10 days", "5 to 10 days", "5\u201310 days", "5 - 10 days", "five to ten days", "5 days to 10 days"],
    ["1-2 weeks", "7 to 14 days"],
    ["between 5 and 10 days", "5-10 days"],
    ["$5-10", "$5 to $10", "$5-$10", "5 to 10 dollars"],
    ["$5-10 million", "$5 million to $10 million", "5,000,000 to 10,000,000 dollars"],
    ["1990-2000", "from 1990 to 2000"],
    ["1,000", "1000", "1e3", "1 000", "1'000", "1k", "one thousand", "a thousand", "1000.0"],
    ["1,000,000", "1.000.000", "1 000 000", "1 million", "1M", "1e6"],
    ["two hundred and fifty thousand people", "250,000 people"],
    ["one hundred and five", "105"],
    ["50%", "50 percent", "50 per cent", "fifty percent", "half", "0.5", "1/2", "½"],
    ["2½ hours", "2.5 hours", "2 1/2 hours", "150 minutes"],
    ["two", "2", "2.0"],
    ["two dozen", "24"],
    ["-10 degrees", "\u221210 degrees"],
    ["Covid-19 cases", "Covid 19 cases"],
    ["5", "5 days"],
]
OTHER = [
    ("5-10 days", "5-12 days"),
    ("5-10 days", "6 to 10 days"),
    ("-10 degrees", "10 degrees"),
    ("$5-10 million", "$5 to 10 thousand"),
    ("1,000", "1001"),
    ("1e3", "1e4"),
    ("50%", "60 percent"),
    ("half", "60%"),
    ("9007199254740993", "9007199254740992"),
    ("two hundred and fifty people", "260 people"),
    ("555-1234", "555-1235"),
    ("2½ hours", "21 hours"),
]


@pytest.mark.parametrize("same", EQUAL, ids=lambda same: same[0])
@pytest.mark.parametrize("said", ["{}", "It is {}.", "The answer to that is {}, as told."])
def test_an_equal_number_in_another_spelling_is_the_same_answer(same, said):
    one = said.format(same[0])
    kinds = {(other, compare(ASKED, *pair, 0.2).kind) for other in same for pair in _both(one, said.format(other))}

    assert {other for other, kind in kinds if kind is Differ.TURNED} == set()


@pytest.mark.parametrize(("one", "other"), OTHER)
@pytest.mark.parametrize("said", ["{}", "It is {}.", "The answer to that is {}, as told."])
def test_another_number_is_a_contradiction(one, other, said):
    for pair in _both(said.format(one), said.format(other)):
        assert compare(ASKED, *pair, 0.2).kind is Differ.TURNED


@pytest.mark.parametrize(("one", "other"), [("1,000", "1e3"), ("50%", "half"), ("5-10 days", "five to ten days")])
def test_nothing_is_told_of_answers_that_differ_in_spelling_alone(one, other):
    assert {compare(ASKED, *pair, 0.2).kind for pair in _both(one, other)} == {Differ.SAME}


@pytest.mark.parametrize(("one", "other"), [("50%", "50"), ("30 days", "one month")])
def test_what_only_may_be_the_same_number_is_another_answer(one, other):
    assert {compare(ASKED, *pair, 0.2).kind for pair in _both(one, other)} == {Differ.OTHER}


@given(st.integers(0, 10**30), st.integers(0, 10**30))
def test_whole_numbers_of_any_length_are_held_together_exactly(one, other):
    wanted = Differ.SAME if one == other else Differ.TURNED

    assert compare(ASKED, f"{one:,}", f"{one}", 0.2).kind is Differ.SAME
    assert compare(ASKED, f"It is {one:,}.", f"It is {other}.", 0.2).kind is wanted


@given(st.text(alphabet="0123456789.,-eE/½⁄⁰٣k $%'_ to", max_size=40))
def test_any_digits_and_marks_can_be_compared(text):
    assert compare(ASKED, text, text, 0.2).kind is Differ.SAME


def test_a_number_that_is_longer_than_python_reads_is_compared_too():
    assert compare(ASKED, "9" * 5000, "9" * 5000, 0.2).kind is Differ.SAME


def _both(one, other):
    return (one, other), (other, one)
