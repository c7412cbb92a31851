"""Lines as Python and YAML read them: without their comments, and those that only go on with what stands above them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_FENCE = re.compile(rb"```|~~~")
_PIECE = re.compile(
    rb"""
    \\. | (?P<three>'''|\"\"\") | '(?:[^'\\]|\\.)*' | "(?:[^"\\]|\\.)*"
    | (?P<comment>(?:^|(?<=[ \t:]))\#) | (?P<opens>[(\[{]) | (?P<closes>[)\]}])
    """,
    re.VERBOSE | re.DOTALL,
)
_CLOSED = {three: re.compile(rb"(?:[^\\]|\\.)*?" + three, re.DOTALL) for three in (b"'''", b'"""')}
_DASH = re.compile(rb"-[ \t]+")
_FIRST = re.compile(rb"[^ \t]*")


@dataclass
class _Open:
    """What the lines so far left open."""

    brackets: int = 0
    quote: bytes = b""
    joined: bool = False


@dataclass(frozen=True)
class Line:
    """A line that is not blank; ``curate/native/statements.h`` has the words."""

    width: int
    column: int
    colon: bool
    comment: bool
    statement: bool
    item: bool
    key: bool
    bare: bool


def lines(text: bytes) -> Iterator[Line]:
    """Return the lines of a text that are not blank."""
    left = _Open()
    for whole in text.split(b"\n"):
        said = whole.lstrip(b" \t").rstrip(b" \t\r")
        if said:
            yield _line(said, _width(whole), left)


def _line(said: bytes, width: int, left: _Open) -> Line:
    if _FENCE.match(said):
        left.brackets, left.quote, left.joined = 0, b"", False
    goes_on = left.brackets > 0 or left.quote != b"" or left.joined
    end = _code_end(said, left)
    left.joined = end == len(said) and said.endswith(b"\\") and not left.quote
    code = said[:end].rstrip(b" \t")
    statement = not goes_on and end > 0
    column, item, key, bare = _key(code, width) if statement else (width, False, False, False)
    colon = said.endswith(b":") or code.endswith(b":")
    return Line(width, column, colon, end == 0, statement, item, key, bare)


def _code_end(said: bytes, left: _Open) -> int:
    """Return where the comment of a line starts, or its end; note what the line opens and closes."""
    at = 0
    while at < len(said):
        if left.quote:
            closed = _CLOSED[left.quote].match(said, at)
            if closed is None:
                break
            left.quote, at = b"", closed.end()
            continue
        piece = _PIECE.search(said, at)
        if piece is None:
            break
        if piece["comment"] is not None:
            return piece.start()
        at = piece.end()
        left.quote = piece["three"] or b""
        left.brackets = max(0, left.brackets + (piece["opens"] is not None) - (piece["closes"] is not None))
    return len(said)


def _key(code: bytes, width: int) -> tuple[int, bool, bool, bool]:
    """Return the column of what an item holds, or the width; whether it is one, and a key, with nothing behind."""
    at, column = 0, width
    while dash := _DASH.match(code, at):
        column, at = _width(code[at + 1 : dash.end()], column + 1), dash.end()
    first = _FIRST.match(code, at)
    end = len(code) if first is None else first.end()
    key = code[:end].endswith(b":")
    return column, at > 0, key, key and end == len(code)


def _width(line: bytes, width: int = 0) -> int:
    """Return the width of the spaces and tabs in front of a line that starts in a column."""
    for byte in line:
        if byte not in b" \t":
            break
        width = width + 1 if byte == 0x20 else (width | 7) + 1
    return width
