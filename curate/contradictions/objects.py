"""Two answers that are JSON objects, held together field by field: a value against another one."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

FREE = 3  # a text of more words is prose, and may be put in other words
_ABSENT = object()
_DIGITS = 40  # of an integer that is written out: 1e999999 is not


def objects(one: str, other: str) -> tuple[dict[str, Any], dict[str, Any]] | None:
    """Return both answers as JSON objects; None where one is something else."""
    if not (one.lstrip().startswith("{") and other.lstrip().startswith("{")):
        return None
    try:
        left, right = read(one), read(other)
    except (ValueError, RecursionError):
        return None
    return (left, right) if isinstance(left, dict) and isinstance(right, dict) else None


def equal(left: dict[str, Any], right: dict[str, Any]) -> bool:
    """Say whether two objects are the same, in whatever order and spelling."""
    return json.dumps(left, sort_keys=True) == json.dumps(right, sort_keys=True)


def read(text: str | bytes) -> Any:
    """Return the value of JSON; numbers that are equal are equal in it, and no others: 1.0 is 1, whatever their length.

    Raises:
        ValueError: it is no JSON.
        RecursionError: it is nested too deep.
    """
    return json.loads(text, parse_int=_number, parse_float=_number)


def _number(text: str) -> int | float | str:
    """Return a whole number, the double that is just that number, or its digits where there is none."""
    try:
        value = Decimal(text)
    except ArithmeticError:  # an exponent of twenty digits
        return text
    if not value:
        return 0
    sign, digits, exponent = value.as_tuple()
    written = "".join(map(str, digits)).lstrip("0")
    whole = written.rstrip("0")
    power = int(exponent) + len(written) - len(whole)
    if power >= 0 and len(whole) + power <= _DIGITS:
        return int(f"{'-' * sign}{whole}{'0' * power}")
    double = float(text)
    return double if Decimal(repr(double)) == value else f"{'-' * sign}{whole}e{power}"


def other_field(left: dict[str, Any], right: dict[str, Any], place: str = "") -> str:
    """Return the first field that both have with values that exclude each other: ``intent repair / intent advice``.

    Lists may be in another order, and texts of more than three words in other words: neither is told.
    """
    for key, value in left.items():
        new = right.get(key, _ABSENT)
        where = f"{place}{key}"
        if isinstance(value, dict) and isinstance(new, dict):
            found = other_field(value, new, f"{where}.")
            if found:
                return found
        elif new is not _ABSENT and _settled(value) and _settled(new) and _said(value) != _said(new):
            return f"{where} {_said(value)} / {where} {_said(new)}"
    return ""


def _settled(value: Any) -> bool:
    """Say whether a value is one that another excludes."""
    if isinstance(value, str):
        return len(value.split()) <= FREE
    return value is None or isinstance(value, bool | int | float)


def _said(value: Any) -> str:
    """Return a value without what does not count: case and white space of a text."""
    return " ".join(value.casefold().split()) if isinstance(value, str) else json.dumps(value)
