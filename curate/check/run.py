"""Check whole files: every row's faults, and the file's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from curate.check.codes import CODES, TEACHES_NOTHING
from curate.check.findings import Finding, Findings
from curate.check.judge import Judge, drops
from curate.check.profiles import Profile, check_file
from curate.core.read.fault import Fault, pointer
from curate.core.read.lines import BLOCK_BYTES, MAX_LINE_BYTES, Lines
from curate.core.read.records import LAYOUT_FAULTS, Batch, read_records
from curate.core.read.rows import Seen
from curate.core.read.source import Source


def check_sources(
    sources: Iterable[Source],
    judge: Judge,
    *,
    block_bytes: int = BLOCK_BYTES,
    max_line_bytes: int = MAX_LINE_BYTES,
) -> Findings:
    """Return everything that is wrong with the rows of the sources.

    A file of which no row fits a layout gets one fault, not one a row.

    Raises:
        InputError: a source cannot be opened, is a broken archive, or changed while it was read.
    """
    findings = Findings()
    for source in sources:
        seen = Seen()
        layout: str | None = None
        unknown = 0
        for batch in read_records(source, seen, block_bytes=block_bytes, max_line_bytes=max_line_bytes):
            layout = batch.layout.name if batch.layout else None
            for index, faults in row_faults(batch, judge):
                findings.faulty += any(_goes(fault.slug) for fault in faults)
                line, column = batch.lines.place(index)
                for fault in faults:
                    if fault.slug == "unknown_layout":
                        unknown += 1
                        if unknown > 1:
                            continue
                    found = _located(_placed(fault, column, batch.lines, index), source, line, judge.profile)
                    findings.faults.append(found)
        if unknown:
            _sum_up(findings, source.name, unknown)
        if seen.rows == 0:
            findings.faults.append(_located(Fault("empty_file", "the file holds no rows"), source, None, judge.profile))
        for fault in check_file(judge.profile, layout, seen.rows, seen.bytes):
            findings.faults.append(_located(fault, source, None, judge.profile))
        findings.rows += seen.rows
        findings.files += 1
        findings.layouts[source.name] = layout
    return findings


def _goes(slug: str) -> bool:
    """Say whether a curation of these files drops the row; it knows no answer schema unless a configuration has one."""
    blank = CODES[slug].severity == "error" and CODES[slug].code.startswith(TEACHES_NOTHING)
    return blank or (drops(slug) and slug not in ("answer_not_json", "answer_schema"))


def row_faults(batch: Batch, judge: Judge) -> Iterator[tuple[int, Sequence[Fault]]]:
    """Yield (index, faults) for every row of a batch that has faults, in order."""
    rows, known, layout = batch.lines.rows, batch.faults, batch.layout
    for index, record in enumerate(batch.records):
        found: Sequence[Fault] = known.get(index, ())
        if record is not None and layout is not None and not any(fault.slug in LAYOUT_FAULTS for fault in found):
            found = [*found, *judge.faults(record, layout, rows[index])]
        if found:
            yield index, found


def _placed(fault: Fault, start: int, lines: Lines, index: int) -> Fault:
    """Return the fault with its column in the file: rows of an array start anywhere in a line."""
    if lines.columns is None:
        return fault
    within = fault.column if fault.column is not None and index not in lines.joined else 1
    return fault._replace(column=start + within - 1)


def _located(fault: Fault, source: Source, line: int | None, profile: Profile) -> Finding:
    code = CODES[fault.slug]
    severity = "error" if fault.slug in profile.errors else code.severity
    return Finding(
        code.code,
        fault.slug,
        severity,
        source.name,
        line,
        fault.column,
        _as_in_file(fault, source.fields),
        fault.message,
        code.hint,
    )


def _as_in_file(fault: Fault, fields: Mapping[str, str]) -> str:
    """Return the pointer by the names that stand in the file, where the user mapped them to ours."""
    head, slash, rest = fault.pointer.removeprefix("/").partition("/")
    if head not in fields or fault.slug == "duplicate_key":  # a repeated key was found before names were mapped
        return fault.pointer
    return f"{pointer(fields[head])}{slash}{rest}"


def _sum_up(findings: Findings, file: str, rows: int) -> None:
    """Turn the first row's ``unknown_layout`` into the file's fault."""
    at = next(i for i, fault in enumerate(findings.faults) if fault.file == file and fault.slug == "unknown_layout")
    first = findings.faults[at]
    message = f"{first.message} ({rows:,} rows from line {first.line} on)"
    findings.faults[at] = replace(first, line=None, column=None, pointer="", message=message)
