"""The form in which texts are compared, as Polars makes it: NFKC, lower case, a space for what is no part of a word."""

from __future__ import annotations

import re
from typing import NamedTuple
from unicodedata import category

import polars as pl

SPACELESS = r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]"  # scripts without spaces
_MARKS = "\u0609\u060a\u066a-\u066c\u2016\u2030\u2031\u2308-\u230b"  # of percent, of digits, norm, ceiling, floor
_TONES, _TAGS = "\U0001f3fb-\U0001f3ff", "\U000e0020-\U000e007f"  # of skin; of the flags of England and Scotland
_PRIVATE = "\ue000-\uf8ff\U000f0000-\U000ffffd\U00100000-\U0010fffd"
_ALSO = _MARKS + _TONES + _TAGS + _PRIVATE
SIGN = rf"[\p{{P}}\p{{S}}{_TAGS}{_PRIVATE}]"
_TELLING_SIGN = rf"[[\p{{Sm}}\p{{Sc}}\p{{So}}{_ALSO}]--\x00-\x7f]"
_SIGNS = ("Pd", "Ps", "Pe", "Pi", "Pf", "Po", "Sm", "Sc", "Sk", "So")  # Pc connects words
_TELLING = ("Sm", "Sc", "So")  # operators, currencies, emoji: in long texts they are told apart too
_SPELLING = ["<>=+"[digit // 4] + "<>=+"[digit % 4] for digit in range(16)]  # hexadecimal digits in signs of ASCII
_BEYOND_ASCII = re.compile("[^\x00-\x7f]")
_TELLS = re.compile(f"[{_ALSO}]")
ZERO_WIDTH = "[\u200b\u2060\ufeff\ufe0e\ufe0f]"  # never U+200C or U+200D, which spell Persian
_JOINED = "(\\p{So}\\p{Sk}?)\u200d"  # an emoji of several
_POWER = "([\u00b2\u00b3\u00b9\u2070\u2071\u2074-\u207f])"  # NFKC makes 24 of 2 to the power of 4
_PLAIN = (
    ("[\u2010-\u2015]", "-"), ("[\u2018-\u201b\u2032]", "'"), ("[\u201c-\u201f\u2033]", '"'), ("\u00b7", "\x7f"),
)  # fmt: skip
# Characters that no neighbour and no normal form changes: letters of Latin, Greek, Cyrillic, Hebrew, Arabic, kana, Han
# and Hangul, and the dashes and quotes of every day. A text of these alone is in form NFKC.
STABLE = (
    "\x00-\x7f\u00c0-\u0131\u0134-\u013e\u0141-\u0148\u014a-\u017e\u0180-\u01c3\u01cd-\u01f0\u01f4-\u02af"
    "\u0388-\u03ce\u0400-\u0482\u048a-\u052f\u05d0-\u05ea\u0620-\u064a\u0660-\u0669\u2010\u2012-\u2016\u2018-\u201e"
    "\u2020-\u2022\u3001-\u3003\u3008-\u3011\u3041-\u3096\u30a1-\u30fa\u4e00-\u9fff\uac00-\ud7a3"
)


class Compared(NamedTuple):
    """Texts ready for comparison, and which of them are written, by most letters, in a script without spaces."""

    texts: pl.Series
    spaceless: pl.Series


def form_of(texts: pl.Series, *, spelled: bool) -> Compared:
    """Return the form of texts that are not ASCII, none of them null; ``spelled`` where every sign counts.

    What says something and is no word is spelled in signs of ASCII, which are no words either: operators, currencies,
    emoji, characters of private use and some marks, or any sign. A middle dot is U+007F: whether it is a sign is said
    where it stands.
    """
    few = characters_of(texts, spelled=spelled)
    spaceless = _most_spaceless(few)
    if spaceless.any():
        few = few.scatter(spaceless.arg_true(), (_spaced if spelled else _parted)(few.filter(spaceless)))
    return Compared(few, spaceless)


def _spaced(texts: pl.Series) -> pl.Series:
    """Return texts whose signs are spelled, each of their characters with a space behind it and no other."""
    return texts.str.replace_all(r"\s", "").str.replace_all(r"(.)", "$1 ")


def _parted(texts: pl.Series) -> pl.Series:
    """Return texts with a space between the characters of their words, and behind a ``!`` that ends what another says.

    What else stands between them is a sign where it stands.
    """
    texts = texts.str.replace_all(r"\p{Pc}", "")
    for _ in range(2):  # neighbours share what is between them
        texts = texts.str.replace_all(r"(\w)(\w)", "$1 $2")
    return texts.str.replace_all(r"!([^\x00-\x7f])", "! $1")


def characters_of(texts: pl.Series, *, spelled: bool) -> pl.Series:
    """Return the same before characters of scripts without spaces become words of their own."""
    texts = texts.str.replace_all(ZERO_WIDTH, "").str.replace_all(_JOINED, "$1").str.replace_all(_POWER, "^$1")
    few = nfkc(texts).str.to_lowercase()
    for typeset, plain in () if spelled else _PLAIN:  # which of them are signs is said where they stand
        few = few.str.replace_all(typeset, plain)
    signed = few.str.contains(SIGN if spelled else _TELLING_SIGN)
    if signed.any():
        few = few.scatter(signed.arg_true(), _spelled(few.filter(signed), _SIGNS if spelled else _TELLING))
    return few.str.replace_all(r"[^\w\x00-\x7f]", " ")


def nfkc(texts: pl.Series) -> pl.Series:
    """Return the texts in form NFKC; those that no normal form changes are not looked at twice."""
    may_change = texts.str.contains(f"[^{STABLE}]")
    if not may_change.any():
        return texts
    return texts.clone().scatter(may_change.arg_true(), texts.filter(may_change).str.normalize("NFKC"))


def _spelled(texts: pl.Series, kinds: tuple[str, ...]) -> pl.Series:
    """Return texts with each sign of some kinds that is not ASCII spelled in signs that are."""
    spelling = _Spelling(kinds)
    return pl.Series([_BEYOND_ASCII.sub(lambda found: spelling[found[0]], text) for text in texts], dtype=pl.String)


class _Spelling(dict[str, str]):
    """How characters are spelled, each thought of once: signs of some kinds in signs of ASCII, others as they are."""

    def __init__(self, kinds: tuple[str, ...]) -> None:
        super().__init__()
        self._kinds = kinds

    def __missing__(self, character: str) -> str:
        sign = category(character) in self._kinds or _TELLS.match(character) is not None
        digits = f"{ord(character):06x}" if sign else ""
        self[character] = "".join(_SPELLING[int(digit, 16)] for digit in digits) if sign else character
        return self[character]


def _most_spaceless(texts: pl.Series) -> pl.Series:
    has_some = texts.str.contains(SPACELESS)
    few = texts.filter(has_some)
    return has_some.scatter(has_some.arg_true(), few.str.count_matches(SPACELESS) * 2 > few.str.count_matches(r"\p{L}"))
