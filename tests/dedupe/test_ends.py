"""Ends of keys: taken without looking at the middle, and the same."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curate.dedupe.ends import END_CHARS, ends
from curate.steps.normalise import Normalise

PIECES = st.sampled_from(
    ["a", "B", " ", "  ", "\n", "\t", "\u00a0", "\u3000", "é", "e\u0301", "\u0301", "\u0323", "Σ", "ς", ".", "İ", "ß",
     "\u200b", "\ufeff", "漢", "\u1112\u1161\u11ab", "\u00b4", "ﬁ", "K", " words of some length ", "-", "5", ", ", "(",
     "…", "\u2212", "?!", " - ", "7-5", "'", "x", ":", "!", "--", "=", ")", "\u2013"]
)  # fmt: skip


@pytest.mark.parametrize(
    "compared", [pytest.param("keys", id="as texts"), pytest.param("questions", id="as questions")]
)
@given(
    texts=st.lists(st.lists(PIECES, max_size=120).map("".join), max_size=4),
    form=st.sampled_from(["NFC", "NFKC", "none"]),
    case=st.booleans(),
    white_space=st.booleans(),
    zero_width=st.booleans(),
)
def test_ends_are_those_of_the_whole_key(compared, texts, form, case, white_space, zero_width):
    """The oracle is the key itself, of which the ends are taken without looking at the middle."""
    rule = Normalise(form=form, case=case, white_space=white_space, zero_width=zero_width)
    key = getattr(rule, compared)
    series = pl.Series("text", texts, dtype=pl.String)

    assert ends(series, key).to_list() == [f"{one[:END_CHARS]}\x1e{one[-END_CHARS:]}" for one in key(series).to_list()]
