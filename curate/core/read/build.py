"""Rows to a block: what a scanner cleared comes as columns; other records pass one by one, and are let go."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
import polars as pl

from curate.core.read.fault import Fault
from curate.core.read.layouts import Draft, Layout, Record, renamed
from curate.core.read.layouts.beside import Beside, beside
from curate.core.read.records import LAYOUT_FAULTS, Batch
from curate.core.read.scanning import Clean, Gatherer
from curate.core.record.block import BLOCK, LINE_BITS, MESSAGE
from curate.core.record.exact import exactly, has_long_numbers
from curate.core.record.nest import nest

DIGEST_HEX = 16
_SAID = ("tools", "rejected", "label", "media", "shown", "taught", "verdict")
RARE = (*_SAID, "parents", "edited_by", "reason", "detail", "matched", "similarity", "warnings")


class Judging(Protocol):
    """What a record's faults are; a judge of ``curate.check`` is one."""

    def faults(self, record: Record, layout: Layout, line: bytes) -> Sequence[Fault]:
        """Return the faults of a record that fits its layout."""
        ...


@dataclass
class _Columns:
    """The columns of a block in the making. Of those that hold a value now and then, the values by position."""

    line: list[int] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    id: list[str | None] = field(default_factory=list)
    counts: list[int] = field(default_factory=list)  # of turns; -1 where the row has no messages
    turns: list[tuple[Any, ...]] = field(default_factory=list)
    rare: dict[str, dict[int, Any]] = field(default_factory=lambda: {name: {} for name in RARE})


class Builder:
    """Gathers the rows of a source, batch by batch, into a block: every row that is not blank, faulty ones marked.

    A fault that ``drops`` marks the row with its slug; the first wins. One that ``warns`` is noted. A row that was
    dropped here has no messages: later steps have nothing to look at.
    """

    def __init__(
        self,
        source: int,
        judge: Judging,
        drops: Callable[[str], bool],
        warns: Callable[[str], bool],
        id_field: str = "id",
        gatherer: Gatherer | None = None,
    ) -> None:
        self._source, self._judge, self._drops, self._warns, self._id = source, judge, drops, warns, id_field
        self._gatherer = gatherer
        self._clean: list[tuple[int, Clean]] = []
        self._columns = _Columns()
        self._layout: Layout | None = None
        self.bytes = 0  # of the lines gathered

    @property
    def rows(self) -> int:
        """Return how many rows are gathered."""
        return len(self._columns.line) + sum(clean.rows for _, clean in self._clean)

    def add(self, batch: Batch) -> None:
        """Gather the rows of a batch; all batches are of one source."""
        columns, layout, number = self._columns, batch.layout, batch.lines.number
        self._layout = layout
        if batch.clean is not None and batch.clean.rows:
            self._clean.append((batch.lines.first, batch.clean))
            self.bytes += batch.clean.bytes
        for index, (record, raw) in enumerate(zip(batch.records, batch.lines.rows, strict=True)):
            found: Sequence[Fault] = batch.faults.get(index, ())
            if record is None and not found:
                continue
            if record is not None and layout is not None and not any(fault.slug in LAYOUT_FAULTS for fault in found):
                judged = self._judge.faults(record, layout, raw)
                found = [*found, *judged] if judged else found
            own = record.get(self._id) if record is not None else None
            columns.line.append(number(index))
            columns.raw.append(raw)
            columns.id.append(own if own.__class__ is str else str(own) if own.__class__ is int else None)
            self.bytes += len(raw)
            dropped = bool(found) and self._mark(found)
            if record is None or layout is None or dropped:
                columns.counts.append(-1)
            else:
                if b"_call" in raw and has_long_numbers(raw):  # another account is another call
                    record = renamed(exactly(raw), batch.fields)
                self._fill(layout.read(record), beside(record, layout.name))

    def block(self) -> pl.DataFrame:
        """Return the block of the rows gathered, and start anew."""
        columns, self._columns, self.bytes = self._columns, _Columns(), 0
        clean, self._clean = self._clean, []
        if self._gatherer is None or not clean:
            return _frame(columns, self._source, self._layout)
        cleared = _cleared(self._gatherer.frame(clean), self._source, self._layout)
        if not columns.line:
            return cleared
        return pl.concat([cleared, _frame(columns, self._source, self._layout)], rechunk=True).sort("row")

    def _mark(self, found: Sequence[Fault]) -> bool:
        """Note the faults of the row gathered last; say whether it is dropped."""
        at, rare = len(self._columns.line) - 1, self._columns.rare
        fatal = [fault for fault in found if self._drops(fault.slug)]
        if fatal:
            rare["reason"][at] = fatal[0].slug
            rare["detail"][at] = "; ".join(_said(fault) for fault in fatal)
        noted = list(dict.fromkeys(fault.slug for fault in found if self._warns(fault.slug)))
        if noted:
            rare["warnings"][at] = noted
        return bool(fatal)

    def _fill(self, draft: Draft, told: Beside) -> None:
        columns = self._columns
        columns.counts.append(len(draft.messages))
        columns.turns += draft.messages
        at = len(columns.line) - 1
        for name in ("tools", "rejected", "label"):
            value = getattr(draft, name)
            if value is not None:
                columns.rare[name][at] = value
        for name, value in told._asdict().items():
            if value is not None:
                columns.rare[name][at] = value


