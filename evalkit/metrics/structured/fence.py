"""The first fenced block of an answer."""

from __future__ import annotations

import re

_OPENING = re.compile(r"```[ \t]*+[\w+-]*+[ \t]*+\r?\n")  # never goes back: an answer may be nothing but space
_CLOSING = "```"


def fenced(text: str) -> str | None:
    """Return what stands in the first fenced block, without the line end before its closing fence; None: there is none.

    It takes time that grows with the text alone, however the text is made.
    """
    opening = _OPENING.search(text)
    if opening is None or (end := text.find(_CLOSING, opening.end())) < 0:
        return None
    return text[opening.end() : end].rstrip(" \t").removesuffix("\n").removesuffix("\r")
