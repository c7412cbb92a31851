"""A folder of a run, or a file, to its index; a run without one is read and signed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import orjson
import polars as pl

from curate.core.read.layouts.shapes import Shapes, written_as
from curate.core.run.errors import InputError
from curate.core.write.folder import sha256_of
from curate.core.write.manifest import files_in, manifest_of, read_curation
from curate.index.parquet.plain import footer_of
from curate.index.part import Part, name_of
from curate.index.read import Index
from curate.index.runs import KeptFile, KeptRun, Origin, blocks_of, check_of, origin_of
from curate.index.scheme import Scheme, refuse_other
from curate.index.write import IndexRows, placed
from curate.split.draw import NAMES

INDEX_FILE, LEDGER_FILE, STATS_FILE = "index.parquet", "ledger.parquet", "stats.json"
_PIECE = 1 << 24  # bytes in which line ends are looked for together
_WANTED = "name the --out folder of curate or augment, or an index that --write-index wrote"


class Found(NamedTuple):
    """An index, its file, the files that it stands for as a manifest names them, and what the user should know."""

    rows: Index
    file: Part
    inputs: list[dict[str, Any]]
    notes: list[str]


def find_index(name: str, base: Path) -> Found | None:
    """Return the index of a file or of a run's folder, by its path as given; None where the run wrote none.

    Raises:
        InputError: there is nothing of that name, it is no run and no index, or it was changed.
    """
    path = base / name
    if path.is_dir():
        manifest = read_curation(path, hint=_WANTED)
        if INDEX_FILE not in {output["path"] for output in files_in(manifest, "outputs")}:
            return None
        listed = _listed(path / INDEX_FILE, manifest)
        return _found(Index.open(path / INDEX_FILE), (Path(name) / INDEX_FILE).as_posix(), listed)
    index = Index.open(path)
    return _found(index, name, _beside(index))


def _found(index: Index, name: str, listed: dict[str, Any]) -> Found:
    folder = Path(name).parent.as_posix()
    footer = None if index.is_whole else index.footer
    runs = tuple((number, number) for number in index.own_runs())
    file = Part(index.path.name, listed["sha256"], listed["bytes"], index.rows, footer, runs)
    return Found(index, file, [file.seen(folder), *(part.seen(folder) for part in index.parts)], [])


def _listed(path: Path, manifest: dict[str, Any]) -> dict[str, Any]:
    """Return an index as the manifest of its run names it.

    Raises:
        InputError: it is another, or it is not there, or the manifest names none.
    """
    one = next((output for output in files_in(manifest, "outputs") if output["path"] == path.name), None)
    footer = manifest.get("index", {}).get("footer")
    try:
        if one is not None and path.stat().st_size == one.get("bytes"):
            same = footer_of(path) == footer if footer else sha256_of(path)[0] == one["sha256"]
            if same:
                return one
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}", hint="run that run again") from error
    raise InputError(f"{path} is not the file that the run wrote: its sha256 is another", hint="run that run again")


def _beside(index: Index) -> dict[str, Any]:
    """Return an index as a manifest beside it names it, or as it is."""
    try:
        return _listed(index.path, manifest_of(index.path.parent) or {})
    except InputError:
        return {"sha256": index.sha256[0], "bytes": index.sha256[1]}


def as_parts(found: Found, numbers: dict[int, int]) -> Iterator[tuple[Path, Part]]:
    """Yield the files that hold rows of some runs, as parts of an index that calls those by ``numbers``."""
    folder = found.rows.folder
    for part in (*found.rows.parts, found.file):
        runs = tuple((their, numbers[own]) for their, own in part.runs if own in numbers)
        if runs:
            path = part.path if part is not found.file else name_of(part.sha256)
            yield folder / part.path, replace(part, path=path, runs=runs)


def sign_run(name: str, base: Path, scheme: Scheme, kind: str, group_by: Sequence[str], work: Path) -> Found:
    """Return an index, in the work folder, of the rows that a run kept, all of which are read and signed.

    Raises:
        InputError: the folder is none of a finished run, or a kept file was changed.
    """
    folder = base / name
    manifest = read_curation(folder, hint=_WANTED)
    run = KeptRun(folder.resolve(), tuple(_files(manifest)), ())
    run.check(contents=True)
    rows = IndexRows(scheme, kind, group_by, work / "parts")
    ledger = pl.read_parquet(folder / LEDGER_FILE, glob=False, columns=["id", "source", "line", "decision", "split"])
    kept = ledger.filter(pl.col("decision") == "kept").drop("decision")
    starts = {NAMES.index(file.split): _starts(run.path(file.split)) for file in run.files}
    split = kept["split"].replace_strict({word: at for at, word in enumerate(NAMES)}, return_dtype=pl.UInt8).to_numpy()
    start, size = np.zeros(len(kept), dtype=np.uint64), np.zeros(len(kept), dtype=np.uint64)
    for number, ends in starts.items():
        own = np.flatnonzero(split == number)
        start[own], size[own] = ends[:-1], np.diff(ends) - 1
    read = _read_by(manifest, folder, kept)
    run = replace(run, origins=tuple(origin for origin, _ in read))
    for number, (origin, own) in enumerate(read):
        checks: list[int] = []
        lines = _checked(run.lines(split[own].tolist(), start[own].tolist(), size[own].tolist()), checks)
        for block in blocks_of(lines, origin, work):
            line = block["line"].to_numpy().astype(np.int64) - 1
            at, check = own[line], np.array(checks, dtype=np.uint64)[line]
            named = kept[at].with_columns(source=pl.lit(number, dtype=pl.UInt32))
            rows.add(block, placed(named, split[at], start[at], size[at], check))
    path = work / INDEX_FILE
    work.mkdir(parents=True, exist_ok=True)
    file = rows.write(path, [run.as_json(work.resolve())])
    seen = [{"path": (Path(name) / f"{file.split}.jsonl").as_posix(), **file._asdict()} for file in run.files]
    inputs = [{key: value for key, value in one.items() if key != "split"} for one in seen]
    note = (
        f"{name} has no index for this run: its {rows.rows:,} kept rows were read and signed; --write-index saves that"
    )
    return Found(Index.open(path), file, inputs, [note])


def _checked(lines: Iterable[bytes], checks: list[int]) -> Iterator[bytes]:
    for line in lines:
        checks.append(check_of(line))
        yield line


def fits(found: Found, name: str, scheme: Scheme) -> None:
    """Refuse an index of another scheme.

    Raises:
        ConfigError: naming each choice that differs.
    """
    refuse_other(name, found.rows.told["scheme"], scheme.as_json(found.rows.told["kind"]))


def _files(manifest: dict[str, Any]) -> Iterator[KeptFile]:
    """Yield the splits of a run."""
    for output in files_in(manifest, "outputs"):
        split = output["path"].removesuffix(".jsonl")
        if split in NAMES:
            yield KeptFile(split, output["sha256"], output["bytes"], output["rows"])


def _read_by(manifest: dict[str, Any], folder: Path, kept: pl.DataFrame) -> list[tuple[Origin, npt.NDArray[np.intp]]]:
    """Return how the kept rows (source, line) are read, and the positions of those that are read so.

    A source of which no row was kept may have no layout to read it by.
    """
    told = orjson.loads((folder / STATS_FILE).read_bytes())["sources"]
    config = manifest["config"]
    if manifest["command"] == "augment":
        return _by_shape(Shapes(told, _layout(config.get("gates") or {})), kept)
    target = _layout(config)
    origins = [origin_of(one["source"], written_as(one["layout"], one["fields"], target)) for one in told]
    found = [(origin, np.flatnonzero((kept["source"] == origin.source).to_numpy())) for origin in origins]
    return [(origin, rows) for origin, rows in found if len(rows)]


def _layout(config: dict[str, Any]) -> str | None:
    layout: str | None = (config.get("output") or {}).get("layout")
    return layout


def _by_shape(shapes: Shapes, kept: pl.DataFrame) -> list[tuple[Origin, npt.NDArray[np.intp]]]:
    """Return the same of an augmented run, whose sources are the splits of another: rows of any shape lie in one."""
    found: dict[object, tuple[Origin, list[int]]] = {}
    for at, (source, line) in enumerate(kept.select("source", "line").iter_rows()):
        shape = shapes.of(source, line)
        found.setdefault((source, shape.key), (origin_of(source, shape), []))[1].append(at)
    return [(origin, np.array(rows, dtype=np.intp)) for origin, rows in found.values()]


def _starts(path: Path) -> npt.NDArray[np.int64]:
    """Return where each line of a file starts, and where a next one would."""
    found, before = [np.zeros(1, dtype=np.int64)], 0
    with path.open("rb") as stream:
        while piece := stream.read(_PIECE):
            found.append(np.flatnonzero(np.frombuffer(piece, dtype=np.uint8) == 10) + before + 1)
            before += len(piece)
    return np.concatenate(found)
