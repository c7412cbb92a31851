"""The command to run after a check: its last line."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from curate.check.findings import Findings
from curate.core.command.words import path_word
from curate.core.read.source import is_utf8

SHOWN_FILES = 3


def next_command(findings: Findings, files: Sequence[str], flags: Sequence[str]) -> str:
    """Return the next command as a user would type it, with what it will do to the faulty rows.

    ``flags`` are what the user said of the files, as a curation takes it.
    """
    words = " ".join(map(path_word, files)) if len(files) <= SHOWN_FILES else "FILES"
    if odd := next((name for name in findings.layouts if not is_utf8(name)), None):
        return f"rename {path_word(odd)}, or its folder: no ledger can hold a name that is no UTF-8"
    if findings.rows == 0:
        return f"thresher check {words}  (there are no rows yet)"
    notes = []
    if findings.faulty:
        rows = "row and explains it" if findings.faulty == 1 else "rows, explains each"
        notes.append(f"drops the {findings.faulty:,} faulty {rows}")
    elif findings.failed:
        notes.append("drops no row for these errors: mend them first")
    command = " ".join(["thresher curate", words, *map(shlex.quote, flags), "--out clean/"])
    return f"{command}  ({'; '.join(notes)})" if notes else command
