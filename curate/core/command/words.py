"""Paths and rows as the words of a command that we print: it runs as it stands, whatever they are called."""

from __future__ import annotations

import shlex
from os import PathLike

from curate.core.command.terminal import harmless

_STDIN = "-"


def path_word(path: str | PathLike[str]) -> str:
    """Return a path as one word of a shell, which no command takes for an option."""
    text = str(path)
    return _quoted(f"./{text}" if text.startswith("-") and text != _STDIN else text)


def row_word(row: str) -> str:
    """Return ``FILE:LINE`` or an id as the last word of a command; it is a name that was noted, and stays as it is."""
    return f"-- {_quoted(row)}" if row.startswith("-") else _quoted(row)


def _quoted(text: str) -> str:
    """Return a word of a shell; characters that steer a terminal are written as the escapes of ``$'...'``."""
    if harmless(text) == text:
        return shlex.quote(text)
    return "$'" + "".join(_escaped(character) for character in text) + "'"


def _escaped(character: str) -> str:
    if character in "\\'":
        return f"\\{character}"
    if harmless(character) == character:
        return character
    return "".join(f"\\{byte:03o}" for byte in character.encode("utf-8", "surrogateescape"))
