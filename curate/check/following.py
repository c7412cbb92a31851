"""The command to run after a check: its last line."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from itertools import count, groupby
from pathlib import Path
from typing import NamedTuple

from curate.check.converting import as_lines, as_utf8, is_table
from curate.check.findings import Findings
from curate.check.judge import goes
from curate.core.command.words import path_word
from curate.core.read.expand import looked_through
from curate.core.read.source import is_utf8
from curate.core.write.manifest import manifest_of

SHOWN_FILES = 3


class Said(NamedTuple):
    """What the user said of the files: an option of the check, and how a curation is told the same, if it can be."""

    option: str
    value: str
    curation: tuple[str, str] | None = None


def next_command(findings: Findings, files: Sequence[str], said: Sequence[Said], read: Sequence[Path]) -> str:
    """Return the next command as a user would type it, with what it will do to the faulty rows.

    ``read`` are the files that it reads: they cannot lie in the folder that it writes.
    """
    words = " ".join(map(path_word, files)) if len(files) <= SHOWN_FILES else "FILES"
    if odd := next((name for name in findings.layouts if not is_utf8(name)), None):
        return f"rename {path_word(odd)}, or its folder: no ledger can hold a name that is no UTF-8"
    if findings.rows == 0:
        return f"thresher check {words}  (there are no rows yet)"
    if findings.spoilt and (mending := _mending(findings, words, said)):
        return mending
    notes = _fate(findings)
    notes += [f"keeps none of {path_word(name)}" for name in list(findings.spoilt)[:SHOWN_FILES]]
    told = [shlex.quote(word) for one in said if one.curation for word in one.curation]
    command = " ".join(["thresher curate", words, *told, f"--out {path_word(free_folder(read, files))}/"])
    return f"{command}  ({'; '.join(notes)})" if notes else command


def _fate(findings: Findings) -> list[str]:
    """Return which rows a curation drops, and how many errors it leaves: those of a profile, and those of a file."""
    left = 0
    for _, found in groupby(findings.faults, key=lambda fault: (fault.file, fault.line, fault.row)):
        faults = list(found)
        if not any(goes(fault.slug) for fault in faults):
            left += sum(fault.severity == "error" for fault in faults)
    if not findings.faulty:
        return ["drops no row for these errors: mend them first"] if left else []
    rows = "row and explains it" if findings.faulty == 1 else "rows, explains each"
    told = [f"drops the {findings.faulty:,} faulty {rows}"]
    if left:
        other = f"{left:,} errors: mend them first" if left > 1 else "error: mend it first"
        told.append(f"drops no row for the other {other}")
    return told


def free_folder(read: Sequence[Path], named: Sequence[str]) -> str:
    """Return a folder that a curation may write: one that is not there, is empty, or holds another curation.

    It lies in none that is looked through where ``named`` is named again: its rows would be read as data.
    """
    through = [folder for name in named if (folder := looked_through(name, Path())) is not None]
    above = Path()
    while any(folder in (place := above.resolve(), *place.parents) for folder in through if folder != folder.parent):
        above /= ".."
    for number in count(1):
        folder = above / ("clean" if number == 1 else f"clean{number}")
        if not folder.exists():
            break
        if folder.is_dir() and not any(one.resolve().is_relative_to(folder.resolve()) for one in read):
            manifest = manifest_of(folder)
            if not any(folder.iterdir()) or (manifest is not None and manifest.get("command") == "curate"):
                break
    return str(folder)


def _mending(findings: Findings, words: str, said: Sequence[Said]) -> str | None:
    """Return what mends files of faulty rows alone: a map, or another format; None where other rows are left."""
    mapped = {name: ours for name, ours in findings.spoilt.items() if ours is not None}
    if mapped:
        wanted = next(iter(mapped.values()))
        named = [path_word(name) for name, ours in mapped.items() if ours == wanted]
        kept = [*_of_check(said, wanted.partition("=")[2]), "--map", shlex.quote(wanted)]
        return f"{' '.join(['thresher check', *named[:SHOWN_FILES], *kept])}  (that is what its chats are called)"
    coded = next((name for name in findings.spoilt if name in findings.encodings), None)
    if coded is not None:
        return f"{as_utf8(coded, findings.encodings[coded])}  (only UTF-8 is read: this writes it so)"
    table = next(filter(is_table, findings.spoilt), None)
    if table is not None:
        return f"{as_lines(table)}  (CSV is not read: this writes it as JSON Lines)"
    if findings.faulty < findings.rows:
        return None
    return f"{' '.join(['thresher check', words, *_of_check(said)])}  (once it is mended: every row is faulty)"


def _of_check(said: Sequence[Said], renamed: str | None = None) -> list[str]:
    """Return what was said as a check takes it, where a field is ``renamed`` without what was said of it."""
    kept = []
    for option, value, _ in said:
        of_field = option == "--layout" or (option == "--map" and value.partition("=")[2] == renamed)
        if renamed is None or not of_field:
            kept += [option, shlex.quote(value)]
    return kept
