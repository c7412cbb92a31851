"""Decoded rows to a block: one pass over the records, columns built once."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
import polars as pl

from curate.core.read.fault import Fault
from curate.core.read.layouts import Layout, Record
from curate.core.read.records import LAYOUT_FAULTS, Batch
from curate.core.record.block import BLOCK, LINE_BITS, MESSAGE
from curate.core.record.nest import nest

DIGEST_HEX = 16


class Judging(Protocol):
    """What a record's faults are; a judge of ``curate.check`` is one."""

    def faults(self, record: Record, layout: Layout, line: bytes) -> Sequence[Fault]:
        """Return the faults of a record that fits its layout."""
        ...


@dataclass
class _Columns:
    """The columns of a block in the making."""

    line: list[int] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    id: list[str | None] = field(default_factory=list)
    present: list[bool] = field(default_factory=list)
    counts: list[int] = field(default_factory=list)
    turns: list[tuple[Any, ...]] = field(default_factory=list)
    tools: list[bytes | None] = field(default_factory=list)
    rejected: list[str | None] = field(default_factory=list)
    label: list[str | None] = field(default_factory=list)
    reason: list[str | None] = field(default_factory=list)
    detail: list[str | None] = field(default_factory=list)
    warnings: list[list[str]] = field(default_factory=list)


def build_block(
    batch: Batch,
    source: int,
    judge: Judging,
    drops: Callable[[str], bool],
    warns: Callable[[str], bool],
    id_field: str = "id",
) -> pl.DataFrame:
    """Return the block of a batch: every row that is not blank, faulty ones marked.

    A fault that ``drops`` marks the row with its slug; the first wins. One that ``warns`` is noted. A row that was
    dropped here has no messages: later steps have nothing to look at.
    """
    columns = _Columns()
    for index, record in enumerate(batch.records):
        found: Sequence[Fault] = batch.faults.get(index, ())
        if record is None and not found:
            continue
        raw = batch.lines.rows[index]
        layout = batch.layout
        if record is not None and layout is not None and not any(fault.slug in LAYOUT_FAULTS for fault in found):
            judged = judge.faults(record, layout, raw)
            found = [*found, *judged] if judged else found
        columns.line.append(batch.lines.first + index)
        columns.raw.append(raw)
        own = record.get(id_field) if record is not None else None
        columns.id.append(own if own.__class__ is str else str(own) if own.__class__ is int else None)
        _mark(columns, found, drops, warns)
        _fill(columns, record, layout)
    return _frame(columns, source, batch.layout)


def _mark(
    columns: _Columns, found: Sequence[Fault], drops: Callable[[str], bool], warns: Callable[[str], bool]
) -> None:
    fatal = [fault for fault in found if drops(fault.slug)] if found else []
    columns.reason.append(fatal[0].slug if fatal else None)
    columns.detail.append("; ".join(_said(fault) for fault in fatal) if fatal else None)
    columns.warnings.append(list(dict.fromkeys(fault.slug for fault in found if warns(fault.slug))) if found else [])


def _said(fault: Fault) -> str:
    place = f" at {fault.pointer}" if fault.pointer else f" at column {fault.column}" if fault.column else ""
    return fault.message + place


def _fill(columns: _Columns, record: Record | None, layout: Layout | None) -> None:
    if record is None or layout is None or columns.reason[-1] is not None:
        columns.present.append(False)
        columns.counts.append(0)
        columns.tools.append(None)
        columns.rejected.append(None)
        columns.label.append(None)
        return
    draft = layout.read(record)
    columns.present.append(True)
    columns.counts.append(len(draft.messages))
    columns.turns += draft.messages
    columns.tools.append(draft.tools)
    columns.rejected.append(draft.rejected)
    columns.label.append(draft.label)


def _frame(columns: _Columns, source: int, layout: Layout | None) -> pl.DataFrame:
    digests = b"".join([hashlib.sha256(raw).digest()[: DIGEST_HEX // 2] for raw in columns.raw])
    digest = np.frombuffer(digests, dtype=">u8").astype(np.uint64)
    fields = MESSAGE.to_schema()
    turned = list(zip(*columns.turns, strict=True)) or [()] * len(fields)
    flat = pl.DataFrame(dict(zip(fields, turned, strict=True)), schema=fields)
    count = len(columns.line)
    line = np.array(columns.line, dtype=np.uint64)
    own_hex = [digests[i * 8 : i * 8 + 8].hex() if own is None else own for i, own in enumerate(columns.id)]
    return pl.DataFrame(
        {
            "row": np.uint64(source << LINE_BITS) | line,
            "source": np.full(count, source, dtype=np.uint32),
            "line": line,
            "id": own_hex,
            "digest": digest,
            "layout": pl.repeat(layout.name if layout else None, count, dtype=pl.String, eager=True),
            "raw": columns.raw,
            "messages": nest(flat, columns.counts, columns.present),
            "tools": columns.tools,
            "rejected": columns.rejected,
            "label": columns.label,
            "origin": pl.repeat("input", count, eager=True),
            "parents": pl.Series([[]] * count, dtype=pl.List(pl.UInt64)),
            "edited_by": pl.Series([[]] * count, dtype=pl.List(pl.String)),
            "reason": columns.reason,
            "detail": columns.detail,
            "matched": pl.repeat(None, count, dtype=pl.UInt64, eager=True),
            "similarity": pl.repeat(None, count, dtype=pl.Float64, eager=True),
            "warnings": columns.warnings,
        },
        schema=BLOCK,
    )
