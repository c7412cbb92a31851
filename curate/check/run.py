"""Check whole files: every row's faults, and the file's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from curate.check.codes import CODES
from curate.check.findings import Finding, Findings
from curate.check.judge import Judge
from curate.check.profiles import Profile, check_file
from curate.core.read.fault import Fault, theirs
from curate.core.read.lines import BLOCK_BYTES, MAX_LINE_BYTES
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
            for line, fault in batch_faults(batch, judge):
                if fault.slug == "unknown_layout":
                    unknown += 1
                    if unknown > 1:
                        continue
                findings.faults.append(_located(fault, source.name, line, judge.profile))
        if unknown:
            _sum_up(findings, source.name, unknown)
        if seen.rows == 0:
            findings.faults.append(
                _located(Fault("empty_file", "the file holds no rows"), source.name, None, judge.profile)
            )
        for fault in check_file(judge.profile, layout, seen.rows, seen.bytes):
            findings.faults.append(_located(fault, source.name, None, judge.profile))
        findings.rows += seen.rows
        findings.files += 1
        findings.layouts[source.name] = layout
    return findings


def batch_faults(batch: Batch, judge: Judge) -> Iterator[tuple[int, Fault]]:
    """Yield (line, fault) for every fault of a batch, in line order."""
    first, rows, known, layout = batch.lines.first, batch.lines.rows, batch.faults, batch.layout
    for index, record in enumerate(batch.records):
        found: Sequence[Fault] = known.get(index, ())
        if record is not None and layout is not None and not any(fault.slug in LAYOUT_FAULTS for fault in found):
            judged = judge.faults(record, layout, rows[index])
            found = [*found, *(theirs(fault, batch.fields) for fault in judged)]
        if found:
            line = batch.lines.places[index] if batch.lines.places else first + index
            for fault in found:
                yield line, fault


def _located(fault: Fault, file: str, line: int | None, profile: Profile) -> Finding:
    code = CODES[fault.slug]
    severity = "error" if fault.slug in profile.errors else code.severity
    return Finding(code.code, fault.slug, severity, file, line, fault.column, fault.pointer, fault.message, code.hint)


def _sum_up(findings: Findings, file: str, rows: int) -> None:
    """Turn the first row's ``unknown_layout`` into the file's fault."""
    at = next(i for i, fault in enumerate(findings.faults) if fault.file == file and fault.slug == "unknown_layout")
    first = findings.faults[at]
    message = f"{first.message} ({rows:,} rows from line {first.line} on)"
    findings.faults[at] = Finding(first.code, first.slug, first.severity, file, None, None, "", message, first.hint)
