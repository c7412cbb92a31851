"""Numbers of a text with the words that scale them, and which of them are the same in another spelling.

"5 million" is 5,000,000, and no 5; "½" is 0.5 and 1/2; ".5" is 0.5; "10⁶" is 10^6, 1e6 and 1000000. Beyond that a
number is its text: 1.50 may be a version that is not 1.5.
"""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from curate.augment.asking.scales import ENGLISH, POWERS_OF, SCALES, SIGNS, UNSURE, WORDS, any_of

_LETTERS = {"k": 3, "m": 6, "b": 9}
_RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻"
_LOWERED = str.maketrans(f"{_RAISED}−", "0123456789+--")
_PLAN = "401"  # a 401k is a 401(k), and no 401,000
_LARGEST = 30  # power of ten that is written out
_LONGEST = 100  # characters of a number that has other spellings

_SCALED = rf"(?:\+?[ \u00a0]|-)?{WORDS}(?!\w)|[ \u00a0]?(?:{any_of(SIGNS)})"
_NUMBER = re.compile(
    rf"(?P<sign>(?:(?<=\s)|(?<=^)|(?<=\())[-−+])?(?:"
    rf"(?P<base>\d+(?:\.\d+)?)(?:(?:\^|\*\*)\{{?(?P<power>[-−+]?\d+)\}}?|(?P<raised>[⁺⁻]?[{_RAISED[:10]}]+))"
    rf"|(?P<mantissa>\d+(?:\.\d+)?|\.\d+)[eE](?P<ten>[-−+]?\d+)(?!\w)"
    rf"|(?P<whole>\d+)?[ \u00a0]?(?P<vulgar>[¼½¾⅐-⅞])"
    rf"|(?P<plain>(?<![\w.])\.\d+|(?<![-\d])\d+(?:[.,]\d+)*(?=-\d+(?:[.,]\d+)*(?:{_SCALED}))|\d+(?:[.,:/-]\d+)*)"
    rf")(?:(?P<scale>{_SCALED})"
    rf"|(?P<letter>[ \u00a0]?[kKmMbB](?!\w)))?",
    re.MULTILINE,
)
_MONEY = re.compile(r"(?:[$€£¥₹]|\b(?:USD|EUR|GBP|JPY|INR))[ \u00a0]?\Z")
_KILO = re.compile(r"[ \u00a0-]?(?:(?:km|kg|kb|kph|kilo\w*|kelvins?)(?!\w)|K(?!\w))", re.IGNORECASE)
_GRAND = re.compile(r"[ \u00a0]grand\b", re.IGNORECASE)
_SEEMS = re.compile(  # a scale in a language or a spelling that the table has not
    r"[ \u00a0-]?(?:(?i:(?:mi|bi|tri)l{1,2}(?:[jy]|h[oãõ]|[oóõ]n|i(?:[oóõ]|[aá]r|j))(?!\w*air)"
    r"|t(?:uhan|[yi]s[ií]|usen|ausen|housand|ūkst|úsund)|м[иі]лл?[иіьј](?<!миль)(?<!мили(?!о|а|ј))(?!(?<=милли)[мглс])|млн|млр|тыс|тис|хил|трил"
    r"|εκατ|χιλ|δισ|τρισ)|(?=[^\W\d_])[\u0530-\u1cff])"
)
_BETWEEN = re.compile(r"\s*(?:[-–—]|to|and|or|bis|und|oder|à|et|ou|y|o|~|～|到|至|до|и)\s*[$€£¥₹]?")
_GROUPED = re.compile(r"[-−+]?\d{1,3}(?:(?:,\d{3})+(?:\.\d+)?|(?:\.\d{3}){2,})")
_COMMA = re.compile(r"\d+,\d+")
_POINTED = re.compile(r"[1-9]\d{0,2}\.\d{3}")  # a group of thousands, or three decimals
_POWERS = re.compile(rf"(?P<of>[^\W\d_]+)(?:(?P<raised>[⁺⁻]?[{_RAISED[:10]}]+)|(?:\^|\*\*)(?P<power>[-−+]?\d+))")


_NAMES_POWERS = re.compile(  # so that a number of the text may be an exponent
    r"\^|\*\*|[^\W\d_]\d|<sup>|\b(?:squared?|cubed?|cubic|powers?|raised|exponent|degree|hoch|potenz|quadrat|puissance"
    r"|exposant|carré|potencia|potência|potenza|exponente|elevad[oa]|elevat[oa]|степен)|次|乗|平方|立方",
    re.IGNORECASE,
)


class Number(NamedTuple):
    """A number of a text: ``keys`` has its readings, and one of the same number a reading in common."""

    text: str
    keys: frozenset[str]
    spelt: bool  # in another way than by digits and marks between them: its text tells nothing of other numbers
    vulgar: bool  # a sign alone, which may become a word
    apart: bool  # touches no letter: the 15 of A15 is none that counts


