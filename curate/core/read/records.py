"""A source as decoded records with the faults of reading: the one loop under check and curate."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches

from curate.core.read.decode import decode_lines
from curate.core.read.fault import Fault, shown
from curate.core.read.layouts import FIRST_ROWS, LAYOUTS, Layout, Record, detect, layout_of, renamed
from curate.core.read.lines import MAX_LINE_BYTES, READ_BYTES, Lines, Piece, pick, split
from curate.core.read.rows import Seen, read_rows
from curate.core.read.scanning import Clean, Scanner
from curate.core.read.source import Source
from curate.core.read.unmapped import Unmapped
from curate.core.read.wide import Wide, wide

WIDE_BLANK = 7  # bytes of a blank line in UTF-32: a carriage return, and halves of the line feeds about it
LAYOUT_FAULTS = frozenset({"unknown_layout", "mixed_layout", "missing_field"})


@dataclass(frozen=True)
class Batch:
    """Consecutive rows: their bytes, the record of each (None where blank or unreadable), their faults by index.

    Rows that a scanner cleared are in ``clean``, and in nothing else: they have no fault, and nothing decoded them.
    """

    lines: Lines
    layout: Layout | None
    records: list[Record | None]
    faults: dict[int, list[Fault]]
    fields: Mapping[str, str] = field(default_factory=dict)  # ours -> theirs, as in ``records``
    clean: Clean | None = None


def read_records(
    source: Source,
    seen: Seen,
    *,
    block_bytes: int = READ_BYTES,
    max_line_bytes: int = MAX_LINE_BYTES,
    hashing: bool = True,
    scanner: Scanner | None = None,
) -> Iterator[Batch]:
    """Yield a source's rows, decoded, each with what is wrong with it as JSON and as a row of its layout.

    Rows that the scanner clears are not decoded.

    Raises:
        InputError: the source cannot be opened, is a broken archive, or changed while it was read.
    """
    blocks = read_rows(source, seen, block_bytes=block_bytes, max_line_bytes=max_line_bytes, hashing=hashing)
    layout, blocks = _told(source, blocks)
    scan = scanner.scan if scanner is not None and not source.fields else None
    seen.unmapped = Unmapped(source.fields) if source.fields else None
    first = 1
    for block in blocks:
        scanned = scan(block.data, layout.name, block.limit) if scan and layout and isinstance(block, Piece) else None
        if scanned is not None and isinstance(block, Piece):
            lines = pick(block, first, scanned.doubtful)
            first += scanned.lines
            seen.rows += scanned.clean.rows
        else:
            lines = _lines(block, first)
            first += len(lines.rows)
            seen.by_value = lines.before is not None
        records, faults = _decode(lines, source)
        if 0 in faults and lines.number(0) == 1:
            seen.encoding = wide(lines.rows[0])
        if seen.encoding is not None:
            faults = _of_wide(lines, faults, seen.encoding)
        if seen.unmapped is not None:
            seen.unmapped.see(records, lines.rows)
        _fit(layout, records, faults)
        seen.rows += len(records) - records.count(None) + sum(records[index] is None for index in faults)
        yield Batch(lines, layout, records, faults, source.fields, scanned.clean if scanned else None)
    seen.blank = first - 1 - seen.rows


Rows = Lines | Piece


def _lines(rows: Rows, first: int) -> Lines:
    return split(rows, first) if isinstance(rows, Piece) else rows


def _decode(lines: Lines, source: Source) -> tuple[list[Record | None], dict[int, list[Fault]]]:
    records, faults = decode_lines(lines.rows)
    for index, size in lines.too_long.items():
        records[index] = None
        kept = len(lines.rows[index])
        faults[index] = [Fault("line_too_long", f"the line has {size:,} bytes; the limit is {kept:,}", column=kept + 1)]
    if lines.before is not None:
        for index, found in faults.items():
            faults[index] = [_in_file(fault, lines.before[index]) for fault in found]
    for index in lines.marked:
        if records[index] is not None or index in faults:
            faults.setdefault(index, []).append(
                Fault("byte_order_mark", "the line starts with a byte-order mark", column=1)
            )
    last = len(records) - 1
    if lines.unended and last in faults and faults[last][0].slug == "truncated_line":
        first = faults[last][0]
        faults[last][0] = first._replace(message=f"{first.message}; it is the file's last line and has no line end")
    if source.fields:
        records = [None if record is None else renamed(record, source.fields) for record in records]
    return records, faults


def _of_wide(lines: Lines, faults: dict[int, list[Fault]], encoding: Wide) -> dict[int, list[Fault]]:
    """Return the faults of a file in UTF-16 or UTF-32: a blank line has zeros there, and so has what ends the last."""
    said = Fault("utf16", encoding.message, column=1)
    told: dict[int, list[Fault]] = {}
    for index, found in faults.items():
        row = lines.rows[index]
        if found[0].slug == "line_too_long":
            told[index] = found
        elif len(row) > WIDE_BLANK or row.strip(b"\x00\r"):
            told[index] = [said]
    return told


def _in_file(fault: Fault, before: int | None) -> Fault:
    """Return a fault of an array's element with its column in the file's line."""
    at = None if fault.column is None or before is None else fault.column + before
    return fault._replace(column=at)


def _told(source: Source, blocks: Iterator[Rows]) -> tuple[Layout | None, Iterator[Rows]]:
    """Return the file's layout and its blocks, reading no further than its first rows to tell it."""
    if source.layout is not None:
        return LAYOUTS[source.layout], blocks
    held: list[Rows] = []
    first: list[Record] = []
    for block in blocks:
        held.append(block)
        lines = _lines(block, 1)
        for start in range(0, len(lines.rows), FIRST_ROWS):
            if len(first) < FIRST_ROWS:
                records, _ = _decode(_part(lines, start), source)
                first += [record for record in records if record is not None]
        if len(first) >= FIRST_ROWS:
            break

    def replayed() -> Iterator[Rows]:
        yield from held
        held.clear()
        yield from blocks

    return detect(first[:FIRST_ROWS]), replayed()


