"""The history of one row, from the files of a run."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import orjson
import polars as pl

from curate.core.run.errors import InputError, nearest
from curate.core.write.manifest import files_in, is_ours, read_curation
from curate.curation.called import place_of_row, sources_called
from curate.curation.output.outputs import ADDED_FILE

PIECE_BYTES = 1 << 20
OF_EARLIER = "_of_earlier"
_RECORD = b',"record":'  # the last member of a line of dropped.jsonl
PLACE = ("id", "source", "line")
TWIN = (*PLACE, "decision", "split")
FEW = 10  # rows named of those that went for this one


class ProtectedRowError(InputError):
    """A row of a protected file is asked for: there is no history of it, only the rows that stand in its line."""

    def __init__(self, source: str, line: int, beside: list[str]) -> None:
        stand = (
            f"these rows stand in its line: {', '.join(beside)}" if beside else "no row of the run is matched with it"
        )
        super().__init__(
            f"{source} is protected: the run compared its rows with it, and wrote nothing of it", hint=stand
        )
        self.stand, self.told = stand, {"source": source, "line": line, "rows": beside}


def find_rows(run: Path, wanted: str) -> list[dict[str, Any]]:
    """Return the ledger's rows for ``FILE:LINE`` or an id, each with what is known of its twins and its text.

    Raises:
        ProtectedRowError: it is a row of a protected file.
        InputError: the folder holds no finished curation run, or no row is meant.
    """
    read_curation(run)
    ledger = pl.scan_parquet(run / "ledger.parquet", glob=False).with_row_index("at")
    found = _by_place(run, ledger, wanted)
    if found is None:
        found = ledger.filter(pl.col("id") == wanted).collect()
    if found.is_empty():
        raise InputError(
            f"no row of {run} is {wanted!r}", hint="name it as FILE:LINE, or by its id as the ledger has it"
        )
    return [_told(run, ledger, row) for row in found.iter_rows(named=True)]


def _by_place(run: Path, ledger: pl.LazyFrame, wanted: str) -> pl.DataFrame | None:
    """Return the row at FILE:LINE; None where ``wanted`` is no such place."""
    place = place_of_row(wanted)
    if place is None:
        return None
    name, number = place
    inputs = _inputs(run)
    told = _sources(run)
    sources = list(told)
    sources += [name for name in _protected(inputs) if name not in sources]
    matches = sources_called(name, sources)
    if not matches:
        if ledger.filter(pl.col("id") == wanted).head(1).collect().is_empty():
            raise InputError(f"{run} did not read {name!r}{nearest(name, sources)}")
        return None
    if len(matches) > 1:
        raise InputError(f"{name!r} may be {' or '.join(matches)}", hint="give more of the path")
    rows = ledger.filter((pl.col("source") == matches[0]) & (pl.col("line") == number)).collect()
    if rows.is_empty() and matches[0] in _protected(inputs):
        raise ProtectedRowError(matches[0], number, _shown_by(ledger, f"{matches[0]}:{number}"))
    if rows.is_empty():
        by_value = told.get(matches[0], {}).get("rows_are") == "values"
        counted = "its values are counted from 1, not its lines: thresher check says of each fault `(row N)`"
        raise InputError(
            f"{matches[0]} has no row {number}",
            hint=counted if by_value else "blank lines are no rows",
        )
    return rows


def _sources(run: Path) -> dict[str, dict[str, Any]]:
    """Return what the run says of each source, by its name."""
    return {one["source"]: one for one in orjson.loads((run / "stats.json").read_bytes())["sources"]}


def _inputs(run: Path) -> list[dict[str, Any]]:
    return files_in(read_curation(run), "inputs")


def _protected(inputs: list[dict[str, Any]]) -> set[str]:
    return {one["path"] for one in inputs if one.get("protected")}


def _shown_by(ledger: pl.LazyFrame, place: str) -> list[str]:
    """Return which rows of the run stand at a place of a protected file, the first of them."""
    here = (pl.col("detail") == place) | pl.col("detail").str.starts_with(f"{place}, ")
    rows = ledger.filter(here).select("source", "line").head(FEW).collect().rows()
    return [f"{source}:{line}" for source, line in rows]


def _told(run: Path, ledger: pl.LazyFrame, row: dict[str, Any]) -> dict[str, Any]:
    """Return a ledger row with its twin, the rows that went for it, and its text."""
    told = {name: value for name, value in row.items() if name != "at"}
    told["twin"] = _twin(run, ledger, row)
    told["went_for_it"] = _went_for(run, ledger, row)
    told["text"] = _text(run, ledger, row)
    told["made"] = _made(run, row)
    told["rows_are"] = _sources(run).get(row["source"], {}).get("rows_are", "lines")
    return told


def _made(run: Path, row: dict[str, Any]) -> dict[str, Any] | None:
    """Return how the run made the row; None where it did not."""
    if row["origin"] == "input" or not (run / ADDED_FILE).exists():
        return None
    with (run / ADDED_FILE).open("rb") as lines:
        return next((one["made"] for one in map(orjson.loads, lines) if one["id"] == row["id"]), None)


def _protected_twin(row: dict[str, Any], protected: set[str]) -> dict[str, Any] | None:
    """Return the place of the protected row that a row is matched with, which its detail starts with; else None."""
    detail = row["detail"] or ""
    for source in protected:
        line = detail.removeprefix(f"{source}:").split(", ")[0]
        if detail.startswith(f"{source}:") and line.isdigit():
            found = {"id": row["matched_id"], "source": source, "line": int(line)}
            return found | {"decision": "protected", "split": None}
    return None


def _twin(run: Path, ledger: pl.LazyFrame, row: dict[str, Any]) -> dict[str, Any] | None:
    """Return the row that a row is matched with: id, source, line, decision, split; None where it is with none.

    What went for a row is told of by ``dropped.jsonl`` with its place, for ids may repeat. For a row that is only
    warned of it is a row of that id; where several may be meant, ``may_be`` has the places of those of this run, and
    ``earlier`` says whether it may be one of an earlier run.
    """
    protected = _protected_twin(row, _protected(_inputs(run)))
    if protected is not None or row["matched_id"] is None:
        return protected
    if row["decision"] == "dropped":
        return _dropped_twin(run, ledger, row)
    same = (pl.col("cluster") == row["cluster"]) if row["cluster"] is not None else pl.lit(value=True)
    others = ledger.filter((pl.col("id") == row["matched_id"]) & (pl.col("at") != row["at"]) & same)
    found = others.sort(pl.col("decision") != "kept", "at").select(TWIN).head(FEW).collect().to_dicts()
    earlier = _has_earlier(run)
    if len(found) == 1 and not earlier:
        return found[0]
    if not found and not earlier:
        return None
    places = [f"{one['source']}:{one['line']}" for one in found]
    return dict.fromkeys(TWIN) | {"id": row["matched_id"], "may_be": places, "earlier": earlier}


def _has_earlier(run: Path) -> bool:
    """Say whether rows of the run were compared with those of earlier runs."""
    config = read_curation(run)["config"]
    return bool((config.get("input") or {}).get("against")) or (config.get("split") or {}).get("previous") is not None


def _dropped_twin(run: Path, ledger: pl.LazyFrame, row: dict[str, Any]) -> dict[str, Any] | None:
    """Return the row that a dropped row went for, and the folder of its run, if it is an earlier one."""
    matched = _dropped(run, ledger, row)["matched"]
    if matched is None:
        return None
    place = {name: matched[name] for name in PLACE}
    if "run" not in matched:
        same = [pl.col(name) == value for name, value in place.items()]
        return next(ledger.filter(*same).select(TWIN).head(1).collect().iter_rows(named=True), None)
    folder = (run.resolve() / matched["run"]).resolve()
    return {**place, "decision": "kept", "split": _split_of(folder, place), "run": os.path.relpath(folder)}


def _went_for(run: Path, ledger: pl.LazyFrame, row: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the first few rows that went for a kept row; where others have its id, those that name its place."""
    if row["decision"] != "kept" or row["cluster"] is None:
        return []
    alike = ledger.filter(pl.col("cluster") == row["cluster"])
    went = alike.filter((pl.col("matched_id") == row["id"]) & (pl.col("decision") == "dropped"))
    went = went.filter(~pl.col("reason").str.ends_with(OF_EARLIER))  # that one has the same id, in an earlier run
    if alike.filter(pl.col("id") == row["id"]).select(pl.len()).collect().item() > 1:
        went = went.filter(pl.col("at").is_in(_matched_with(run, ledger, went, row).implode()))
    return went.select(*PLACE, "reason", "similarity").head(FEW).collect().to_dicts()