def _said(fault: Fault) -> str:
    place = f" at {fault.pointer}" if fault.pointer else f" at column {fault.column}" if fault.column else ""
    return fault.message + place


def _frame(columns: _Columns, source: int, layout: Layout | None) -> pl.DataFrame:
    digests = b"".join([hashlib.sha256(raw).digest()[: DIGEST_HEX // 2] for raw in columns.raw])
    digest = np.frombuffer(digests, dtype=">u8").astype(np.uint64)
    fields = MESSAGE.to_schema()
    turned = list(zip(*columns.turns, strict=True)) or [()] * len(fields)
    flat = pl.DataFrame([_series(name, values) for name, values in zip(fields, turned, strict=True)])
    count = len(columns.line)
    line = np.array(columns.line, dtype=np.uint64)
    counts = np.array(columns.counts, dtype=np.int64)
    own_hex = [digests[i * 8 : i * 8 + 8].hex() if own is None else own for i, own in enumerate(columns.id)]
    rare = {name: _sparse(name, count, values) for name, values in columns.rare.items()}
    return pl.DataFrame(
        {
            "row": np.uint64(source << LINE_BITS) | line,
            "source": np.full(count, source, dtype=np.uint32),
            "line": line,
            "id": own_hex,
            "digest": digest,
            "layout": pl.repeat(layout.name if layout else None, count, dtype=pl.String, eager=True),
            "raw": columns.raw,
            "messages": nest(flat, np.maximum(counts, 0), counts >= 0),
            "origin": pl.repeat("input", count, eager=True),
            **rare,
        },
        schema_overrides=BLOCK,
    ).select(BLOCK.names())


def _cleared(frame: pl.DataFrame, source: int, layout: Layout | None) -> pl.DataFrame:
    """Return the block of rows that a scanner cleared."""
    same = {"source": source, "layout": layout.name if layout else None, "origin": "input"}
    missing = [name for name in BLOCK if name != "row" and name not in frame.columns]
    return frame.select(
        (pl.col("line") | pl.lit(source << LINE_BITS, dtype=pl.UInt64)).alias("row"),
        *frame.columns,
        *(pl.lit(same.get(name, _none(name)), dtype=BLOCK[name]).alias(name) for name in missing),
    ).select(BLOCK.names())


def _series(name: str, values: Sequence[Any]) -> pl.Series:
    """Return a column of the turns, most cheaply where every value is null, as those of most fields of a turn are."""
    kind = MESSAGE.to_schema()[name]
    if values.count(None) == len(values):
        return pl.repeat(None, len(values), dtype=kind, eager=True).alias(name)
    return pl.Series(name, values, dtype=kind)


def _sparse(name: str, count: int, values: dict[int, Any]) -> pl.Series:
    """Return a column of some values by position; the others are null, or empty lists."""
    kind, none = BLOCK[name], _none(name)
    if values:
        return pl.Series([values.get(at, none) for at in range(count)], dtype=kind)
    return pl.select(pl.repeat(pl.lit(none, dtype=kind), count)).to_series()


def _none(name: str) -> Any:
    """Return what a column holds where there is no value: an empty list, or null."""
    return [] if isinstance(BLOCK[name], pl.List) else None
