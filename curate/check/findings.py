"""What a check found: every fault with its file, line, column, code and hint, and the counts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from curate.check.faults import Faults
from curate.core.read.wide import Wide

SCHEMA_VERSION = 1


@dataclass
class Findings:
    """Everything a check found, in file and line order."""

    faults: Faults = field(default_factory=Faults)
    rows: int = 0
    blank: int = 0  # lines, which are no rows
    files: int = 0
    layouts: dict[str, str | None] = field(default_factory=dict)  # by file
    faulty: int = 0  # rows that a curation drops, because an error in them is a proof
    spoilt: dict[str, str | None] = field(default_factory=dict)  # files of faulty rows alone; the --map that mends one
    encodings: dict[str, Wide] = field(default_factory=dict)  # of files that are in another than UTF-8
    known: int | None = None  # faults left out, because a baseline has them; None: no baseline was given
    then: str = ""  # the command to run next

    def counts(self) -> dict[str, Any]:
        """Return rows, blank lines, errors, warnings and faults by code."""
        return {
            "rows": self.rows,
            "blank_lines": self.blank,
            "errors": self.faults.errors,
            "warnings": len(self.faults) - self.faults.errors,
            "by_code": dict(sorted(self.faults.by_code.items())),
        }

    @property
    def failed(self) -> bool:
        """Say whether there is an error: exit 1."""
        return self.faults.errors > 0
