"""Errors that say the problem with its value, the place, and the next thing to do."""

from __future__ import annotations


class ThresherError(Exception):
    """Something that keeps a command from running: exit 2, unless a subclass says otherwise."""

    exit_code = 2

    def __init__(self, problem: str, *details: str, hint: str | None = None) -> None:
        super().__init__(problem)
        self.problem = problem
        self.details = details
        self.hint = hint

    def __str__(self) -> str:
        lines = [self.problem, *(f"  {detail}" for detail in self.details)]
        if self.hint:
            lines.append(f"  hint: {self.hint}")
        return "\n".join(lines)


class ConfigError(ThresherError):
    """The configuration, or a flag, is wrong."""


class InputError(ThresherError):
    """An input cannot be read at all, or changed while it was read."""


class OutputError(ThresherError):
    """The output folder cannot be used, or the disk is full."""


def nearest(word: str, known: list[str] | tuple[str, ...]) -> str:
    """Return ``; did you mean 'x'?`` for the nearest known word, or the list of all where none is near."""
    from difflib import get_close_matches  # noqa: PLC0415 - only a mistake pays for it

    near = get_close_matches(word, known, n=1, cutoff=0.6)
    return f"; did you mean {near[0]!r}?" if near else f"; there is {', '.join(sorted(known))}"
