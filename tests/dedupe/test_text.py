"""Texts ready for comparison: what the C kernel folds is what Polars' Unicode functions make of it."""

from __future__ import annotations

import sys
from unicodedata import combining, decomposition, normalize

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curate.dedupe import text as module
from curate.dedupe.alphabet import compositions, pages
from curate.dedupe.signatures.shingles import shingles
from curate.dedupe.text import comparable, compared
from curate.native.folding import fold
from curate.native.kernel import kernel

pytestmark = pytest.mark.skipif(kernel() is None, reason="the C kernel was not built")

BEYOND = [*range(0x10000, 0x20000, 3), *range(0x20000, sys.maxunicode + 1, 97)]
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


MARKS = "".join(chr(code) for code in range(0x300, 0x20000) if combining(chr(code)))
SECONDS = "".join(sorted({chr(second) for _, second in compositions()}))
FIRSTS = "".join(sorted({chr(first) for first, _ in compositions()}))
MIXTURE = "aZ 09_.,+^`ÀÉßøŁžΑΣσςİı–’“…½²€£«»·‰⌈дЖאب٥٫가각ㅏ\u1100\u1161\u11a8👍🏻🏴\U000e0067\U000e007f\ue000✈\u200d\u200c\u200b\ufe0f日本語สำ่हिंदीड़தமிழோﷺ‿"


@settings(deadline=None, max_examples=500)
@given(
    st.lists(
        st.one_of(
            st.text(max_size=60),
            st.text(alphabet=MIXTURE, max_size=120),
            st.text(alphabet=st.sampled_from(MARKS + SECONDS + FIRSTS), max_size=12),
            st.text(alphabet=st.sampled_from(MIXTURE + "\u0301\u0323\u0316\u3099\u093c\u0bbe"), max_size=9),
        ),
        max_size=12,
    )
)
def test_texts_of_any_mixture_are_folded_as_polars_does(texts):
    """Marks that move or are joined, capital sigmas and what no table has are left to Polars; all else is the kernel's."""
    ours, polars = both(texts)

    assert ours == polars


@pytest.mark.parametrize(
    "text",
    [
        "Der Preis beträgt 5 € – «viel» … ½ Stück ² ™ \u00a0!",
        "これは日本語の文章です。カタカナ、ﾊﾝｶｸも。",
        "这是中文，全角标点！",
        "ภาษาไทยที่มีวรรณยุกต์และน้ำ",
        "हिंदी में लिखा हुआ वाक्य, बड़ा और क़लम",
        "தமிழ் மொழியில் எழுதப்பட்டது",
        "اَلْعَرَبِيَّةُ בְּרֵאשִׁית",
        "👩‍💻 👍🏽 ✈️ →",
        "tiếng Việt viết sẵn",
        "©`\u200d ✈^\u200d",
    ],
)
def test_texts_of_every_day_are_left_to_the_kernel(text):
    """A known answer each: what it leaves to Polars costs ten times as much."""
    letters = pages(spelled=False)

    assert not fold(kernel(), pl.Series([text]), letters.alphabet, letters.add, 8).unknown.any()


@pytest.mark.parametrize(("text", "form"), [("日本⑴", "日 本(1)"), ("Ŀ", "l\x7f"), ("日本(1)!", "日 本 ( 1 ) ! ")])
@pytest.mark.parametrize("off", [False, True])
def test_only_signs_of_the_text_itself_are_spelled_in_short_ones(text, form, off, monkeypatch):
    """A known answer each: what NFKC writes with a sign is the word it stands for."""
    if off:
        monkeypatch.setattr("curate.dedupe.text.kernel", lambda: None)

    assert comparable(pl.Series([text])).item() == form


@pytest.mark.parametrize("text", ["e\u0301", "ΟΔΟΣ", "\u1112\u1161\u11ab", "a\u0301\u0323", "か\u3099", "ﬁ\u0316"])
def test_what_changes_with_its_neighbours_is_left_to_polars(text):
    letters = pages(spelled=False)

    assert fold(kernel(), pl.Series([text]), letters.alphabet, letters.add, 8).unknown.all()


def test_the_pairs_that_make_one_character_are_those_of_unicode():
    """Oracle: the database of Python, character by character."""
    pairs = set()
    for character in map(chr, range(sys.maxunicode + 1)):
        parts = decomposition(character).split()
        if len(parts) == 2 and not parts[0].startswith("<") and normalize("NFC", character) == character:
            pairs.add((int(parts[0], 16), int(parts[1], 16)))

    assert compositions() == {
        pair for pair in pairs if not 0xAC00 <= ord(normalize("NFC", "".join(map(chr, pair)))) < 0xD7A4
    }


def test_forms_that_grow_find_room():
    """U+FDFA becomes eleven times its bytes; signs six times."""
    texts = ["\ufdfa" * 300, "€" * 200, "日" * 100, "plain ä"]
    ours, polars = both(texts)

    assert ours == polars


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
    ("👍🏻", "👍🏿"),
    ("👍🏻", "👍"),
    (
        "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
        "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f",
    ),
    ("\ue000", "\ue001"),
    ("icon \U000f0001", "icon"),
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
