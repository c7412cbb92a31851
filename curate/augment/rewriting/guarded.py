"""What in a text must stay as it is: code, JSON, addresses, placeholders, numbers. Spans, found by form alone."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator
from typing import Literal

Kind = Literal["code", "json", "urls", "placeholders", "numbers"]
Span = tuple[int, int]

_FORMS: dict[Kind, re.Pattern[str]] = {
    "code": re.compile(
        r"(?ms:^[ \t]*(?P<fence>```+|~~~+).*?(?:^[ \t]*(?P=fence)[`~]*[ \t]*$|\Z))"  # one never closed goes to the end
        r"|(?P<tick>`+)[^`](?s:.*?)(?P=tick)(?!`)"
        r"|(?m:^(?: {4}|\t).*$)"
        r"|\\\((?s:.*?)\\\)|\\\[(?s:.*?)\\\]|\$\$(?s:.*?)\$\$"
        r"|</?[A-Za-z][^<>\n]*>"
        r"|(?<!\S)--?[A-Za-z][\w-]*"  # a flag of a command
        r"|\w+(?:_|::|\(\))\w*|\b[a-z]+[A-Z]\w*"  # snake_case, a::b, f(), camelCase
    ),
    "urls": re.compile(
        r"\b[A-Za-z][A-Za-z0-9+.-]*://[^\s<>\"']+|\bwww\.[^\s<>\"']+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
        r"|(?<!\w)[~.]?(?:/[\w.-]+)+/?|\b[A-Za-z]:\\\S+|\b[\w-]+(?:\.[\w-]+)*\.[A-Za-z]{2,4}\b(?:/\S*)?"
    ),
    "placeholders": re.compile(
        r"\{\{[^{}\n]*\}\}|\$?\{[^{}\s]*\}|%\(\w+\)[sdif]|%[sdif]\b|\$\w+"
        r"|\[\w[^\[\]\n]{0,60}\](?!\()|<\w[\w .'-]*>|%\w+%|[@#]\w+"  # [noun], [your name], but no text of a link
    ),
    "numbers": re.compile(r"[^\W\d_]*[-+]?[$€£#]?\d[\w.,:/%+-]*\w%?|[^\W_]*\d\w*%?"),
}
_OPENS = re.compile(r"[{\[]")
_DECODER = json.JSONDecoder()


def guarded(text: str, touched: Collection[Kind] = ()) -> list[Span]:
    """Return the spans that must stay, in order and apart from each other; of the kinds that are ``touched``, none."""
    found: list[Span] = []
    for kind, form in _FORMS.items():
        if kind not in touched:
            found += [match.span() for match in form.finditer(text)]
    if "json" not in touched:
        found += _values(text)
    return list(_joined(sorted(found)))


def _values(text: str) -> Iterator[Span]:
    """Yield where objects and arrays of JSON stand."""
    at = 0
    while opening := _OPENS.search(text, at):
        at = opening.start()
        try:
            _, end = _DECODER.raw_decode(text, at)
        except (json.JSONDecodeError, RecursionError):
            at += 1
            continue
        yield at, end
        at = end


def _joined(spans: list[Span]) -> Iterator[Span]:
    held: Span | None = None
    for start, end in spans:
        if held is not None and start <= held[1]:
            held = (held[0], max(held[1], end))
            continue
        if held is not None:
            yield held
        held = (start, end)
    if held is not None:
        yield held
