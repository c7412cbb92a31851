"""Where a finding is, for people and for services that show files of a repository."""

from __future__ import annotations

from pathlib import Path

from curate.check.finding import Finding
from curate.core.command.terminal import inert


def place(fault: Finding) -> str:
    """Return ``file:line:column``, as far as it is known, for one line of a terminal or a log.

    In a .json array ``(row 2)`` follows: by its number a curation knows the row, not by its line.
    """
    at = ":".join(str(part) for part in (calm(fault.file), fault.line, fault.column) if part is not None)
    return at if fault.row is None else f"{at} (row {fault.row})"


def calm(text: str, limit: int | None = None) -> str:
    """Return text from data for one line of a log: inert, and no command to the runner of a workflow.

    GitHub obeys ``::name::`` at the start of a line and ``##[name]`` anywhere in it.
    """
    return inert(f"./{text}" if text.lstrip().startswith("::") else text, limit).replace("##[", "## [")


def in_tree(file: str) -> str:
    """Return the path relative to the working folder where it lies inside, as services know it; else as it is."""
    path, here = Path(file), Path.cwd()
    return path.relative_to(here).as_posix() if path.is_absolute() and path.is_relative_to(here) else file
