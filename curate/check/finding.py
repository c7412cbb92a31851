"""One fault at its place, with its code and hint."""

from __future__ import annotations

from typing import Any, NamedTuple

from curate.check.codes import Severity


class Finding(NamedTuple):
    """One fault at its place. ``line`` and ``column`` count from 1; a fault of the file as a whole has no line."""

    code: str
    slug: str
    severity: Severity
    file: str
    line: int | None
    column: int | None
    pointer: str
    message: str
    hint: str
    row: int | None = None  # its number, from 1, among the values of a .json file that is no JSON Lines

    def as_json(self) -> dict[str, Any]:
        """Return the fault as ``check --format json`` writes it."""
        names = ("code", "severity", "file", "line", "column", "pointer", "message", "hint")
        return {name: getattr(self, name) for name in names}
