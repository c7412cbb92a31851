"""An index written: the rows that a run kept in segments of their own, and the names of the parts of earlier runs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from curate.dedupe.keys import near_keys
from curate.index.parquet.plain import Column, PlainFile
from curate.index.part import Part
from curate.index.prints import conversation_prints, question_prints, text_prints
from curate.index.rows.segment import SETS, SHORT, TOLD, by_value
from curate.index.scheme import COMPACT, EXACT, Scheme
from curate.native.arrow import binary
from curate.native.kernel import SLOTS
from curate.split.groups import group_values

U64 = npt.NDArray[np.uint64]

INDEX_VERSION = 2
_SEGMENT_ROWS, _SEGMENT_BYTES = 1 << 21, 1 << 30  # most rows of a segment, and bytes of its ids and sets
_ROWS_AT_ONCE = 1 << 15  # whose bytes are laid out
_HELD = (*SETS, "spaceless", *TOLD)  # what an exact index holds beside
_EMPTY: dict[str, Any] = {"sketch": b"\x00" * SLOTS} | {name: [] for name in SETS}


def placed(rows: pl.DataFrame, splits: npt.NDArray[np.uint8], starts: U64, sizes: U64, checks: U64) -> pl.DataFrame:
    """Return where kept rows lie, which have source, line and id; ``starts`` are bytes of the file of their split.

    ``checks`` are the digests of their lines.
    """
    return rows.select(
        pl.col("source").cast(pl.UInt32),
        pl.col("line").cast(pl.UInt64),
        pl.col("id"),
        pl.Series("split", splits),
        pl.Series("start", starts.astype(np.uint64)),
        pl.Series("size", sizes.astype(np.uint32)),
        pl.Series("check", checks),
    )


class IndexRows:
    """The rows of an index in the making, spilled part by part."""

    def __init__(self, scheme: Scheme, kind: str, group_by: Sequence[str], work: Path) -> None:
        self._scheme, self.kind, self._group_by = scheme, kind, tuple(group_by)
        self._work = work
        self._parts: list[Path] = []
        self.rows = 0

    def add(self, rows: pl.DataFrame, places: pl.DataFrame) -> None:
        """Sign some more kept rows of a block; ``places`` says where each lies."""
        if rows.is_empty():
            return
        part = places.hstack(self._signed(rows))
        self._work.mkdir(parents=True, exist_ok=True)
        path = self._work / f"{len(self._parts):06d}.arrow"
        part.rechunk().write_ipc(path)
        self._parts.append(path)
        self.rows += len(part)

    def _signed(self, rows: pl.DataFrame) -> list[pl.Series]:
        rule = self._scheme.normalise
        whole = conversation_prints(rows, rule)
        values = group_values(rows["raw"], self._group_by) if self._group_by else []
        asked = question_prints(rows, rule).filter("last")
        last = rows.select("row").join(asked, on="row", how="left", maintain_order="left")["key"].fill_null(0)
        columns = {"print0": whole.first, "print1": whole.second, "question": last.to_numpy()}
        for number in range(len(self._group_by)):
            columns[f"key_{number}"] = text_prints(pl.Series([own[number] for own in values], dtype=pl.String))
        keys = self._keys(rows)
        if not keys["row"].equals(rows["row"]):  # some have no word to compare
            keys = rows.select("row").join(keys, on="row", how="left", maintain_order="left")
            keys = keys.with_columns(
                pl.col(name).fill_null(pl.lit(_EMPTY.get(name, 0), dtype=kind)) for name, kind in keys.schema.items()
            )
        return [*(pl.Series(name, column) for name, column in columns.items()), *keys.drop("row")]

    def _keys(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Return row, bands, sketch, and in an exact index the sets, of the rows that have words."""
        keys = near_keys(rows, self._scheme.signing, self._scheme.compare)
        sketch = np.ascontiguousarray(keys["sketch"].to_numpy()).reshape(-1).view(np.uint8)
        ends = np.arange(0, SLOTS * len(keys) + 1, SLOTS, dtype=np.int64)
        keys = keys.with_columns(sketch=binary(sketch, ends))
        if self.kind == COMPACT:
            return keys.select("row", *self._bands, "sketch")
        return keys.select("row", *self._bands, "sketch", *_HELD)

    @property
    def _bands(self) -> list[str]:
        return [f"b{band}" for band in range(self._scheme.rule.bands[0])]

    @property
    def _found_by(self) -> list[str]:
        """Return the columns whose values are looked for."""
        keys = [f"key_{number}" for number in range(len(self._group_by))]
        return ["print0", "question", *keys]

    def write(self, path: Path, runs: Sequence[dict[str, Any]], parts: Sequence[Part] = ()) -> Part:
        """Write the index of some runs, the last of which these rows are of; return what it is as a part of another.

        The same rows give the same bytes.
        """
        segments, own = [], len(runs) - 1
        with PlainFile(path) as file:
            rows = pl.scan_ipc(self._parts, glob=False) if self._parts else pl.LazyFrame()
            start = 0
            for count in self._cut(rows):
                at = file.segment(count, self._columns(rows.slice(start, count), count))
                segments.append({"run": own, "rows": count, "at": at})
                start += count
            told = {
                "schema_version": INDEX_VERSION,
                "kind": self.kind,
                "scheme": self._scheme.as_json(self.kind),
                "group_by": list(self._group_by),
                "bands": len(self._bands),
                "runs": list(runs),
                "segments": segments,
                "parts": [part.as_json() for part in parts],
            }
            file.finish(self._schema(), told)
        return Part(path.name, file.sha256, file.bytes, self.rows, file.footer, ((own, own),))

    def _cut(self, rows: pl.LazyFrame) -> Iterator[int]:
        """Yield how many rows each segment has: a page of Parquet takes less than 2 GB."""
        sets = (pl.col(name).list.len().cast(pl.UInt64) * 8 for name in (SETS if self.kind == EXACT else ()))
        size = pl.sum_horizontal(pl.col("id").str.len_bytes().cast(pl.UInt64), *sets)
        sizes = rows.select(size).collect().to_series() if self.rows else pl.Series([], dtype=pl.UInt64)
        ends, start = np.cumsum(sizes.to_numpy()), 0
        while start < self.rows:
            before = int(ends[start - 1]) if start else 0
            end = min(int(np.searchsorted(ends, before + _SEGMENT_BYTES, side="right")), start + _SEGMENT_ROWS)
            yield max(end, start + 1) - start
            start = max(end, start + 1)

    def _schema(self) -> list[Column]:
        numbers = ("line", "start", "check", "print0", "print1", "question", *self._found_by[2:])
        sorted_ = [*(f"by_{name}" for name in self._found_by), *self._bands]
        columns = [Column(name, "u4") for name in SHORT[:3]] + [Column(name, "u8") for name in (*numbers, *sorted_)]
        columns += [Column("id_at", "u4"), Column("id", "text"), Column("sketch", "fixed", width=SLOTS)]
        if self.kind == EXACT:
            columns += [Column("spaceless", "u4"), *(Column(name, "u8") for name in TOLD)]
            columns += [Column("bands", "fixed", width=8 * len(self._bands))]
            for name in SETS:
                columns += [Column(f"{name}_at", "u4"), Column(name, "bytes")]
        return columns

    def _columns(self, rows: pl.LazyFrame, count: int) -> Iterator[Column]:
        """Yield the columns of a segment, one at a time in memory."""
        for column in self._schema():
            name = column.name
            if column.kind == "fixed":
                values = _fixed(rows, self._bands if name == "bands" else None)
                yield column._replace(size=column.width * count, values=values)
            elif column.kind in ("text", "bytes"):
                yield column._replace(size=int(_sizes(rows, name).sum()) + 4 * count, values=_sized(rows, name))
            else:
                yield column._replace(size=int(column.kind[1]) * count, values=[self._numbers(rows, name, column.kind)])

    def _numbers(self, rows: pl.LazyFrame, name: str, kind: str) -> bytes:
        if name.endswith("_at"):
            sizes = _sizes(rows, name.removesuffix("_at")) + np.uint64(4)
            starts: npt.NDArray[np.uint32] = (np.cumsum(sizes) - sizes).astype(np.uint32)
            return starts.tobytes()
        values = rows.select(name.removeprefix("by_")).collect().to_series()
        if name.startswith("by_") or name in self._bands:
            values = pl.Series(by_value(values.to_numpy()))
        numbers: npt.NDArray[Any] = values.to_numpy().astype(f"<{kind}")
        return numbers.tobytes()


def _sizes(rows: pl.LazyFrame, name: str) -> U64:
    """Return the bytes of each text or set."""
    size = pl.col(name).str.len_bytes() if name == "id" else pl.col(name).list.len() * 8
    return rows.select(size.cast(pl.UInt64)).collect().to_series().to_numpy()


def _sized(rows: pl.LazyFrame, name: str) -> Iterator[bytes]:
    """Yield texts or sets, each behind its size."""
    for some in rows.select(name).collect().iter_slices(_ROWS_AT_ONCE):
        column = some.to_series()
        if name == "id":
            values = [text.encode() for text in column.to_list()]
        else:
            values = [held.to_numpy().astype("<u8").tobytes() for held in column]
        yield b"".join(part for value in values for part in (len(value).to_bytes(4, "little"), value))


def _fixed(rows: pl.LazyFrame, bands: list[str] | None) -> Iterator[bytes]:
    """Yield sketches, or the keys of all bands of a row side by side."""
    for some in rows.select(bands or "sketch").collect().iter_slices(_ROWS_AT_ONCE):
        yield (
            b"".join(some.to_series().to_list()) if bands is None else some.to_numpy(order="c").astype("<u8").tobytes()
        )
