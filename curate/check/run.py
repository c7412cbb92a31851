"""Check whole files: every row's faults, and the file's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from curate.check.codes import CODES
from curate.check.converting import as_utf8
from curate.check.finding import Finding
from curate.check.findings import Findings
from curate.check.judge import Judge, goes
from curate.check.misnamed import other_name
from curate.check.profiles import Profile, check_file
from curate.core.command.figures import many
from curate.core.read.fault import Fault, theirs
from curate.core.read.lines import MAX_LINE_BYTES, READ_BYTES
from curate.core.read.records import LAYOUT_FAULTS, Batch, read_records
from curate.core.read.rows import Seen
from curate.core.read.source import Source
from curate.native.scanner import native_sieve


def check_sources(
    sources: Iterable[Source],
    judge: Judge,
    *,
    block_bytes: int = READ_BYTES,
    max_line_bytes: int = MAX_LINE_BYTES,
) -> Findings:
    """Return everything that is wrong with the rows of the sources.

    A file of which no row fits a layout, or in another encoding than UTF-8, gets one fault, not one a row.

    Raises:
        InputError: a source cannot be opened, is a broken archive, or changed while it was read.
    """
    findings = Findings()
    scanner = native_sieve() if judge.is_bare else None
    for source in sources:
        seen = Seen()
        layout: str | None = None
        unknown = faulty = wide = 0
        first_unknown: Finding | None = None
        named: Counter[str] = Counter()
        batches = read_records(
            source, seen, block_bytes=block_bytes, max_line_bytes=max_line_bytes, hashing=False, scanner=scanner
        )
        for batch in batches:
            layout = batch.layout.name if batch.layout else None
            for index, faults in row_faults(batch, judge):
                if any(goes(fault.slug) for fault in faults):
                    faulty += 1
                    named.update(_map_for(batch, index))
                line = batch.lines.places[index] if batch.lines.places else batch.lines.number(index)
                for fault in faults:
                    found = _located(_placed(fault, batch, index), source.name, line, judge.profile)
                    if fault.slug == "unknown_layout":
                        unknown += 1
                        first_unknown = first_unknown or found
                        continue
                    if fault.slug == "utf16" and seen.encoding is not None:
                        wide += 1
                        if wide > 1:
                            continue
                        found = found._replace(hint=f"convert the file: {as_utf8(source.name, seen.encoding)}")
                    row = batch.lines.number(index) if batch.lines.before else None
                    findings.faults.append(found if row is None else found._replace(row=row))
        if first_unknown is not None:
            findings.faults.append(_of_the_file(first_unknown, unknown))
        if seen.rows == 0:
            none = Fault("empty_file", "the file holds no rows")
            findings.faults.append(_located(none, source.name, None, judge.profile))
        for told in seen.unmapped.told() if seen.unmapped is not None else ():
            findings.faults.append(_located(Fault("unmapped_field", told), source.name, None, judge.profile))
        for fault in check_file(judge.profile, layout, seen.rows, seen.bytes):
            findings.faults.append(_located(fault, source.name, None, judge.profile))
        if faulty and faulty == seen.rows:
            findings.spoilt[source.name] = next((name for name, rows in named.items() if 2 * rows > faulty), None)
        if seen.encoding is not None:
            findings.encodings[source.name] = seen.encoding
        findings.faulty += faulty
        findings.rows += seen.rows
        findings.blank += seen.blank
        findings.files += 1
        findings.layouts[source.name] = layout
    return findings


def _map_for(batch: Batch, index: int) -> list[str]:
    """Return the ``--map`` that would name the chat of a row rightly, if one would."""
    record = batch.records[index]
    other = None if record is None else other_name(record, batch.layout.name if batch.layout else None)
    return [] if other is None else [f"{other[0]}={batch.fields.get(other[1], other[1])}"]


def row_faults(batch: Batch, judge: Judge) -> Iterator[tuple[int, Sequence[Fault]]]:
    """Yield (index, faults) for every row of a batch that has faults, in order."""
    rows, known, layout = batch.lines.rows, batch.faults, batch.layout
    for index, record in enumerate(batch.records):
        found: Sequence[Fault] = known.get(index, ())
        if record is not None and layout is not None and not any(fault.slug in LAYOUT_FAULTS for fault in found):
            judged = judge.faults(record, layout, rows[index])
            if judged:
                found = [*found, *(theirs(fault, batch.fields) for fault in judged)]
        if found:
            yield index, found


def _placed(fault: Fault, batch: Batch, index: int) -> Fault:
    """Return the fault of an array's element with the column where the element starts, if it has none of its own."""
    before = batch.lines.before[index] if batch.lines.before else None
    return fault if before is None or fault.column is not None else fault._replace(column=before + 1)


def _located(fault: Fault, file: str, line: int | None, profile: Profile) -> Finding:
    code = CODES[fault.slug]
    severity = "error" if fault.slug in profile.errors else code.severity
    return Finding(code.code, fault.slug, severity, file, line, fault.column, fault.pointer, fault.message, code.hint)


def _of_the_file(first: Finding, rows: int) -> Finding:
    """Return the first row's ``unknown_layout`` as the file's fault."""
    message = f"{first.message} ({many(rows, 'row')} from line {first.line} on)"
    return first._replace(line=None, column=None, pointer="", message=message)
