"""The command to run after a check: its last line."""

from __future__ import annotations

import json
import shlex
from collections.abc import Sequence
from pathlib import Path

from curate.check.findings import Findings
from curate.core.command.words import path_word
from curate.core.read.source import is_utf8

SHOWN_FILES = 3
_COMMAS = {".csv": ",", ".tsv": "\t"}  # what divides the fields of tables that are no JSON


def next_command(findings: Findings, files: Sequence[str], flags: Sequence[str]) -> str:
    """Return the next command as a user would type it, with what it will do to the faulty rows.

    ``flags`` are what the user said of the files, as a curation takes it.
    """
    words = " ".join(map(path_word, files)) if len(files) <= SHOWN_FILES else "FILES"
    if odd := next((name for name in findings.layouts if not is_utf8(name)), None):
        return f"rename {path_word(odd)}, or its folder: no ledger can hold a name that is no UTF-8"
    if findings.rows == 0:
        return f"thresher check {words}  (there are no rows yet)"
    if findings.spoilt and (mending := _mending(findings, words, flags)):
        return mending
    notes = []
    if findings.faulty:
        rows = "row and explains it" if findings.faulty == 1 else "rows, explains each"
        notes.append(f"drops the {findings.faulty:,} faulty {rows}")
    elif findings.failed:
        notes.append("drops no row for these errors: mend them first")
    notes += [f"keeps none of {path_word(name)}" for name in list(findings.spoilt)[:SHOWN_FILES]]
    command = " ".join(["thresher curate", words, *map(shlex.quote, flags), "--out clean/"])
    return f"{command}  ({'; '.join(notes)})" if notes else command


def _mending(findings: Findings, words: str, flags: Sequence[str]) -> str | None:
    """Return what mends files of faulty rows alone: a map, or another format; None where other rows are left."""
    mapped = {name: ours for name, ours in findings.spoilt.items() if ours is not None}
    if mapped:
        wanted = next(iter(mapped.values()))
        named = [path_word(name) for name, ours in mapped.items() if ours == wanted]
        kept = [*_of_check(flags, wanted.partition("=")[2]), "--map", shlex.quote(wanted)]
        return f"{' '.join(['thresher check', *named[:SHOWN_FILES], *kept])}  (that is what its chats are called)"
    table = next((name for name in findings.spoilt if Path(name).suffix.lower() in _COMMAS), None)
    if table is not None:
        return _as_lines(table)
    if findings.faulty < findings.rows:
        return None
    return f"{' '.join(['thresher check', words, *_of_check(flags)])}  (once it is mended: every row is faulty)"


def _of_check(flags: Sequence[str], renamed: str | None = None) -> list[str]:
    """Return the flags as a check takes them, where a field is ``renamed`` without what was said of it."""
    kept = []
    for name, value in zip(flags[::2], flags[1::2], strict=True):
        if name == "--set":
            kept += ["--max-line-bytes", value.partition("=")[2]]
        elif renamed is None or (name != "--layout" and value.partition("=")[2] != renamed):
            kept += [name, shlex.quote(value)]
    return kept


def _as_lines(name: str) -> str:
    """Return a command that writes a table of CSV as JSON Lines, by Python's standard library alone."""
    divider = json.dumps(_COMMAS[Path(name).suffix.lower()])
    table = f'csv.DictReader(open({json.dumps(name)}, encoding="utf-8-sig", newline=""), delimiter={divider})'
    code = f"import csv, json; [print(json.dumps(row)) for row in {table}]"
    lines = Path(name).with_suffix(".jsonl")
    target = path_word(f"{name}.jsonl" if lines.exists() else lines)
    return f"python3 -c {shlex.quote(code)} > {target}  (CSV is not read: this writes it as JSON Lines)"