def _part(lines: Lines, start: int) -> Lines:
    """Return as many rows as tell a layout, for a look at their records alone."""
    rows = lines.rows[start : start + FIRST_ROWS]
    too_long = {index - start: size for index, size in lines.too_long.items() if 0 <= index - start < len(rows)}
    return Lines(lines.first + start, rows, too_long)


def _fit(layout: Layout | None, records: list[Record | None], faults: dict[int, list[Fault]]) -> None:
    """Add a fault for each record that is not of the file's layout."""
    if layout is None:
        for index, record in enumerate(records):
            if record is not None:
                message = f"no layout has the fields {shown(list(record), 120)}"
                faults.setdefault(index, []).append(Fault("unknown_layout", message))
        return
    fits, pair = layout.fits, LAYOUTS["preference"].fits
    is_pair = layout.name == "preference"
    for index, record in enumerate(records):
        if record is not None and (not fits(record) or (not is_pair and pair(record))):
            named = {name: "" if value is None else value for name, value in record.items()}
            if not fits(named) or (not is_pair and pair(record)):  # a null is no misfit: it is of the wrong type
                faults.setdefault(index, []).append(_misfit(layout, named))


def _misfit(layout: Layout, record: Record) -> Fault:
    other = layout_of(record)
    if other is not None:
        return Fault("mixed_layout", f"a row of layout {other.name} ({other.shape}) in a file of layout {layout.name}")
    missing = [name for name in sorted(layout.own) if not layout.fits(record) and layout.fits(record | {name: ""})]
    wanted = missing[0] if missing else layout.shape
    near = get_close_matches(wanted, list(record), n=1, cutoff=0.7)
    found = f"; it has {near[0]!r}" if near else f"; it has {shown(list(record), 100)}"
    return Fault("missing_field", f"no field {wanted!r}, which layout {layout.name} needs{found}")
