"""Checks of a short answer: a number, a word, a list, a letter, a text to the letter, a JSON value, a refusal."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

import orjson

from evalkit.metrics.behaviour.refusal import refuses
from evalkit.metrics.checks.check import BadCheckError, Check, Told, number_of, text_of, texts_of
from evalkit.metrics.structured.equal import equal
from evalkit.metrics.structured.json_schema import compiled_schema
from evalkit.metrics.structured.json_text import NOTHING, extracted
from evalkit.metrics.text.normalise import answer_is

_NUMBER = re.compile(
    r"(?:(?<![^\W_])(?<!\))[-−])?[$€£¥]?"  # behind a number it is a minus between two, and no sign
    r"(?:\d[\d,]*(?:\.\d+)?|(?<![\w).])\.\d+)(?:[eE][-+]?\d+(?!\w))?"
)
_SPELLING = str.maketrans("−", "-", ",$€£¥")
_LETTER = re.compile(r"(?<![^\s(*])([A-J])(?![^).:*,\s])")
_EDGES = " \t\n\r\v\f.,;:!?'\"`*_~|/\\()[]{}<>=&@^“”‘’"  # no sign that is part of an answer: -5, C++, 10%, $3, C#
_LEAD = re.compile(r"(?:[-+#]+\s+)*(?:\+(?=[\d.]))?")  # bullets, headings, rules; +5 is 5
_TRAIL = re.compile(r"\s[-+#]+$")  # a rule, a dash
_WRAPS = ("**", "`", "*", "_", '"', "'")


def number(answer: str, told: Told) -> bool:
    """Say whether the last number of the answer is the right one; thousands separators do not count."""
    wanted = _decimal(str(told.get("value")))
    if wanted is None:
        raise BadCheckError(f"value is no number: {told.get('value')!r}")
    found = (_decimal(match) for match in reversed(_NUMBER.findall(answer)))
    return next((one for one in found if one is not None), None) == wanted


def short(answer: str, told: Told) -> bool:
    """Say whether the answer is one of some texts: all of it, its last line, or what follows "the answer is".

    Letter case counts where ``case`` is true; what stands around a text (quotes, stars, brackets, a stop) never does,
    signs do: ``-5`` is not ``5``, ``C++`` not ``C``.
    """
    fold = str if told.get("case") else str.casefold
    wanted = {fold(_bare(one)) for one in texts_of(told, "values")}
    lines = answer.strip().splitlines() or [""]
    return any(fold(_bare(one)) in wanted for one in (answer, lines[-1], answer_is(answer) or ""))


def closing(answer: str, told: Told) -> bool:
    """Say whether the answer ends with one of some texts, behind "the answer is" or as its last line.

    Brackets count, so that ``)`` is no ``]``; letter case, a full stop, stars and quotation marks do not.
    """
    wanted = {_trim(one) for one in texts_of(told, "values")}
    lines = answer.strip().splitlines() or [""]
    return any(_trim(one) in wanted for one in (answer, lines[-1], answer_is(answer) or ""))


def mentions(answer: str, told: Told) -> bool:
    """Say whether one of some texts stands in the answer as words of its own, in any letter case."""
    return any(
        re.search(rf"(?<!\w){re.escape(one)}(?!\w)", answer, re.IGNORECASE) is not None
        for one in texts_of(told, "values")
    )


def letter(answer: str, told: Told) -> bool:
    """Say whether the answer names the letter of the right choice: after "answer is", else the first one."""
    wanted, among = text_of(told, "value"), told.get("among", "ABCD")
    if not isinstance(among, str | list):
        raise BadCheckError(f"among is no letters: {among!r}")
    texts = (answer_is(answer) or "", answer)
    found = [one for text in texts for one in _LETTER.findall(text) if one in among]  # "I think" is no choice of four
    return bool(found) and found[0] == wanted


def listed(answer: str, told: Told) -> bool:
    """Say whether the last line that is not empty has the right items in the right order, parted by commas.

    What leads to them ends with a colon, and items may have colons of their own: ``Sorted: 10:30, 11:45``.
    """
    wanted = [_bare(one) for one in texts_of(told, "values")]
    lines = [line for line in answer.splitlines() if line.strip(" `")]
    parts = 1 + sum(one.count(":") for one in wanted)
    items = ":".join((lines[-1] if lines else "").rsplit(":", parts)[-parts:])
    return [_bare(part) for part in items.split(",")] == wanted


def verbatim(answer: str, told: Told) -> bool:
    """Say whether the answer is a text to the letter; only space at its ends is left out."""
    return answer.strip() == text_of(told, "value").strip()


def json_value(answer: str, told: Told) -> bool:
    """Say whether the JSON in the answer is a value; the order of keys does not count, and 1.0 is 1."""
    if "value" not in told:
        raise BadCheckError("there is no value")
    value = extracted(answer)
    return value is not NOTHING and equal(value, told["value"])


def json_keeps(answer: str, told: Told) -> bool:
    """Say whether the JSON in the answer keeps a JSON Schema."""
    schema = orjson.dumps(told.get("schema"), option=orjson.OPT_SORT_KEYS).decode()
    checker = compiled_schema(schema, "auto", formats=None, registry=None)
    if isinstance(checker, str):
        raise BadCheckError(f"schema is no JSON Schema that can be used: {checker}")
    value = extracted(answer)
    return value is not NOTHING and bool(checker.is_valid(value))


def declines(answer: str, _: Told) -> bool:
    """Say whether the answer begins as a refusal does, by English phrases."""
    return refuses(answer)


def complies(answer: str, told: Told) -> bool:
    """Say whether the answer is no refusal and has enough letters to be an answer."""
    letters = number_of({"letters": 40, **told}, "letters")
    return not refuses(answer) and sum(char.isalpha() for char in answer) >= letters


def _bare(text: str) -> str:
    """Return a text without what stands around it; one that is nothing else stays."""
    bare = text.replace("−", "-").strip(_EDGES)
    bare = _TRAIL.sub("", _LEAD.sub("", bare, count=1)).strip(_EDGES)
    if bare.startswith("$") and bare.endswith("$"):  # a formula, and no price
        bare = bare.strip("$")
    return bare.strip(_EDGES) or _unwrapped(text.strip())


def _unwrapped(text: str) -> str:
    """Return a text that is punctuation alone without what it is quoted by, or printed bold with."""
    for wrap in _WRAPS:
        if text.startswith(wrap) and text.endswith(wrap) and len(text) > 2 * len(wrap):
            return _unwrapped(text[len(wrap) : -len(wrap)])
    return text


def _trim(text: str) -> str:
    return " ".join(text.casefold().strip(" \t\n*`\"'.").split())


def _decimal(text: str) -> Decimal | None:
    try:
        found = Decimal(text.translate(_SPELLING))
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


ANSWERS: dict[str, Check] = {
    "number": number,
    "short": short,
    "closing": closing,
    "mentions": mentions,
    "letter": letter,
    "list": listed,
    "verbatim": verbatim,
    "json_value": json_value,
    "json_schema": json_keeps,
    "declines": declines,
    "complies": complies,
}
