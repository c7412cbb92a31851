"""A negation of something else is no contradiction; one of what is asked, or said, is."""

from __future__ import annotations

import pytest

from curate.contradictions.differ import Differ, compare

FREE, SAFE, OPEN = "Is it free?", "Is it safe?", "Is the shop open on Monday?"


@pytest.mark.parametrize(
    ("asked", "one", "other"),
    [
        (FREE, "Yes.", "Yes. It does not need a card."),
        (FREE, "Yes.", "Yes, it does not need a card."),
        (FREE, "Yes.", "You do not need a card. It is free."),
        (FREE, "Yes.", "You do not need a card."),
        (FREE, "It is free.", "It is free. It does not need a card."),
        (SAFE, "It is safe.", "It is safe, and it is not toxic."),
        (SAFE, "It is safe.", "It is safe - no harm is known."),
        (OPEN, "Yes, the shop is open.", "Yes, the shop is open. The shop is not open on Sunday."),
        (OPEN, "The shop is open on Monday.", "The shop is not open on Sunday."),
    ],
)
def test_what_is_added_turns_nothing(asked, one, other):
    assert Differ.TURNED not in {compare(asked, *pair, 0.2).kind for pair in ((one, other), (other, one))}


@pytest.mark.parametrize(
    ("asked", "one", "other"),
    [
        (FREE, "Yes.", "No. It does not need a card."),
        (FREE, "Yes.", "It is not free."),
        (FREE, "Yes.", "You need a card, and it is not free."),
        (FREE, "No.", "It is free. You do not need a card."),
        (FREE, "It is free.", "It is not free. It needs a card."),
        (SAFE, "It is safe for children.", "It is for children, but not safe."),
        (OPEN, "The shop is open on Monday.", "The shop is not open on Monday."),
        (OPEN, "The shop is open on Monday.", "The shop is open on Sunday."),
    ],
)
def test_what_is_denied_does(asked, one, other):
    assert {compare(asked, *pair, 0.2).kind for pair in ((one, other), (other, one))} == {Differ.TURNED}
