"""What a check is: a question about an answer that code can decide, with what it has to know."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from typing import Any

Told = Mapping[str, Any]  # what a check has to know: {"num_words": 300, "relation": "at least"}
Check = Callable[[str, Told], bool]


class BadCheckError(ValueError):
    """A check that an item names cannot be made: its name or what it needs is missing or of the wrong kind.

    Whether it can is no matter of the answer: a check looks at all that it was told before it looks at the answer.
    """


def number_of(told: Told, name: str) -> int:
    """Return a whole number that a check was told."""
    value = told.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise BadCheckError(f"{name} is no number: {value!r}")
    return int(value)


def text_of(told: Told, name: str) -> str:
    """Return a text that a check was told."""
    value = told.get(name)
    if not isinstance(value, str):
        raise BadCheckError(f"{name} is no text: {value!r}")
    return value


def texts_of(told: Told, name: str) -> list[str]:
    """Return a list of texts that a check was told."""
    value = told.get(name)
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise BadCheckError(f"{name} is no list of texts: {value!r}")
    return value


def pattern(text: str, flags: re.RegexFlag = re.IGNORECASE) -> re.Pattern[str]:
    """Return a regular expression that a check was told."""
    try:
        return re.compile(text, flags)
    except (re.error, OverflowError, RecursionError) as error:
        raise BadCheckError(f"{text!r} is no pattern: {error}") from error


def compared(count: int, relation: str, wanted: int) -> bool:
    """Say whether a count is ``at least``, ``less than`` or ``exactly`` a number."""
    if relation == "exactly":
        return count == wanted
    if relation not in ("at least", "less than"):
        raise BadCheckError(f"relation is neither 'at least' nor 'less than': {relation!r}")
    return count >= wanted if relation == "at least" else count < wanted
