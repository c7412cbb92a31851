"""Paths and rows as the words of a command that we print: it runs as it stands, whatever they are called."""

from __future__ import annotations

import shlex
from os import PathLike

from curate.core.command.terminal import harmless

_STDIN = "-"


def path_word(path: str | PathLike[str]) -> str:
    """Return a path as one word of a shell, which no command takes for an option."""
    text = harmless(str(path))
    return shlex.quote(f"./{text}" if text.startswith("-") and text != _STDIN else text)


def row_word(row: str) -> str:
    """Return ``FILE:LINE`` or an id as the last word of a command; it is a name that was noted, and stays as it is."""
    text = shlex.quote(harmless(row))
    return f"-- {text}" if row.startswith("-") else text
