"""What a text says, punctuation aside: the key by which a question is the same question."""

from __future__ import annotations

import polars as pl

_QUOTES = "\"'`\u00b4\u2018-\u201f\u00ab\u00bb"
_WIDE = "\u3001\u3002\uff01\uff0c\uff1a\uff1b\uff1f"
_DASHES = "\u2010-\u2015-"
_MARKS = f".,;:!?\u00a1\u00bf\u2026{_QUOTES}{_WIDE}{_DASHES}"
_PUNCTUATION = f"[{_MARKS}]"
_NO_SINGLE_SPACE = rf"[^\S ][\s{_MARKS}]*|[{_MARKS}][\s{_MARKS}]*|\s[\s{_MARKS}]+"  # runs but for one space already

# A mark that says something is written as a sign of its own, which is no punctuation. Where one mark is kept too many,
# two texts that say the same are two; where one is lost, 7-5 is 7.5. None looks at more than the words beside it.
_DASH = f"[{_DASHES}]"
_LEFT = rf"[\d)\]}}]|(?:^|[^\w{_QUOTES}]|\d)[A-Za-z]"  # what is calculated with: 5, x, 2x, (x); not what's
_ALONE = rf"(?:^|[^\w{_QUOTES}])(?:\d{{1,3}}|[A-Za-z])"  # 'a' and "5" stand in quotes, 1990 is a year
_SIGNS = (
    (rf"(^|[^\w)\]}}{_DASHES}])-([^\s)\]}}{_MARKS}]|\.\d)", "${1}\u2212${2}"),  # -5, (-x), =-.5
    (r"(^|[^\w-])--(\w)", "${1}\u2212\u2212${2}"),  # --i
    (r"(\w)--([^\w-]|$)", "${1}\u2212\u2212${2}"),  # i--
    (r"-([=<>])", "\u2212${1}"),  # x -= 1 and ->
    (r"([=<>])-", "${1}\u2212"),
    (rf"({_LEFT}){_DASH}([\d(\\$]|[A-Za-z](?-u:\b))", "${1}\u2212${2}"),  # 7-5, x-y
    (rf"({_LEFT})(\s){_DASH}\s", "${1}${2}\u2212 "),  # a - b
    (rf"(\s){_DASH}(\s)([\d$\\])", "${1}\u2212${2}${3}"),  # total - 5
    (r"(^|[^\w.])\.(\d)", "${1}\u2024${2}"),  # .5
    (r"(\d)\.(\d)", "${1}\u2024${2}"),
    (r"(\d),(\d)", "${1}\ufe50${2}"),
    (r"(\d)(\s?):(\s?\d)", "${1}${2}\u2236${3}"),
    (r":=", "\u2236="),
    (rf"({_ALONE}|[)\]}}])!", "${1}\ufe57"),  # 5!
    (r"!([\w=(])", "\ufe57${1}"),  # a != b, !ready
    (rf"({_ALONE})(?:''|\u2019\u2019|[\"\u201d])([^A-Za-z]|$)", "${1}\u2033${2}"),  # y'', 5"
    (rf"({_ALONE}\u2033?)['\u2019]([^A-Za-z]|$)", "${1}\u2032${2}"),  # f'(x), 5' 7"
)
_SAYING = "|".join(pattern for pattern, _ in _SIGNS)


def said(texts: pl.Series) -> pl.Series:
    """Return texts that are normalised already, with runs of punctuation and white space as one space.

    Signs of arithmetic, currencies, brackets and the like stay: "C++" is not "C", 5% is not 5. So do marks where they
    are such signs: "7-5" is not "7.5", nor f'(x) f(x).
    """
    found = texts.str.contains(_PUNCTUATION)
    if not found.any():
        return texts
    some = texts.filter(found)
    saying = some.str.contains(_SAYING)  # few, and groups are dear
    if saying.any():
        some = some.scatter(saying.arg_true(), _signed(some.filter(saying)))
    return texts.scatter(found.arg_true(), some.str.replace_all(_NO_SINGLE_SPACE, " ").str.strip_chars())


def _signed(texts: pl.Series) -> pl.Series:
    """Return texts with signs for the marks that are some; in two goes, since neighbours share what is between them."""
    for pattern, sign in _SIGNS * 2:
        texts = texts.str.replace_all(pattern, sign)
    return texts
