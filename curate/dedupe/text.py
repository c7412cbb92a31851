"""Texts as they are compared: NFKC, lower case, white space folded."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple
from unicodedata import category

import numpy as np
import numpy.typing as npt
import polars as pl

from curate.native.kernel import kernel

_SPACELESS = r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]"  # scripts without spaces
_SIGN = r"[\p{P}\p{S}]"
_TELLING_SIGN = r"[\p{Sm}\p{Sc}\p{So}--\x00-\x7f]"
_SIGNS = ("Pd", "Ps", "Pe", "Pi", "Pf", "Po", "Sm", "Sc", "Sk", "So")  # Pc connects words
_TELLING = ("Sm", "Sc", "So")  # operators, currencies, emoji: in long texts they are told apart too
_SPELLING = ["<>=+"[digit // 4] + "<>=+"[digit % 4] for digit in range(16)]  # hexadecimal digits in signs of ASCII
MIN_WORDS = 8  # below it a text is compared as a whole
_BEYOND_ASCII = re.compile("[^\x00-\x7f]")
_ZERO_WIDTH = "[\u200b\u2060\ufeff\ufe0e\ufe0f]"  # never U+200C or U+200D, which spell Persian
_JOINED = "(\\p{So}\\p{Sk}?)\u200d"  # an emoji of several
# Characters that no neighbour and no normal form changes: letters of Latin, Greek, Cyrillic, Hebrew, Arabic, kana, Han
# and Hangul, and the dashes and quotes of every day. A text of these alone is in form NFKC.
STABLE = (
    "\x00-\x7f\u00c0-\u0131\u0134-\u013e\u0141-\u0148\u014a-\u017e\u0180-\u01c3\u01cd-\u01f0\u01f4-\u02af"
    "\u0388-\u03ce\u0400-\u0482\u048a-\u052f\u05d0-\u05ea\u0620-\u064a\u0660-\u0669\u2010\u2012-\u2016\u2018-\u201e"
    "\u2020-\u2022\u3001-\u3003\u3008-\u3011\u3041-\u3096\u30a1-\u30fa\u4e00-\u9fff\uac00-\ud7a3"
)


def comparable(texts: pl.Series) -> pl.Series:
    """Return the texts ready for comparison, as ``compared`` says; null becomes empty."""
    return compared(texts).texts


class Compared(NamedTuple):
    """Texts ready for comparison, and which of them are written, by most letters, in a script without spaces."""

    texts: pl.Series
    spaceless: pl.Series


def compared(texts: pl.Series) -> Compared:
    r"""Return the texts ready for comparison; null becomes empty.

    Texts of pure ASCII stay as they are: case and white space are folded where they are read. In the others every
    character that is neither letter, mark, digit nor connector becomes a space, as ``\w`` has it; where a script has
    no spaces, each character becomes a word of its own. What says something and is no word is spelled in signs of
    ASCII, which are no words either: operators, currencies and emoji, and in texts of so few words that they are
    compared as a whole any other sign.
    """
    texts = texts.fill_null("") if texts.null_count() else texts
    of = pl.col("text").str
    foreign = texts.to_frame("text").select(of.len_bytes() != of.len_chars()).to_series()
    if not foreign.any():
        return Compared(texts, foreign)
    own = texts.filter(foreign)
    few = _with_signs(own, _foreign(own))
    at = foreign.arg_true()
    return Compared(texts.scatter(at, few.texts), foreign.scatter(at, few.spaceless))


def _foreign(texts: pl.Series) -> Compared:
    """Return texts that are not ASCII ready for comparison: by the C kernel where its table has their characters."""
    native = kernel()
    if native is None:
        return _by_polars(texts)
    folded, unknown = native.fold(texts, _table())
    at = pl.Series(unknown).arg_true()
    if at.is_empty():
        return Compared(folded, pl.Series(unknown))
    rest = _by_polars(texts.gather(at))
    return Compared(folded.scatter(at, rest.texts), pl.Series(unknown).scatter(at, rest.spaceless))


def _with_signs(texts: pl.Series, found: Compared) -> Compared:
    """Return the same with the signs of texts of few words, as whose whole they are compared."""
    native = kernel()
    if native is None:
        words = found.texts.str.count_matches(r"\w+").to_numpy()
    else:
        words = np.diff(native.words(found.texts)[1])
    at = pl.Series(np.flatnonzero(words < MIN_WORDS))
    at = at.filter(texts.gather(at).str.contains(_SIGN))
    if at.is_empty():
        return found
    few = _by_polars(texts.gather(at), spelled=True)
    return Compared(found.texts.scatter(at, few.texts), found.spaceless.scatter(at, few.spaceless))


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
        sign = category(character) in self._kinds
        digits = f"{ord(character):06x}" if sign else ""
        self[character] = "".join(_SPELLING[int(digit, 16)] for digit in digits) if sign else character
        return self[character]


def _by_polars(texts: pl.Series, *, spelled: bool = False) -> Compared:
    """Return texts ready for comparison; ``spelled`` where every sign counts."""
    few = nfkc(texts.str.replace_all(_ZERO_WIDTH, "").str.replace_all(_JOINED, "$1")).str.to_lowercase()
    signed = few.str.contains(_SIGN if spelled else _TELLING_SIGN)
    if signed.any():
        few = few.scatter(signed.arg_true(), _spelled(few.filter(signed), _SIGNS if spelled else _TELLING))
    few = few.str.replace_all(r"[^\w\x00-\x7f]", " ")
    spaceless = _most_spaceless(few)
    if spaceless.any():
        between = r"\s" if spelled else r"[\s\p{P}]"
        characters = few.filter(spaceless).str.replace_all(between, "").str.replace_all(r"(.)", "$1 ")
        few = few.scatter(spaceless.arg_true(), characters)
    return Compared(few, spaceless)


@lru_cache(maxsize=1)
def _table() -> npt.NDArray[np.uint16]:
    """Return what ``_by_polars`` makes of each character that it makes one of, whatever stands beside it; 0 for others.

    Left out are characters of scripts without spaces, those that grow, and the capital sigma, whose small form depends
    on whether a word ends.
    """
    codes = np.concatenate([np.arange(0x80, 0x3400), np.arange(0xAC00, 0xD7A4)]).astype(np.uint16)
    known = pl.DataFrame({"code": codes, "was": list(codes.tobytes().decode("utf-16"))}).filter(
        pl.col("was").str.contains(f"[{STABLE}]") & ~pl.col("was").str.contains(_SPACELESS), pl.col("was") != "Σ"
    )
    known = known.with_columns(now=_by_polars(known["was"]).texts)
    known = known.filter(
        pl.col("now").str.len_chars() == 1, pl.col("now").str.len_bytes() <= pl.col("was").str.len_bytes()
    )
    table = np.zeros(0x10000, np.uint16)
    table[known["code"].to_numpy()] = np.frombuffer(known["now"].str.join("").item().encode("utf-16-le"), np.uint16)
    return table


def folded(texts: pl.Series) -> pl.Series:
    """Return the texts in lower case, runs of white space as one space and none at the ends."""
    return texts.str.to_lowercase().str.replace_all(r"\s+", " ").str.strip_chars()


def nfkc(texts: pl.Series) -> pl.Series:
    """Return the texts in form NFKC; those that no normal form changes are not looked at twice."""
    may_change = texts.str.contains(f"[^{STABLE}]")
    if not may_change.any():
        return texts
    return texts.clone().scatter(may_change.arg_true(), texts.filter(may_change).str.normalize("NFKC"))


def _most_spaceless(texts: pl.Series) -> pl.Series:
    has_some = texts.str.contains(_SPACELESS)
    few = texts.filter(has_some)
    return has_some.scatter(
        has_some.arg_true(), few.str.count_matches(_SPACELESS) * 2 > few.str.count_matches(r"\p{L}")
    )
