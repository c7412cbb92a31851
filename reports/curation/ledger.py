"""Rows of the ledger that a page can hold: what was dropped or warned of before all, and some of what was kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import orjson
import polars as pl

from reports.curation.read import Run
from reports.curation.whole import LARGEST, LEDGER
from reports.numbers import count, plural
from reports.table.table import Column, Detail, Table

DROPPED = "dropped.jsonl"
MOST, PLAIN = (
    2_000,
    500,
)  # rows of the table, and of those at least how many of nothing special, where there are so many
TEXT, NAME = 2_000, 200  # characters of a text, and of an id
_SPECIAL = pl.col("reason").is_not_null() | (pl.col("warnings").list.len() > 0)
_MARKS = ("decision", "reason", "warnings", "split")


def ledger_table(key: str, run: Run, names: Mapping[str, str], *, texts: bool) -> Table | None:
    """Return the table of a run's rows; None where its folder has no ledger, or an empty one."""
    path = run.folder.path / LEDGER
    if LEDGER in run.missing or all(output.path != LEDGER for output in run.manifest.outputs):
        return None
    marks = pl.read_parquet(path, glob=False, columns=list(_MARKS)).with_row_index("at")
    if marks.is_empty():
        return None
    chosen = _chosen(marks)
    rows = pl.scan_parquet(path, glob=False).with_row_index("at").filter(pl.col("at").is_in(chosen.implode())).collect()
    said = _texts(run, marks, rows) if texts else {}
    frame = _framed(rows, names).with_columns(
        text=rows["at"].replace_strict(said, default=None, return_dtype=pl.String)
    )
    columns = [column for column in _columns(run, texts=texts) if column.name not in _optional(frame)]
    details = (Detail("text", "The row"),) if said else ()
    frame = frame.sort(~pl.col("special"), "at").select(*(column.name for column in columns), "special", "text")
    caption = f"{plural(len(frame), 'row')} of {len(marks):,}"
    return Table(
        f"{key}-ledger",
        caption,
        tuple(columns),
        frame,
        details,
        key="place",
        first="special",
        strata=tuple(name for name in ("reason", "split") if name in frame.columns),
        noun=("row", "rows"),
        firsts="dropped or marked rows",
        about=_told(marks, rows),
        whole=len(marks),
    )