def numbers(text: str) -> list[Number]:
    """Return the numbers of a text, in their order."""
    found: list[Number] = []
    matches = list(_NUMBER.finditer(text))
    for at, match in enumerate(matches):
        keys = _keys(text, match)
        later = matches[at + 1] if at + 1 < len(matches) else None
        if match["plain"] and later is not None and _BETWEEN.fullmatch(text, match.end(), later.start()):
            keys |= _counted(match["plain"], text, later)  # "5 to 10 million" may start at 5 million
        spelt = match["plain"] is None or match["plain"][0] == "." or _is_scaled(text, match)
        vulgar = match["vulgar"] is not None and not match["whole"]
        beside = text[max(0, match.start() - 1) : match.start()] + text[match.end() : match.end() + 1]
        apart = not any(one.isalpha() for one in beside)
        number = Number(_text(match), frozenset(keys), spelt, vulgar, apart)
        sum_of = _summed(found[-1], number) if found and _goes_on(matches[at - 1], match) else None
        found[-1 if sum_of else len(found) :] = [sum_of or number]
    return found


def _goes_on(match: re.Match[str], later: re.Match[str]) -> bool:
    """Say whether two matches are one number, of signs one after the other: 3亿5000万."""
    return match.end() == later.start() and all(
        one["plain"] and one["scale"] and _word(one) in SIGNS - UNSURE for one in (match, later)
    )


def _summed(one: Number, other: Number) -> Number | None:
    """Return the whole number that two make together, each with a single reading; None where the second is no less."""
    values = [int(key) for number in (one, other) for key in number.keys if key.isdecimal()]
    if not len(values) == len(one.keys | other.keys) == 2 or values[0] <= values[1]:
        return None
    keys = frozenset({str(sum(values))})
    return Number(one.text + other.text, keys, spelt=True, vulgar=False, apart=one.apart and other.apart)


def without_spelt(text: str) -> str:
    """Return the text without numbers that are spelt otherwise than by digits: "5 million" holds no 5."""
    return _NUMBER.sub(
        lambda match: (
            match[0] if match["plain"] and match["plain"][0] != "." and not _is_scaled(text, match) else "\x00"
        ),
        text,
    )


def changed_powers(source: str, rewording: str) -> list[str]:
    """Return the powers of letters whose exponent is another in the rewording: of "x²" where that has "x³"."""
    theirs: dict[str, set[str]] = {}
    for match in _POWERS.finditer(rewording):
        theirs.setdefault(match["of"], set()).add(_exponent(match))
    return [
        match[0]
        for match in _POWERS.finditer(source)
        if match["of"] in theirs and _exponent(match) not in theirs[match["of"]]
    ]


def exponents(text: str) -> set[str]:
    """Return the exponents of letters, "2" of "x²": another spelling has them as numbers."""
    return {_exponent(match) for match in _POWERS.finditer(text)}


def names_powers(text: str) -> bool:
    """Say whether a text has powers, so that a number of it may be an exponent: "x^2", "x to the power of 2"."""
    return _NAMES_POWERS.search(text) is not None


def _exponent(match: re.Match[str]) -> str:
    return (match["raised"] or match["power"]).translate(_LOWERED)


def _text(match: re.Match[str]) -> str:
    """Return a number as it stands; a letter or a word behind it that may be a unit is left out."""
    unit = "letter" if match["letter"] else "scale" if _is_unsure(match) else None
    return match[0] if unit is None else match[0][: match.start(unit) - match.start()]


def _scale(text: str, match: re.Match[str]) -> int | None:
    """Return the power of ten that a word, or a letter that can be nothing else, multiplies a number by."""
    if match["scale"]:
        return min(POWERS_OF[_word(match)])
    letter = match["letter"]
    money = letter and _MONEY.search(text, max(0, match.start() - 8), match.start())
    if money or (letter == "k" and match["plain"] != _PLAN):
        return _LETTERS[letter.strip(" \u00a0").lower()]
    return None


def _word(match: re.Match[str]) -> str:
    """Return the word of a scale as the table has it."""
    word = match["scale"].strip(" \u00a0-+").lower().replace("\u00a0", " ")
    return word if word in POWERS_OF else word.removesuffix("s")


def _is_scaled(text: str, match: re.Match[str]) -> bool:
    """Say whether a number is scaled for certain, and so tells nothing of its digits."""
    return _scale(text, match) is not None and not _is_compound(text, match) and not _is_unsure(match)


def _is_unsure(match: re.Match[str]) -> bool:
    return bool(match["scale"]) and _word(match) in UNSURE


