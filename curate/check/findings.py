"""What a check found: every fault with its file, line, column, code and hint, and the counts."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from curate.check.codes import Severity

SCHEMA_VERSION = 1


@dataclass(frozen=True)
class Finding:
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


@dataclass
class Findings:
    """Everything a check found, in file and line order."""

    faults: list[Finding] = field(default_factory=list)
    rows: int = 0
    blank: int = 0  # lines, which are no rows
    files: int = 0
    layouts: dict[str, str | None] = field(default_factory=dict)  # by file
    faulty: int = 0  # rows that a curation drops, because an error in them is a proof
    spoilt: dict[str, str | None] = field(default_factory=dict)  # files of faulty rows alone; the --map that mends one
    known: int | None = None  # faults left out, because a baseline has them; None: no baseline was given
    then: str = ""  # the command to run next

    def counts(self) -> dict[str, Any]:
        """Return rows, blank lines, errors, warnings and faults by code."""
        by_code = Counter(fault.code for fault in self.faults)
        errors = sum(fault.severity == "error" for fault in self.faults)
        return {
            "rows": self.rows,
            "blank_lines": self.blank,
            "errors": errors,
            "warnings": len(self.faults) - errors,
            "by_code": dict(sorted(by_code.items())),
        }

    @property
    def failed(self) -> bool:
        """Say whether there is an error: exit 1."""
        return any(fault.severity == "error" for fault in self.faults)
