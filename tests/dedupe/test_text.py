"""Texts ready for comparison: what the C kernel folds is what Polars' Unicode functions make of it."""

from __future__ import annotations

import sys

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curate.dedupe import text as module
from curate.dedupe.signatures.shingles import shingles
from curate.dedupe.text import comparable, compared
from curate.native.kernel import kernel

pytestmark = pytest.mark.skipif(kernel() is None, reason="the C kernel was not built")

BEYOND = range(0x10000, sys.maxunicode + 1, 97)  # no table has these
EVERY = [chr(code) for code in [*range(0x80, 0xD800), *range(0xE000, 0x10000), *BEYOND]]


def both(texts: list[str] | pl.Series) -> list[tuple[list[str], list[bool]]]:
    """Return what the kernel makes of texts, and what Polars alone makes of them."""
    series = pl.Series(texts, dtype=pl.String)
    made = [compared(series)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "kernel", lambda: None)
        made.append(compared(series))
    return [(found.texts.to_list(), found.spaceless.to_list()) for found in made]


@pytest.mark.parametrize("around", ["{}", "A{}b C", "{0} {0}{0}", "Ä{}é"])
def test_every_character_is_folded_as_polars_does(around):
    texts = pl.Series(EVERY)
    before, _, after = around.replace("{0}", "{}").partition("{}")
    ours, polars = both(before + texts + after.replace("{}", "x"))

    assert ours == polars


@settings(deadline=None, max_examples=300)
@given(
    st.lists(
        st.one_of(
            st.text(max_size=60),
            st.text(alphabet="aZ 09_.,ÀÉßøŁžΑΣσς-–’“дЖאب가\u0301\u200b日", max_size=120),
        ),
        max_size=12,
    )
)
def test_texts_of_any_mixture_are_folded_as_polars_does(texts):
    """Capital sigmas, combining marks, characters without width and scripts without spaces are left to Polars."""
    ours, polars = both(texts)

    assert ours == polars


def test_what_is_folded_never_grows():
    table = module._table()
    grown = [code for code in table.nonzero()[0] if len(chr(table[code]).encode()) > len(chr(code).encode())]

    assert grown == []
    assert {chr(table[ord(c)]) for c in "ÀÉŽЖ"} == set("àéžж")  # a known answer
    assert all(table[ord(c)] == 0 for c in "Σİ日ก")


def test_texts_of_ascii_stay_as_they_are():
    assert compared(pl.Series(["As IS", None, ""])).texts.to_list() == ["As IS", "", ""]


PAIRS_THAT_SIGNS_TELL_APART = [
    ("How many cents are 5 €?", "How many cents are 5 £?"),
    ("👍", "👎"),
    ("≤", "≥"),
    ("3 × 4 > 0 ?", "3 ÷ 4 > 0 ?"),
    ("👏👏", "😍 😍"),
    ("你是谁", "你是谁？"),
    ("🙁好", "🙂好"),
    ("สวัสดี!", "สวัสดี"),
    ("क्या ₹5 है?", "क्या $5 है?"),
    ("x", "x®"),
]


@pytest.mark.parametrize("off", [False, True])
@pytest.mark.parametrize(("one", "other"), PAIRS_THAT_SIGNS_TELL_APART)
def test_short_texts_differ_by_their_signs(one, other, off, monkeypatch):
    """A known answer each: texts of few words are compared as a whole, and an emoji may be all there is."""
    if off:
        monkeypatch.setattr("curate.dedupe.text.kernel", lambda: None)
        monkeypatch.setattr("curate.dedupe.signatures.shingles.kernel", lambda: None)
    found = shingles(comparable(pl.Series([one, other, one.upper()])))

    assert all(len(found.of(index)) == 1 for index in range(3))
    assert found.of(0).tolist() != found.of(1).tolist()
    assert found.of(0).tolist() == found.of(2).tolist()


@pytest.mark.parametrize("sign", ["€", "👍", "—", "…", "”"])
def test_signs_are_no_words(sign):
    """Oracle: the same text without the sign; a long text's shingles are of its words."""
    text = "the café is open from nine to five on every day of the week"
    found = shingles(comparable(pl.Series([text, text.replace(" is", f" {sign} is"), text + sign])))

    assert found.of(0).tolist() == found.of(1).tolist() == found.of(2).tolist()
