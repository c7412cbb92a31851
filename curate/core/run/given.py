"""The paths that a call is given: an empty one is a variable that nobody set, and no file at all a list left empty."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from curate.core.run.errors import ConfigError, InputError

UNSET = "is a variable not set? The folder that you are in is '.'"


def place(given: str | Path, name: str) -> Path:
    """Return a path; ``name`` is what the call names it.

    Raises:
        ConfigError: it is empty, which Python takes for the current folder.
    """
    if given == "":
        raise ConfigError(f"{name} is an empty path", hint=UNSET)
    return Path(given)


def each(given: str | Path | Sequence[str | Path], name: str) -> tuple[str, ...]:
    """Return the names that are given, some or none: a text alone is one of them, not its letters.

    Raises:
        ConfigError: one of them is empty.
    """
    some = [given] if isinstance(given, str | Path) else list(given)
    if "" in some:
        raise ConfigError(f"{name} has an empty path, or is one", hint=UNSET)
    return tuple(map(str, some))


def require_some(named: Sequence[object]) -> None:
    """Refuse to look at nothing: no fault in no file would be a good answer to a question that was never asked.

    Raises:
        InputError: nothing is named.
    """
    if not named:
        raise InputError("no file is named", hint="name files, folders or patterns; is a list empty?")
