"""Text on a terminal: colour only where it is wanted, and nothing from the data that can steer the terminal."""

from __future__ import annotations

import os
import re
import sys
import unicodedata
from collections.abc import Iterable, Sequence

from curate.core.run.aside import silence

_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_COMMAND = re.compile(r"^\s*::|##\[")  # to a runner of GitHub: at the start of a line; in the older way anywhere in it
_STYLES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "blue": "34", "cyan": "36"}


def inert(text: str, limit: int | None = None) -> str:
    """Return text from data for one line of a terminal: no control sequences, no bidi marks, cut at ``limit``."""
    flat = " ".join(text.split()) if limit is None else " ".join(text[: 4 * limit].split())
    clean = harmless(flat)
    return clean if limit is None or len(clean) <= limit else f"{clean[: limit - 1]}…"


def harmless(text: str) -> str:
    """Return the text with a � for each character that can steer a terminal; spaces stay as they are.

    On GitHub, where a line of output can be a command to the runner, none is left that a text of data may begin.
    """
    clean = text if text.isascii() and text.isprintable() else "".join(c if _printable(c) else "�" for c in text)
    return clean if _COMMAND.search(clean) is None or not on_github() else _COMMAND.sub(_apart, clean)


def _apart(command: re.Match[str]) -> str:
    return f"{command[0][:-1]} {command[0][-1]}"


def on_github() -> bool:
    """Say whether a runner of GitHub reads the output: a line may be a command to it there."""
    return os.environ.get("GITHUB_ACTIONS") == "true"


def _printable(char: str) -> bool:
    return char not in _BIDI and unicodedata.category(char) not in ("Cc", "Cs", "Co", "Cn")


def wants_colour() -> bool:
    """Say whether standard output should be coloured: a terminal, and no ``NO_COLOR``."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def styled(text: str, style: str, *, colour: bool | None = None) -> str:
    """Return the text in a colour, or bold or dim, where the output takes colour."""
    wanted = wants_colour() if colour is None else colour
    return f"\x1b[{_STYLES[style]}m{text}\x1b[0m" if wanted else text


def emit(text: str) -> None:
    """Print to standard output; a reader that went away (``| head``) ends the output, not the command.

    What the encoding of the output cannot say is written as an escape.
    """
    emit_pieces([text if text.endswith("\n") else text + "\n"])


def emit_pieces(pieces: Iterable[str]) -> None:
    """Print pieces that make one text as ``emit`` prints it; none is made after the reader went away."""
    try:
        for piece in pieces:
            try:
                sys.stdout.write(piece)
            except UnicodeEncodeError:
                coding = sys.stdout.encoding
                sys.stdout.write(piece.encode(coding, "backslashreplace").decode(coding))
        sys.stdout.flush()
    except BrokenPipeError:
        silence(sys.stdout.fileno())


def columns(rows: Iterable[Sequence[str]]) -> list[str]:
    """Return rows as lines, columns as wide as their cells; all but the first and the last are flush right."""
    lines = [list(row) for row in rows]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    last = len(widths) - 1
    return [
        "  ".join(
            cell.ljust(width) if place in (0, last) else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    ]
