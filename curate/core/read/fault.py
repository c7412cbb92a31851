"""A fault: what is wrong with one row, and where."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Fault(NamedTuple):
    """One thing that is wrong (or doubtful) in one row.

    ``slug`` is the fixed word, the reason in the ledger; its code, severity and hint stand in ``curate.check.codes``.
    """

    slug: str
    message: str  # the problem with its value
    pointer: str = ""  # JSON pointer (RFC 6901) to the place, empty for the row as a whole
    column: int | None = None  # from 1: characters, or bytes where the line is no UTF-8


def pointer(*path: str | int) -> str:
    """Return the JSON pointer of a path, escaped by RFC 6901."""
    return "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in path)


def theirs(fault: Fault, fields: Mapping[str, str]) -> Fault:
    """Return a fault whose pointer names the field as the file does, where the user has mapped it (ours to theirs)."""
    _, _, path = fault.pointer.partition("/")
    name, slash, rest = path.partition("/")
    return fault._replace(pointer=f"{pointer(fields[name])}{slash}{rest}") if name in fields else fault


def shown(value: object, limit: int = 60) -> str:
    """Return a value as it should stand in a message: short, on one line, in the words of JSON."""
    text = _told(value)
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def _told(value: object) -> str:
    if isinstance(value, dict):
        return f"{{{', '.join(f'{name!r}: {_told(one)}' for name, one in value.items())}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(_told, value))}]"
    if value is None:
        return "null"
    return str(value).lower() if isinstance(value, bool) else repr(value)
