"""A text in one spelling of its numbers, as far as that shows in characters: ranges, fractions, groups of digits."""

from __future__ import annotations

import re
import unicodedata

STROKE = "\u2044"  # of a fraction, as NFKC has it: ½ is 1⁄2
_VULGAR = re.compile(r"[¼-¾⅐-⅞]")
_FRACTION = re.compile(r"(?<![\w/.,-])(?:[13]/4|[12]/3|1/2)(?![\w/]|[.,]\d)")  # others may be dates
_GROUPS = re.compile(r"(?<![\d.,+-])(?<!\d )\d{1,3}(?:[ _']\d{3})+(?!\d| \d)")  # 10 000, and no number to call
_DIGIT = re.compile(r"\d")
_RANGE = re.compile(r"(?<=[\d%])(?:[-\u2212\u2013\u2014~]| [-\u2212\u2013\u2014~] )(?=[$€£]?\d)")
_SHORT = re.compile(r"(?<=\d)(?:[kKM]|bn)\b")
_LONG = {"k": " thousand", "K": " thousand", "M": " million", "bn": " billion"}
_PER_CENT = re.compile(r"\bper cent\b", re.IGNORECASE)


def spelt(text: str) -> str:
    """Return a text in NFKC and in one spelling of its numbers: "5-10k" is "5 to 10 thousand", "½" is "1⁄2"."""
    text = unicodedata.normalize("NFKC", _VULGAR.sub(lambda found: f" {found[0]}", text)).replace("’", "'")
    text = _PER_CENT.sub("percent", text)
    if not _DIGIT.search(text):
        return text
    text = _FRACTION.sub(lambda found: found[0].replace("/", STROKE), text)
    text = _GROUPS.sub(lambda found: re.sub(r"\D", "", found[0]), text)
    return _SHORT.sub(lambda found: _LONG[found[0]], _RANGE.sub(" to ", text))
