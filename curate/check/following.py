"""The command to run after a check: its last line."""

from __future__ import annotations

from collections.abc import Sequence

from curate.check.findings import Findings
from curate.core.command.words import path_word
from curate.core.read.source import is_utf8

SHOWN_FILES = 3


def next_command(findings: Findings, files: Sequence[str], *, named: bool) -> str:
    """Return the next command as a user would type it, with what it will do to the faulty rows.

    ``named`` says that the user named a layout or fields, which a curation takes from its configuration only.
    """
    words = " ".join(map(path_word, files)) if len(files) <= SHOWN_FILES else "FILES"
    if odd := next((name for name in findings.layouts if not is_utf8(name)), None):
        return f"rename {path_word(odd)}, or its folder: no ledger can hold a name that is no UTF-8"
    if findings.rows == 0:
        return f"thresher check {words}  (there are no rows yet)"
    notes = ["layout and map go to [[input.files]]"] if named else []
    if findings.faulty:
        rows = "row and explains it" if findings.faulty == 1 else "rows, explains each"
        notes.append(f"drops the {findings.faulty:,} faulty {rows}")
    elif findings.failed:
        notes.append("drops no row for these errors: mend them first")
    command = f"thresher curate {'curate.toml' if named else words} --out clean/"
    return f"{command}  ({'; '.join(notes)})" if notes else command
