"""New strings into the bytes of a record: key order, number spelling and every other byte stay as they came."""

from __future__ import annotations

import json
import re

from curate.core.read.layouts.layout import Path

_SPACE = re.compile(rb"[ \t\r\n]*")
_STRING = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)
_SCALAR = re.compile(rb"[^,\]}\s]+")


def splice(raw: bytes, edits: dict[Path, str]) -> bytes:
    """Return the JSON with the strings at some paths replaced; the bytes must be valid JSON and hold the paths.

    A line that is pure ASCII stays so; in others the new strings are written as UTF-8.

    Raises:
        KeyError: a path does not lead to a string.
    """
    spans = _spans(raw, set(edits))
    ascii_only = raw.isascii()
    out = raw
    for path, (start, end) in sorted(spans.items(), key=lambda item: -item[1][0]):
        out = out[:start] + json.dumps(edits[path], ensure_ascii=ascii_only).encode() + out[end:]
    missing = set(edits) - set(spans)
    if missing:
        raise KeyError(f"no string at {min(missing, key=str)}")
    return out


def _spans(raw: bytes, wanted: set[Path]) -> dict[Path, tuple[int, int]]:
    """Return where the strings at the wanted paths stand."""
    found: dict[Path, tuple[int, int]] = {}

    def skip(at: int) -> int:
        matched = _SPACE.match(raw, at)
        return matched.end() if matched else at

    def value(at: int, path: Path) -> int:
        at = skip(at)
        here = raw[at : at + 1]
        if here == b"{":
            return members(at + 1, path)
        if here == b"[":
            return elements(at + 1, path)
        matched = _STRING.match(raw, at) or _SCALAR.match(raw, at)
        if matched is None:
            raise ValueError(f"no JSON at byte {at}")
        if here == b'"' and path in wanted:
            found[path] = (at, matched.end())
        return matched.end()

    def members(at: int, path: Path) -> int:
        at = skip(at)
        while raw[at : at + 1] != b"}":
            name = _STRING.match(raw, skip(at))
            if name is None:
                raise ValueError(f"no key at byte {at}")
            at = value(skip(name.end()) + 1, (*path, json.loads(name.group())))
            at = skip(at)
            at = skip(at + 1) if raw[at : at + 1] == b"," else at
        return at + 1

    def elements(at: int, path: Path) -> int:
        at, index = skip(at), 0
        while raw[at : at + 1] != b"]":
            at = skip(value(at, (*path, index)))
            at = skip(at + 1) if raw[at : at + 1] == b"," else at
            index += 1
        return at + 1

    value(0, ())
    return found
