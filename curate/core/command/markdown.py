"""Tables and texts of Markdown, for pages of the documentation and for what a command says in a comment."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from curate.core.run.fields import FieldRow  # pydantic comes with it

_DATA = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", "@": "&#64;", "\n": " ", "\r": " "}
    | {mark: f"\\{mark}" for mark in "\\`*_[]|~#!"}
)
_OURS = str.maketrans({mark: f"\\{mark}" for mark in "\\|<*_["})


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table; the cells are Markdown already."""
    lines = [list(head), ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def settings_table(settings: Iterable[FieldRow]) -> str:
    """Return the table of a model's settings: what each takes, and what it is where nothing is said."""
    rows = [[f"`{one.name}`", one.kind, f"`{one.shown}`", prose(one.description)] for one in settings]
    return table(["setting", "kind", "default", "what it says"], rows)


def cell(text: str) -> str:
    """Return a text of data as one line of Markdown that shows it: no markup, link, mention or entity is left in it."""
    return text.translate(_DATA).replace("://", "&#58;//").replace("www.", "www&#46;")


def prose(text: str) -> str:
    """Return a sentence of ours as Markdown: what stands in backticks is code, where only a bar needs an escape.

    For texts of data there is ``cell``: a backtick of theirs must not switch the escapes off.
    """
    parts = text.replace("``", "`").split("`")
    return "`".join(part.replace("|", "\\|") if at % 2 else part.translate(_OURS) for at, part in enumerate(parts))
