"""The numbers of a sentence with their units, as they are said: 1,000 and 1e3 and one thousand are one number."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from curate.contradictions.lexicon import COUNTING, MULTIPLIERS, NUMBERS, ORDINALS, UNITS
from curate.contradictions.spelling import STROKE

_YEAR = re.compile(r"1\d{3}|20\d{2}")
_DIGIT = re.compile(r"\d")
_GROUPED = re.compile(r"-?\d{1,3}(?:(?:,\d{3})+(?:\.\d+)?|(?:\.\d{3}){2,})")
_MARKS = re.compile(r"[.,](?=.*[.,])")
_ORDINAL = re.compile(r"(?:st|nd|rd|th)$")
_LONGEST = 1000  # characters of a number that is one
_SIGNS = frozenset("$€£")
_ENDS = frozenset({"to", "or", "and"})  # between the ends of a range, or two of a kind
_BARE = frozenset({"", "year"})  # dimensions that may be of any unit that is not said
_TENS = frozenset(range(20, 100, 10))
_WORDS = (NUMBERS.keys() | ORDINALS.keys() | {"a"}) - {"second"}
_TIMES = frozenset({"time", "months"})
_MONTH = (28 * 86400, 31 * 86400)  # seconds
Value = int | Fraction


@dataclass(frozen=True)
class Number:
    """A number of a sentence, exactly."""

    said: Value
    unit: str  # the dimension: "time", "money"; "year" of what may be one; empty where nothing is said
    size: int  # how many of the dimension's smallest unit one is
    scale: int  # of "five million" a million
    written: str
    start: int  # among the tokens
    end: int

    @property
    def value(self) -> Value:
        """Return it in the smallest unit of its dimension."""
        return self.said * self.size

    @property
    def key(self) -> str:
        """Return it as a word: "time864000"."""
        return f"{self.unit}{self.value}"

    def same(self, other: Number) -> bool:
        """Say whether both may be one: 14 days and two weeks, 5 and 5 days, 50% and half, 30 days and one month."""
        units = {self.unit, other.unit}
        if len(units) == 1:
            return self.value == other.value
        if units & _BARE:
            shares = [one.said * (1 if one.unit == "share" else 100) for one in (self, other)]
            return self.said == other.said or ("share" in units and shares[0] == shares[1])
        if units != _TIMES:
            return False
        months, seconds = (self.value, other.value) if self.unit == "months" else (other.value, self.value)
        return months * _MONTH[0] <= seconds <= months * _MONTH[1]

    def is_another_spelling_of(self, other: Number) -> bool:
        """Say whether both are surely one, as 14 days and two weeks or 50% and half; 50% and 50 only may be."""
        units = {self.unit, other.unit}
        if len(units) == 1 or units == _BARE:
            return self.value == other.value
        return "share" in units and self.said != other.said and self.same(other)

    def excludes(self, other: Number) -> bool:
        """Say whether the other is another number, and counts what this one may count."""
        units = {self.unit, other.unit}
        return (len(units) == 1 or "" in units or units == _TIMES) and not self.same(other)


def numbers(tokens: Sequence[str]) -> list[Number]:
    """Return the numbers among the tokens of a sentence, in their order."""
    found: list[Number] = []
    end = 0
    for at in [at for at, token in enumerate(tokens) if token.lower() in _WORDS or _DIGIT.search(token)]:
        number = _number(tokens, at, end) if at >= end else None
        if number is not None:
            found.append(number)
            end = number.end
    for place in range(len(found) - 1):
        found[place : place + 2] = _range(tokens, *found[place : place + 2])
    return found


def _number(tokens: Sequence[str], at: int, free: int) -> Number | None:
    """Return the number that starts at a token; tokens before ``free`` belong to another one."""
    head, used = _head(tokens, at)
    if head is None:
        return None
    said, scale, end = _multiplied(tokens, at + used, head, in_words=_DIGIT.search(tokens[at]) is None)
    unit, taken = _unit(tokens, at, end, free)
    dimension, size = UNITS.get(unit, ("year" if _YEAR.fullmatch(tokens[at]) else "", 1))
    return Number(said, dimension, size, scale, " ".join(tokens[at : end + taken]), at, end + taken)


def _head(tokens: Sequence[str], at: int) -> tuple[Value | None, int]:
    """Return the number at a token, without what multiplies it, and of how many tokens it is."""
    low = tokens[at].lower()
    after = [token.lower() for token in tokens[at + 1 : at + 3]]
    then = after[0] if after else ""
    if _DIGIT.search(low):
        value = _digits(low)
        part = _digits(then) if STROKE in then and STROKE not in low else None  # 2 1/2
        return (value, 1) if value is None or part is None else (value + part, 2)
    if low in ("a", "one") and then in MULTIPLIERS:
        return 1, 1
    if low == "half" and len(after) == 2 and then in ("a", "an") and after[1] in MULTIPLIERS:
        return NUMBERS[low], 2
    if low == "one" and then.removesuffix("s") not in UNITS:
        return None, 0  # "one can see"
    return NUMBERS.get(low, ORDINALS.get(low)), 1


def _digits(low: str) -> Value | None:
    """Return a number that is written by digits; None of one that is longer than any number."""
    bare = _ORDINAL.sub("", low).replace("\u2212", "-")
    if len(bare) > _LONGEST:
        return None
    if bare.isdigit():
        return int(bare)
    over, stroke, under = bare.partition(STROKE)
    if stroke:
        return Fraction(int(over), int(under)) if int(under) else None
    mantissa, _, exponent = bare.partition("e")
    if _GROUPED.fullmatch(mantissa):
        mantissa = mantissa.replace("," if "," in mantissa else ".", "")
    value = Fraction(_MARKS.sub("", mantissa).replace(",", ".")) * Fraction(10) ** int(exponent or 0)
    return value.numerator if value.denominator == 1 else value


def _multiplied(tokens: Sequence[str], at: int, head: Value, *, in_words: bool) -> tuple[Value, int, int]:
    """Return a number with the words after it, the scale that those give it, and where it ends.

    "two hundred and fifty thousand" is 250,000; its scale is 1, as no word of it scales all that came before.
    """
    total: Value = 0
    scale, added, multiplied = 1, False, False
    while at < len(tokens):
        low = tokens[at].lower()
        times = MULTIPLIERS.get(low)
        links = in_words and multiplied and low == "and" and at + 1 < len(tokens)
        more = COUNTING.get(tokens[at + 1].lower() if links else low, 0) if in_words else 0
        if times is not None:
            scale *= times
            total, head = (total, head * times) if times < 1000 else (total + head * times, 0)
        elif more and (multiplied or (more < 10 and head in _TENS)):
            head, added, at = head + more, True, at + links
        else:
            break
        at, multiplied = at + 1, times is not None
    return total + head, 1 if added else scale, at


def _unit(tokens: Sequence[str], at: int, end: int, free: int) -> tuple[str, int]:
    """Return the unit of a number, as the table has it, and how many tokens after the number it takes."""
    if at > free and tokens[at - 1] in UNITS:
        return tokens[at - 1], 0
    if end < len(tokens):
        article = tokens[at].lower() == "half" and tokens[end] in ("a", "an") and end + 1 < len(tokens)
        after = tokens[end + article].lower()
        for unit in (after, after.removesuffix("s"), "century" if after == "centuries" else after):
            if unit in UNITS:
                return unit, 1 + article
    return "", 0


def _range(tokens: Sequence[str], one: Number, other: Number) -> tuple[Number, Number]:
    """Return two numbers with the unit and the scale that stand at one of them alone: 5 to 10 days, $5-10 million."""
    between = tokens[one.end : other.start]
    if not between or between[0].lower() not in _ENDS or not _SIGNS.issuperset(between[1:]):
        return one, other
    if one.scale == 1 < other.scale and one.said * other.scale <= other.said:
        one = replace(one, said=one.said * other.scale)
    if one.unit in _BARE and other.unit not in _BARE:
        return replace(one, unit=other.unit, size=other.size), other
    if other.unit in _BARE and between[0] == "to" and one.start and tokens[one.start - 1] in _SIGNS:
        other = replace(other, unit=one.unit, size=one.size)
    return one, other