def _matched_with(run: Path, ledger: pl.LazyFrame, rows: pl.LazyFrame, row: dict[str, Any]) -> pl.Series:
    """Return which of some dropped rows, by their places in the ledger, ``dropped.jsonl`` says went for a row."""
    numbered = ledger.filter(pl.col("decision") == "dropped").select("at").with_row_index("number")
    wanted = dict(numbered.join(rows.select("at"), on="at", how="semi").select("number", "at").collect().iter_rows())
    place = {name: row[name] for name in PLACE}
    with (run / "dropped.jsonl").open("rb") as lines:
        told = (
            (wanted[number], orjson.loads(line)["matched"]) for number, line in enumerate(lines) if number in wanted
        )
        return pl.Series("at", [at for at, matched in told if matched == place], dtype=numbered.collect_schema()["at"])


def _split_of(folder: Path, place: dict[str, Any]) -> str | None:
    """Return the split of a row of another run; None where that run is not there any more."""
    if not is_ours(folder):
        return None
    same = [pl.col(name) == value for name, value in place.items()]
    found = pl.scan_parquet(folder / "ledger.parquet", glob=False).filter(*same).select("split").head(1).collect()
    return next(iter(found["split"]), None)


def _dropped(run: Path, ledger: pl.LazyFrame, row: dict[str, Any]) -> dict[str, Any]:
    """Return what ``dropped.jsonl`` says of a dropped row."""
    entry: dict[str, Any] = orjson.loads(_dropped_line(run, ledger, row))
    return entry


