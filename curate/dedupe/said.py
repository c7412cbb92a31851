"""What a text says, punctuation aside: the key by which a question is the same question."""

from __future__ import annotations

import polars as pl

_MINUS = r"(^|[\s(=])[-\u2212](\d)"  # a sign is no punctuation: -5 is not 5
_QUOTES = "\"'`\u00b4\u2018-\u201f\u00ab\u00bb"
_WIDE = "\u3001\u3002\uff01\uff0c\uff1a\uff1b\uff1f"
_MARKS = f".,;:!?\u00a1\u00bf\u2026{_QUOTES}{_WIDE}\u2010-\u2015-"
_PUNCTUATION = f"[{_MARKS}]"
_NO_SINGLE_SPACE = rf"[^\S ][\s{_MARKS}]*|[{_MARKS}][\s{_MARKS}]*|\s[\s{_MARKS}]+"  # runs but for one space already
_SIGN = "\u2212"


def said(texts: pl.Series) -> pl.Series:
    """Return texts that are normalised already, with runs of punctuation and white space as one space.

    Signs of arithmetic, currencies, brackets and the like stay: "C++" is not "C", 5% is not 5.
    """
    found = texts.str.contains(_PUNCTUATION)
    if not found.any():
        return texts
    some = texts.filter(found)
    below = some.str.contains(_MINUS)  # few, and groups are dear
    if below.any():
        some = some.scatter(below.arg_true(), some.filter(below).str.replace_all(_MINUS, f"${{1}}{_SIGN}${{2}}"))
    return texts.scatter(found.arg_true(), some.str.replace_all(_NO_SINGLE_SPACE, " ").str.strip_chars())
