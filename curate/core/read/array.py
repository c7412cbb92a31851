"""A ``.json`` file to rows: the elements of an array, JSON Lines, or values one after another."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from itertools import islice

import orjson

from curate.core.read.lines import BOM, Lines

_TOKEN = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"|[\[\]{},]', re.DOTALL)
_SPACE = re.compile(
    rb'("[^"\\]*(?:\\.[^"\\]*)*")'  # a string: its white space stays
    rb'|(?<=[^\s,:{}\[\]"])([ \t\r\n])[ \t\r\n]*(?=[^\s,:{}\[\]"])'  # between two words, which must not become one
    rb"|[ \t\r\n]+",
    re.DOTALL,
)

_FIRST_LINES = 1_000  # objects in so many lines are a file of JSON Lines
_TWO = re.compile(rb"\}[ \t]*\{")  # two values in a line, or their look in a text


def is_array(data: bytes) -> bool:
    """Say whether a file's text starts as an array, its byte-order mark aside."""
    return data.removeprefix(BOM).lstrip(b" \t\r\n").startswith(b"[")


def is_spread(data: bytes) -> bool:
    """Say whether a file that is no array is to be read value by value: its lines are not its rows.

    So it is where one of the first lines is no object by itself, as of pretty-printed objects and of two in one line,
    and each value is one. Where neither lines nor values are all sound, that of which more bytes are is read, if the
    first value opens more brackets in its line than it closes; else lines are.
    """
    body = data.removeprefix(BOM)
    at = _first_unsound(body)
    if at is None:
        return False
    rest = body[at:]
    if all(_is_object(rest[start:end]) for start, end in _concatenated(rest)):
        return True
    if not _opens(body):
        return False
    lines = sum(len(line) for line in io.BytesIO(body) if line.startswith(b"{") and _is_object(line))
    values = (end - start for start, end in _concatenated(body) if _is_object(body[start:end]))
    return sum(values) >= lines


def _first_unsound(body: bytes) -> int | None:
    """Return where the first line starts that is no object by itself, nor blank; None where all are rows."""
    at = 0
    for line in islice(io.BytesIO(body), _FIRST_LINES):
        bare = line.strip(b" \t\r\n")
        plain = bare.startswith(b"{") and bare.endswith(b"}") and _TWO.search(bare) is None
        if bare and not plain and not _is_object(bare):
            return at
        at += len(line)
    return None


def _opens(body: bytes) -> bool:
    first = body.lstrip(b" \t\r\n").split(b"\n", 1)[0]
    depth = 0
    for token in _TOKEN.finditer(first):
        depth += {b"{": 1, b"[": 1, b"}": -1, b"]": -1}.get(token.group(), 0)
    return depth > 0 and first.startswith(b"{")


def _is_object(data: bytes) -> bool:
    try:
        return orjson.loads(data).__class__ is dict
    except orjson.JSONDecodeError:
        return False


def read_values(data: bytes, size: int) -> Iterator[Lines]:
    """Yield the elements of an array, or values one after another, about ``size`` bytes of them at a time.

    Row numbers are the ordinals of the elements, from 1; ``places`` has the physical line each starts on. The
    spans are found by brackets alone, so that a faulty element does not take its neighbours with it. White space
    between tokens goes where an element runs over several lines; every other byte stays. Columns are those of
    the file, and null for an element that runs over several lines.
    """
    spans = _elements(data) if is_array(data) else _concatenated(data)
    rows: list[bytes] = []
    places: list[int] = []
    before: list[int | None] = []
    held = 0
    first = line = 1
    seen = len(BOM) if data.startswith(BOM) else 0
    column = 0  # characters of the line before `seen`
    for start, end in spans:
        reached = start if start >= seen else len(data)  # an array that is never closed is told at the file's end
        breaks = data.count(b"\n", seen, reached)
        line += breaks
        since = data.rfind(b"\n", seen, reached) + 1 if breaks else seen
        column = len(data[since:reached].decode("utf-8", "replace")) + (0 if breaks else column)
        seen = reached
        value = data[start:end]
        rows.append(one_line(value))
        places.append(line)
        before.append(column if rows[-1] is value and seen == start else None)
        held += end - start
        if held >= size:
            yield Lines(first, rows, marked=_marked(data, first), places=places, before=before)
            first += len(rows)
            rows, places, before, held = [], [], [], 0
    if rows:
        yield Lines(first, rows, marked=_marked(data, first), places=places, before=before)


def _marked(data: bytes, first: int) -> tuple[int, ...]:
    return (0,) if first == 1 and data.startswith(BOM) else ()


def one_line(value: bytes) -> bytes:
    """Return a JSON value on one line: white space outside strings goes, if the value has line breaks."""
    if b"\n" not in value and b"\r" not in value:
        return value
    return _SPACE.sub(lambda match: match.group(1) or (b" " if match.group(2) else b""), value)


def _trimmed(data: bytes, start: int, end: int) -> tuple[int, int]:
    inner = data[start:end]
    return start + len(inner) - len(inner.lstrip(b" \t\r\n")), start + len(inner.rstrip(b" \t\r\n"))


def _elements(data: bytes) -> Iterator[tuple[int, int]]:
    """Yield the span of each element of the array; what follows its end, if anything, is one more.

    Where an element is missing (``[1,,2]``, ``[1,]``) the comma stands for it, where the closing bracket is missing
    the opening one does: each is then a faulty row.
    """
    opening = data.index(b"[")
    depth = 0
    start = opening + 1
    for token in _TOKEN.finditer(data, opening):
        text = token.group()
        if text in (b"[", b"{"):
            depth += 1
        elif text == b"}" and depth == 1:
            continue  # one too many: it stays with its element
        elif text in (b"]", b"}"):
            depth -= 1
            if depth == 0:
                yield from _element(data, start, token.start(), comma=start - 1 if start > opening + 1 else None)
                yield from _element(data, token.end(), len(data), comma=None)
                return
        elif text == b"," and depth == 1:
            yield from _element(data, start, token.start(), comma=token.start())
            start = token.end()
    yield from _element(data, start, len(data), comma=None)
    if depth == 1:
        yield opening, opening + 1


def _element(data: bytes, start: int, end: int, comma: int | None) -> Iterator[tuple[int, int]]:
    begin, end = _trimmed(data, start, end)
    if begin < end:
        yield begin, end
    elif comma is not None:
        yield comma, comma + 1


def _concatenated(data: bytes) -> Iterator[tuple[int, int]]:
    """Yield the span of each top-level value of a file that is no array."""
    depth = 0
    start = len(data) - len(data.removeprefix(BOM))
    for token in _TOKEN.finditer(data):
        text = token.group()
        if text in (b"[", b"{"):
            depth += 1
        elif text in (b"]", b"}"):
            depth -= 1
            if depth <= 0:
                yield _trimmed(data, start, token.end())
                start, depth = token.end(), 0
    begin, end = _trimmed(data, start, len(data))
    if begin < end:
        yield begin, end
