"""What a number counts: its unit or currency, told from another spelling of the same, and from another unit."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

_KINDS = {  # of what, in which units, each as it may be written: in lower case, without a plural's s
    "share": {"percent": "% percent percentage prozent"},
    "money": {
        "dollar": "$ dollar usd buck",
        "euro": "€ euro eur",
        "pound sterling": "£ pound gbp quid",
        "yen": "¥ yen jpy",
        "rupee": "₹ rupee inr",
        "cent": "¢ cent",
    },
    "length": {
        "millimetre": "mm millimetre millimeter",
        "centimetre": "cm centimetre centimeter",
        "metre": "m metre meter",
        "kilometre": "km kilometre kilometer kph kmh kmph",
        "inch": "inch inche",
        "foot": "ft foot feet",
        "yard": "yd yard",
        "mile": "mi mile mph",
    },
    "mass": {
        "microgram": "mcg µg μg microgram",
        "milligram": "mg milligram milligramme",
        "gram": "g gram gramme",
        "kilogram": "kg kilogram kilogramme kilo",
        "ounce": "oz ounce",
        "pound": "lb pound",
    },
    "volume": {
        "millilitre": "ml millilitre milliliter",
        "litre": "l litre liter",
        "gallon": "gal gallon",
        "pint": "pint",
    },
    "time": {
        "millisecond": "ms millisecond",
        "second": "sec second",
        "minute": "m min minute",
        "hour": "h hr hour",
        "day": "day",
        "week": "week wk",
        "month": "month",
        "year": "yr year",
    },
    "data": {
        "kilobyte": "kb kilobyte",
        "megabyte": "mb megabyte",
        "gigabyte": "gb gigabyte",
        "terabyte": "tb terabyte",
    },
    "scale": {"thousand": "k thousand", "million": "m mn million", "billion": "bn billion"},
}
Unit = frozenset[tuple[str, str]]  # kinds and units that a word may name
_UNITS: dict[str, Unit] = {}
for _kind, _units in _KINDS.items():
    for _unit, _spellings in _units.items():
        for _spelling in _spellings.split():
            _UNITS[_spelling] = _UNITS.get(_spelling, frozenset()) | {(_kind, _unit)}

_SIGNS = "$€£¥₹"
_NUMBER = re.compile(
    rf"(?:(?P<before>(?<![^\W\d_])[{_SIGNS}]|\b(?:USD|EUR|GBP|JPY|INR)\b)[ \u00a0]?|(?<![\w.,:/-]))"
    rf"(?P<number>\.?\d+(?:[.,:/-]\d+)*)(?:[ \u00a0-]?(?P<after>[%¢{_SIGNS}]|per cent\b|[^\W\d_]+))?"
)
_RANGE = re.compile(r"\d+(?:[.,]\d+)*-\d+(?:[.,]\d+)*")  # whose ends a rewording may have apart
_SPELT = re.compile(
    r"\b(?:an?|one|two|three|four|five|six|seven|eight|nine|ten|half|per|each|every|eine?[mnrs]?)[ \u00a0-]"
    r"([^\W\d_]+)",
    re.IGNORECASE,
)
_SHARE = re.compile(
    r"%|\b(?:per[ -]?cent|percentage|prozent|p(?:ou|o|e)r ?c(?:ent|iento|ento)o?|pro[cs]ents?|persen|peratus|pct)\b",
    re.IGNORECASE,
)
_PERCENT = _UNITS["%"]


class _Counted(NamedTuple):
    number: str
    text: str
    units: list[Unit]  # what it may count; of "$5m" dollars, and millions


def changed_units(source: str, rewording: str) -> list[str]:
    """Return the quantities of a text that count something else in its rewording: "$50" where that has "€50".

    A unit that is named as a word there, "a week", or beside a number, is not lost. Shares may not go without a word,
    where a text is in ASCII: of a language beyond it the word for them may be none that we know.
    """
    theirs: dict[str, list[Unit]] = {}
    for one in _counted(rewording):
        theirs.setdefault(one.number, []).extend(one.units)
    named = Unit().union(*(_unit_of(match[1]) for match in _SPELT.finditer(rewording)))
    share = not rewording.isascii() or _SHARE.search(rewording)
    return [
        one.text
        for one in _counted(source)
        if one.number in theirs
        and any(_is_other(unit, theirs[one.number], named) or (unit == _PERCENT and not share) for unit in one.units)
    ]


def _is_other(unit: Unit, theirs: list[Unit], named: Unit) -> bool:
    """Say whether a number has another unit of its kind there, and its own is not named with a word for a number."""
    if unit & named or any(unit & one for one in theirs):
        return False
    kinds = {kind for kind, _ in unit}
    return any(kind in kinds for one in theirs for kind, _ in one)


def _counted(text: str) -> Iterator[_Counted]:
    for match in _NUMBER.finditer(text):
        units = [found for name in ("before", "after") if (found := _unit_of(match[name] or ""))]
        number = match["number"]
        yield _Counted(f"0{number}" if number[0] == "." else number, match[0].strip(), units)
        if _RANGE.fullmatch(number):
            yield from (_Counted(end, match[0].strip(), units) for end in number.split("-"))


def _unit_of(word: str) -> Unit:
    """Return what a word may name as a unit; a single letter is one in lower case alone: 5G is no weight."""
    if word == "per cent":
        return _UNITS["percent"]
    if len(word) == 1:
        return _UNITS.get(word, frozenset())
    small = word.lower()
    return _UNITS.get(small) or _UNITS.get(small.removesuffix("s"), frozenset())
