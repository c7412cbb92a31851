"""Tables of Markdown, for pages of the documentation that a command writes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table; the cells are Markdown already."""
    lines = [list(head), ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def cell(text: str) -> str:
    """Return a plain text as Markdown that shows it, code in double backticks included."""
    text = text.replace("``", "`")
    for mark in "|<*_[":
        text = text.replace(mark, f"\\{mark}")
    return text


def prose(text: str) -> str:
    """Return a sentence of ours as Markdown: ``cell``, but what stands in backticks is code, where only a bar needs it.

    For texts of data there is ``cell``: a backtick of theirs must not switch the escapes off.
    """
    parts = text.replace("``", "`").split("`")
    return "`".join(part.replace("|", "\\|") if at % 2 else cell(part) for at, part in enumerate(parts))
