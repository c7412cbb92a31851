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