def _chosen(marks: pl.DataFrame) -> pl.Series:
    """Return which rows are told: all that are special where there is room, else some of each word, evenly."""
    word = pl.coalesce("reason", pl.col("warnings").list.first())
    told = marks.select("at", word=word)
    special, rest = told.filter(pl.col("word").is_not_null()), told.filter(pl.col("word").is_null())
    room = max(MOST - min(len(rest), PLAIN), MOST - len(rest))
    if len(special) > room:
        each = max(1, room // special["word"].n_unique())
        turn = pl.int_range(pl.len()).over("word")
        apart = (pl.len().over("word") // each).clip(1)
        special = special.filter((turn % apart == 0) & (turn // apart < each))
    left = MOST - len(special)
    plain = rest.gather_every(max(1, -(-len(rest) // left))).head(left) if left > 0 else rest.clear()
    return pl.concat([special["at"], plain["at"]]).sort()


def _told(marks: pl.DataFrame, rows: pl.DataFrame) -> str:
    """Return which rows of the ledger the table has, in numbers."""
    if len(rows) == len(marks):
        return "Every row of the ledger."
    parts, word = [], "rows"
    for decision in ("dropped", "kept"):
        here, there = (int((frame["decision"] == decision).sum()) for frame in (rows, marks))
        if there:
            parts.append(f"{'all ' if here == there else f'{count(here)} of '}{count(there)} {decision} {word}")
            word = "ones"
    marked, known = (frame.filter(_SPECIAL).height for frame in (rows, marks))
    which = "every row that was dropped or marked" if marked == known else "some of each reason and of each warning"
    others = "all others" if len(rows) - marked == len(marks) - known else "an even sample of the others"
    told = f"{' and '.join(parts)}: {which}, and {others}. The whole ledger is in ledger.parquet."
    return told[0].upper() + told[1:]


def _framed(rows: pl.DataFrame, names: Mapping[str, str]) -> pl.DataFrame:
    source = pl.col("source").replace(dict(names))
    line = pl.col("line").cast(pl.String)
    return rows.select(
        "at",
        place=line if len(names) == 1 else pl.concat_str(source, pl.lit(":"), line),
        id=_name(pl.col("id")),
        decision="decision",
        step="step",
        reason="reason",
        warning=pl.when(pl.col("warnings").list.len() > 0).then("warnings"),
        split="split",
        origin="origin",
        edited=pl.when(pl.col("edited_by").list.len() > 0).then("edited_by"),
        similarity="similarity",
        like=_name(pl.col("matched_id")),
        parents=pl.when(pl.col("parents").list.len() > 0).then(_name(pl.col("parents").list.join(", "))),
        cluster="cluster",
        detail=_name(pl.col("detail")),
        special=_SPECIAL,
    )


def _name(texts: pl.Expr) -> pl.Expr:
    short = texts.map_elements(lambda name: _shortened(name, NAME), return_dtype=pl.String)
    return pl.when(texts.str.len_chars() > NAME).then(short).otherwise(texts)


def _columns(run: Run, *, texts: bool) -> list[Column]:
    columns = [
        Column("place", "text", "line" if len(run.stats.sources) == 1 else "row"),
        Column("id", "text", "id"),
        Column("decision", "choice", "decision", filter=True, order=("dropped", "kept")),
        Column("reason", "choice", "reason", filter=True),
        Column("warning", "choice", "warnings", filter=True),
        Column("split", "choice", "split", filter=True, order=("train", "validation", "test")),
        Column("step", "choice", "step", filter=True, hidden=True),
        Column("edited", "choice", "edited by", filter=True, hidden=True),
        Column("similarity", "number", "similarity", hidden=True),
        Column("like", "text", "is like", hidden=True),
        Column("cluster", "number", "cluster", hidden=True),
    ]
    if run.stats.added is not None:
        columns.insert(3, Column("origin", "choice", "origin", filter=True))
        columns.append(Column("parents", "text", "made of", hidden=True))
    return [*columns, Column("detail", "text", "detail", hidden=True)] if texts else columns


def _optional(frame: pl.DataFrame) -> set[str]:
    """Return the columns that say nothing: no row has a value."""
    return {name for name in frame.columns if frame[name].null_count() == len(frame)}


def _texts(run: Run, marks: pl.DataFrame, rows: pl.DataFrame) -> dict[int, str]:
    """Return the lines of the rows by their place in the ledger, where the files that hold them are not too large.

    A file holds its rows in the order of the ledger: the n-th that went there is its n-th line.
    """
    listed = {output.path: output for output in run.manifest.outputs}
    kept = pl.col("decision") == "kept"
    file = pl.when(kept).then(pl.concat_str("split", pl.lit(".jsonl"))).otherwise(pl.lit(DROPPED))
    lined = marks.select("at", file=file).with_columns(line=pl.int_range(pl.len()).over("file"))
    wanted = lined.join(rows.select("at"), on="at", how="semi")
    found: dict[int, str] = {}
    for (name,), part in wanted.sort("at").group_by("file", maintain_order=True):
        output = listed.get(str(name))
        if output is None or output.bytes > LARGEST or output.path in run.missing:
            continue
        lines = dict(part.select("line", "at").iter_rows())
        for number, line in _lines(run.folder.path / str(name)):
            if number in lines and (text := _record(line) if name == DROPPED else line):
                found[lines[number]] = _shortened(text.decode("utf-8", "replace"))
    return found


def _shortened(text: str, limit: int = TEXT) -> str:
    """Return the text, or its beginning with how much more there is."""
    return text if len(text) <= limit else f"{text[:limit]} … and {plural(len(text) - limit, 'more character')}"


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """Yield the lines of a file with their numbers from 0."""
    with path.open("rb") as stream:
        for number, line in enumerate(stream):
            yield number, line.rstrip(b"\n")


def _record(line: bytes) -> bytes | None:
    """Return the row of a line of ``dropped.jsonl`` as it came; None where records were left out."""
    told = orjson.loads(line)
    if "record" not in told:
        return None
    record = told["record"]
    return record.encode() if isinstance(record, str) else orjson.dumps(record)