def _is_compound(text: str, match: re.Match[str]) -> bool:
    """Say whether the scale may be of what is counted: of "3 million-dollar homes" there may be three."""
    return (
        bool(match["scale"])
        and match["scale"].lstrip("+")[0] in " \u00a0"
        and text[match.end() : match.end() + 1] == "-"
    )


def _keys(text: str, match: re.Match[str]) -> set[str]:
    if len(match[0]) > _LONGEST:
        return {match[0]}
    sign = (match["sign"] or "").translate(_LOWERED)
    if match["base"]:
        exponent = int((match["power"] or match["raised"]).translate(_LOWERED))
        return {sign + one for one in _power(match["base"], exponent)}
    if match["mantissa"]:
        exponent = int(match["ten"].translate(_LOWERED))
        return {sign + one for one in _scaled(match["mantissa"], exponent)}
    if match["vulgar"]:
        part, whole = unicodedata.numeric(match["vulgar"]), int(match["whole"] or 0)
        value = Fraction(part).limit_denominator(10) + whole
        return {sign + one for one in _fraction(value, _scale(text, match))}
    plain, scale = match["plain"], _scale(text, match)
    keys = _counted(plain, text, match) if scale is not None else _plain(plain)
    if scale is not None and not _is_scaled(text, match):
        keys |= _plain(plain)
    if scale is None and match["letter"]:
        keys |= _scaled(plain, _LETTERS[match["letter"].strip(" \u00a0").lower()])
    if scale is None and _SEEMS.match(text, match.end("plain")):
        keys |= {key for power in SCALES for key in _scaled(plain, power)}
    if _KILO.match(text, match.end("plain")) or match["letter"] == "k":
        keys.add(f"{plain} kilo")  # "10k" may be a run of 10 km
    if _GRAND.match(text, match.end("plain")):
        keys |= _scaled(plain, 3)
    return {sign + one for one in keys}


def _counted(plain: str, text: str, match: re.Match[str]) -> set[str]:
    """Return the readings of a number with the scale of a match: "5.000 millones" are 5,000 of them.

    In English "331.449 million" has decimals, though "5.000 million" would be an odd way to write five.
    """
    if not match["scale"]:
        return _scaled(plain, _scale(text, match))
    written = {plain}
    if _POINTED.fullmatch(plain):
        decimals = _word(match) in ENGLISH and not plain.endswith(".000")
        written = {plain.replace(".", ""), *([plain] if decimals else [])}
    elif _COMMA.fullmatch(plain) and not _GROUPED.fullmatch(plain):
        written = {plain.replace(",", ".")}
    return {key for one in written for power in POWERS_OF[_word(match)] for key in _scaled(one, power)}


def _plain(text: str) -> set[str]:
    if _GROUPED.fullmatch(text):
        return {text.replace(",", "") if "," in text else text.replace(".", "")}
    if text[0] == ".":
        return {f"0{text}"}
    over, stroke, under = text.partition("/")
    if stroke and over.isdecimal() and under.isdecimal() and int(under):
        value = Fraction(int(over), int(under))
        return {text, *(_fraction(value, None) if f"{value}" == text else ())}
    return {text}


def _fraction(value: Fraction, scale: int | None) -> set[str]:
    value *= 10 ** (scale or 0)
    decimal = Decimal(value.numerator) / Decimal(value.denominator)
    exact = Fraction(decimal) == value
    return {str(value), *([f"{decimal.normalize():f}"] if exact else [])}


def _power(base: str, exponent: int) -> set[str]:
    if abs(exponent) > _LARGEST or len(base) > 4:
        return {f"{base}^{exponent}"}
    return {f"{base}^{exponent}", *(_fraction(Fraction(base) ** exponent, None) if Fraction(base) else ())}


def _scaled(text: str, power: int | None) -> set[str]:
    """Return the readings of a number that is multiplied by a power of ten; a range stays as it is written."""
    if power is None:
        return set()
    return {key for plain in _plain(text) for key in (_parts(plain, power) or {_times(plain, power)})}


def _parts(plain: str, power: int) -> set[str]:
    """Return the readings of a scaled fraction, "1/3" of a million; none of what is no fraction."""
    over, stroke, under = plain.partition("/")
    if not stroke or not over.isdecimal() or not under.isdecimal() or not int(under) or power > _LARGEST:
        return set()
    return _fraction(Fraction(int(over), int(under)), power)


def _times(plain: str, power: int) -> str:
    try:
        value = Decimal(plain)
    except ArithmeticError:
        return f"{plain}e{power}"
    if abs(power) > _LARGEST or len(plain) > _LARGEST:
        return f"{plain}e{power}"
    return f"{value.scaleb(power).normalize():f}"
