"""JSON out of answers: the whole of it, strictly; or the one value that stands in it, by a fixed rule."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from typing import Any, Final

import orjson

from evalkit.metrics.structured.fence import fenced


class _Nothing:
    """Not JSON: a value of its own, for null is JSON."""


NOTHING: Final = _Nothing()
_OPENING = re.compile(r"[{\[]")
_PLACES = 100  # that are tried as the start of a value, so that a hostile answer cannot hold the run up
_LONG_NUMBER = re.compile(r"\d{17}")
_DECODER = json.JSONDecoder()


def whole(text: str) -> Any:
    """Return the value of a text that is RFC 8259 from end to end, white space around it aside; else ``NOTHING``.

    NaN, a lone surrogate, a number beyond a double, and nesting beyond 1,024 levels are no JSON here. An integer beyond
    64 bits comes out as a double; ``exact`` keeps it.
    """
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return NOTHING


def exact(text: str) -> Any:
    """Return what ``whole`` returns, with every digit of long numbers, for values to be compared."""
    value = whole(text)
    if value is NOTHING or _LONG_NUMBER.search(text) is None:
        return value
    try:
        return json.loads(text)
    except (ValueError, RecursionError):  # more than 4,300 digits, or nested too deep for this parser
        return value


def as_told(references: Sequence[str]) -> tuple[list[Any], Callable[[str], Any]]:
    """Return the values of references, those that are JSON, and what reads an answer to be compared with them.

    No reference is an empty list. An answer's long numbers are read to the last digit only where a reference has one to
    the last digit: what came as an object, and no text of JSON, has long numbers as doubles.
    """
    values = [value for one in references or ["[]"] if (value := exact(one)) is not NOTHING]
    long = any(_LONG_NUMBER.search(one) for one in references)
    return values, exact if long else whole


def extracted(text: str, read: Callable[[str], Any] = whole) -> Any:
    """Return the value that an answer holds, read by ``whole`` or ``exact``, or ``NOTHING``.

    The rule: the whole text if it is JSON; else the content of its first fenced block if that is JSON; else the first
    object or array in the text that is JSON, of at most 100 places where one could begin.
    """
    value = read(text)
    if value is not NOTHING:
        return value
    block = fenced(text)
    if block is not None and (value := read(block)) is not NOTHING:
        return value
    for tries, opening in enumerate(_OPENING.finditer(text)):
        if tries == _PLACES:
            break
        try:
            _, end = _DECODER.raw_decode(text, opening.start())
        except (ValueError, RecursionError):
            continue
        if (value := read(text[opening.start() : end])) is not NOTHING:
            return value
    return NOTHING