def _dropped_line(run: Path, ledger: pl.LazyFrame, row: dict[str, Any]) -> bytes:
    before = ledger.filter(pl.col("at") < row["at"])
    number = before.filter(pl.col("decision") == "dropped").select(pl.len()).collect().item()
    return _line(run / "dropped.jsonl", number)


def _text(run: Path, ledger: pl.LazyFrame, row: dict[str, Any]) -> str | None:
    """Return the row's line as the run wrote it, out of its split or of the dropped rows."""
    if row["decision"] == "dropped":
        return _record(_dropped_line(run, ledger, row))
    before = ledger.filter(pl.col("at") < row["at"])
    number = before.filter(pl.col("split") == row["split"]).select(pl.len()).collect().item()
    return _line(run / f"{row['split']}.jsonl", number).decode()


def _record(line: bytes) -> str | None:
    """Return the record of a line of ``dropped.jsonl`` as it came: read and written anew, a repeated key would be gone.

    No text before it can hold the member's name, whose quotes would be escaped there.
    """
    _, found, rest = line.partition(_RECORD)
    if not found:
        return None
    raw = rest.removesuffix(b"}")
    return str(orjson.loads(raw)) if raw.startswith(b'"') else raw.decode()


def _line(path: Path, number: int) -> bytes:
    """Return a line of a file by its number from 0; of what comes before it line ends are counted, many at a time."""
    left, start = number, 0
    with path.open("rb") as stream:
        while left and (piece := stream.read(PIECE_BYTES)):
            ends = piece.count(b"\n")
            if ends >= left:
                start += len(piece) - len(piece.split(b"\n", left)[left])
                left = 0
            else:
                left, start = left - ends, start + len(piece)
        stream.seek(start)
        if not left and (line := stream.readline()):
            return line.rstrip(b"\n")
    raise InputError(f"{path} has no line {number + 1}: it was changed after the run", hint="run thresher curate again")
