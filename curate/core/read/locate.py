"""Where exactly, and why, a line is no JSON: a strict scanner that runs on faulty lines only."""

from __future__ import annotations

import re

from curate.core.read.fault import Fault, shown
from curate.core.read.wide import wide

_SPACE = re.compile(rb"[ \t\r\n]*")
_STRING = re.compile(rb'"(?:[^"\\\x00-\x1f]++|\\["\\/bfnrt]|\\u[0-9a-fA-F]{4})*+')  # never turns back
_NUMBER = re.compile(rb"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_WORD = re.compile(rb"true|false|null")
_NOT_FINITE = re.compile(rb"[+-]?(?:NaN|nan|Infinity|inf)\b")
_FOREIGN = re.compile(rb"(?:None|True|False|undefined)\b")
_CUT = re.compile(
    rb"(?:-?(?:0|[1-9][0-9]*)(?:\.|(?:\.[0-9]+)?[eE][+-]?)|-|t(?:ru?)?|f(?:a(?:ls?)?)?|n(?:ul?)?)\Z"
)  # a number or a word that the end of the line cuts
_CUT_ESCAPE = re.compile(rb"\\(?:u[0-9a-fA-F]{0,3})?\Z")
_ESCAPE = re.compile(rb"\\(?:u([0-9a-fA-F]{4})|.)")
_DEPTH = 1024


class _Stop(Exception):  # noqa: N818 - carries the first fault out of the scanner; no error of a caller's
    def __init__(self, slug: str, message: str, at: int) -> None:
        self.slug, self.message, self.at = slug, message, at


def locate(line: bytes, said: str = "") -> Fault:
    """Return the first fault of a line that orjson refuses; ``said`` is orjson's own word, for what is left over."""
    if line.startswith((b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")) and (encoding := wide(line)):
        return Fault("utf16", encoding.message, column=1)
    pairs = line.count(b"\x00")
    if len(line) >= 8 and pairs * 3 >= len(line) and line.strip(b"\x00"):
        return Fault("utf16", "so many bytes are zero that the text looks like UTF-16 or UTF-32, not UTF-8", column=1)
    if pairs:
        at = line.index(b"\x00")
        return Fault("nul_byte", f"a NUL byte at byte {at + 1} ({pairs} in the line)", column=at + 1)
    try:
        line.decode("utf-8")
    except UnicodeDecodeError as error:
        value = line[error.start]
        return Fault(
            "invalid_utf8", f"byte 0x{value:02x} at byte {error.start + 1} is no UTF-8", column=error.start + 1
        )
    try:
        _scan(line)
    except _Stop as stop:
        return Fault(stop.slug, stop.message, column=_column(line, stop.at))
    return Fault("not_json", said or "not JSON")


def _column(line: bytes, at: int) -> int:
    return len(line[:at].decode("utf-8", "replace")) + 1


def _scan(line: bytes) -> None:
    """Walk the line with a stack of open brackets; raise at the first fault."""
    at = _skip(line, 0)
    open_brackets: list[bytes] = []
    at = _value(line, at, open_brackets)
    while open_brackets:
        at = _skip(line, at)
        closing = b"}" if open_brackets[-1] == b"{" else b"]"
        here = line[at : at + 1]
        if here == closing:
            open_brackets.pop()
            at += 1
        elif here == b",":
            after = _skip(line, at + 1)
            if line[after : after + 1] in (b"}", b"]"):
                raise _Stop("trailing_comma", "a comma before the closing bracket", at)
            at = _key(line, after) if closing == b"}" else after
            at = _value(line, at, open_brackets)
        else:
            raise _unexpected(line, at, f"',' or '{closing.decode()}'")
    rest = _skip(line, at)
    if rest == len(line):
        return
    apart = rest > at or line[at - 1 : at] in (b"}", b"]", b'"')  # 01 is one number, wrongly spelt
    word = apart and (_NUMBER.match(line, rest) or _WORD.match(line, rest))
    if word or line[rest : rest + 1] in (b"{", b"[", b'"'):
        raise _Stop("two_values", "a second value stands in the same line", rest)
    raise _Stop("not_json", f"{_excerpt(line, rest)} after the end of the value", rest)


def _skip(line: bytes, at: int) -> int:
    matched = _SPACE.match(line, at)
    return matched.end() if matched else at


def _value(line: bytes, at: int, open_brackets: list[bytes]) -> int:
    """Read one value, or the opening of one and the key of its first member; return where it ends."""
    while True:
        here = line[at : at + 1]
        if here not in (b"{", b"["):
            return _scalar(line, at)
        open_brackets.append(here)
        if len(open_brackets) > _DEPTH:
            raise _Stop("nesting_too_deep", f"nested more than {_DEPTH} levels deep", at)
        at = _skip(line, at + 1)
        closing = b"}" if here == b"{" else b"]"
        if line[at : at + 1] == closing:
            open_brackets.pop()
            return at + 1
        if here == b"{":
            at = _key(line, at)


def _key(line: bytes, at: int) -> int:
    """Read ``"key" :`` and return where its value starts."""
    at = _skip(line, at)
    if line[at : at + 1] != b'"':
        raise _unexpected(line, at, "a key in double quotes")
    at = _skip(line, _string(line, at))
    if line[at : at + 1] != b":":
        raise _unexpected(line, at, "':' after the key")
    return _skip(line, at + 1)


def _scalar(line: bytes, at: int) -> int:
    if line[at : at + 1] == b'"':
        return _string(line, at)
    if not_finite := _NOT_FINITE.match(line, at):
        raise _Stop("not_finite", f"{not_finite.group().decode()} is no JSON number", at)
    if word := _WORD.match(line, at):
        return word.end()
    if foreign := _FOREIGN.match(line, at):
        raise _Stop("not_json", f"{foreign.group().decode()} is no JSON: it is written null, true or false", at)
    if _CUT.match(line, at):
        raise _Stop("truncated_line", "the line ends inside a value", len(line))
    if number := _NUMBER.match(line, at):
        if abs(float(number.group())) == float("inf"):
            raise _Stop("number_overflow", f"{shown(number.group().decode())} is larger than a double can hold", at)
        return number.end()
    raise _unexpected(line, at, "a value")


def _string(line: bytes, at: int) -> int:
    """Read a string; return where it ends."""
    matched = _STRING.match(line, at)
    end = matched.end() if matched else at + 1
    if end >= len(line):
        raise _Stop("truncated_line", "the line ends inside a string", len(line))
    if line[end] < 0x20:
        raise _Stop("not_json", f"an unescaped control character (0x{line[end]:02x}) in a string", end)
    if line[end : end + 1] == b"\\":
        if _CUT_ESCAPE.match(line, end):
            raise _Stop("truncated_line", "the line ends inside a string", len(line))
        escape = _excerpt(line, end, 6 if line[end + 1 : end + 2] == b"u" else 2)
        raise _Stop("not_json", f"{escape} is no JSON escape", end)
    _surrogates(line, at, end)
    return end + 1


def _surrogates(line: bytes, at: int, end: int) -> None:
    """Raise where a surrogate stands without its other half."""
    high: int | None = None
    for escape in _ESCAPE.finditer(line, at, end):
        unit = int(escape.group(1), 16) if escape.group(1) else 0
        low = 0xDC00 <= unit <= 0xDFFF
        if high is not None and not (low and escape.start() == high + 6):
            break
        if low and high is None:
            high = escape.start()
            break
        high = escape.start() if 0xD800 <= unit <= 0xDBFF else None
    if high is not None:
        raise _Stop("lone_surrogate", f"{line[high : high + 6].decode()} is half of a surrogate pair", high)


def _unexpected(line: bytes, at: int, wanted: str) -> _Stop:
    if at >= len(line):
        return _Stop("truncated_line", f"the line ends where {wanted} is expected", len(line))
    if line[at : at + 1] == b"'":
        return _Stop("not_json", "a string in single quotes", at)
    if line[at : at + 1] in (b"}", b"]") and wanted != "a value":
        return _Stop("not_json", f"{line[at : at + 1].decode()!r} where {wanted} is expected", at)
    return _Stop("not_json", f"{_excerpt(line, at)} where {wanted} is expected", at)


def _excerpt(line: bytes, at: int, length: int = 20) -> str:
    return shown(line[at : at + 4 * length].decode("utf-8", "replace")[:length])
