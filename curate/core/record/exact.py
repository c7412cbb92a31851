"""JSON whose numbers keep their digits: a double holds 16 of them, and numbers of accounts have more."""

from __future__ import annotations

import json
import re
from typing import Any

import orjson

_LONG = re.compile(rb"[0-9][0-9.]{15}")  # what is shorter is an integer of 64 bits, or the same as a double
_LEAST, _MOST = -(1 << 63), (1 << 64) - 1
_DIGITS = 20  # of the integers between


class Spelled(float):
    """A number that is no double and no integer of 64 bits: the double next to it, with its spelling."""

    text: str


def has_long_numbers(data: bytes) -> bool:
    """Say whether JSON may have a number that a double would change."""
    return _LONG.search(data) is not None


def exactly(data: bytes) -> Any:
    """Return the value of JSON; numbers that would lose digits are ``Spelled``.

    Raises:
        orjson.JSONDecodeError: it is no JSON.
    """
    value = orjson.loads(data)
    if not has_long_numbers(data):
        return value
    try:
        return json.loads(data, parse_int=_integer, parse_float=_number)
    except RecursionError:  # orjson reads deeper
        return value


def written(value: Any, option: int = 0) -> bytes:
    """Return a value as orjson writes it, ``Spelled`` numbers as they are spelled.

    Raises:
        orjson.JSONEncodeError: it is nested too deep.
    """
    return orjson.dumps(value, default=_spelling, option=option)


def _spelling(value: Any) -> orjson.Fragment:
    if isinstance(value, Spelled):
        return orjson.Fragment(value.text)
    raise TypeError(f"{type(value).__name__} is no JSON")


def _integer(text: str) -> int | float:
    if len(text) <= _DIGITS and _LEAST <= int(text) <= _MOST:
        return int(text)
    return _number(text)


def _number(text: str) -> float:
    value = Spelled(text)
    value.text = text
    return value if _digits(text) != _digits(repr(float(value))) else float(value)


def _digits(text: str) -> str:
    """Return the digits of a number from the first to the last that is not 0: no double next to it has the same."""
    return text.lower().partition("e")[0].replace(".", "").strip("-0")
