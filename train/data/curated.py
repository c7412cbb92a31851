"""The curation run that a training file comes from: what its manifest and its ledger say of the rows."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import orjson
import polars as pl

from curate.core.read.layouts.shapes import Shape, Shapes
from curate.core.write.folder import sha256_of
from curate.core.write.manifest import files_in, manifest_of, read_manifest

HELD_OUT = ("validation", "test")


def run_of(file: Path) -> Path | None:
    """Return the folder of the curation run that wrote a file; None where no such run is there."""
    manifest = manifest_of(file.parent)
    named = {Path(one["path"]).name for one in files_in(manifest or {}, "outputs")}
    return file.parent if file.name in named else None


def runs_of(files: Iterable[Path]) -> list[Path]:
    """Return the folders of the curation runs that wrote some files, each once."""
    return list({run.resolve(): run for file in files if (run := run_of(file)) is not None}.values())


def shapes_of(run: Path, file: Path) -> list[Shape] | None:
    """Return the shape of each line of a split that a run wrote; None where the file is no more as it was written."""
    split = file.name.removesuffix(".jsonl")
    ledger, stats = run / "ledger.parquet", run / "stats.json"
    if not (ledger.is_file() and stats.is_file() and is_as_written(run, file)):
        return None
    config = _manifest(run)["config"]
    target = config.get("gates", config)["output"]["layout"]
    shapes = Shapes(orjson.loads(stats.read_bytes())["sources"], target)
    kept = pl.scan_parquet(ledger, glob=False).filter(split=split).select("source", "line").collect()
    return [shapes.of(*place) for place in kept.iter_rows()]


def field_names(run: Path) -> list[dict[str, str]]:
    """Return by which names (ours to theirs) the rows of a run's splits may be read: those of its sources, then ours.

    A split holds the lines of all sources as they came, unless the run wrote them in one layout.
    """
    config = _manifest(run).get("config", {})
    try:
        sources = orjson.loads((run / "stats.json").read_bytes())["sources"]
    except (OSError, orjson.JSONDecodeError, KeyError, TypeError):
        sources = []
    if config.get("output", {}).get("layout"):
        sources = []
    named = {tuple(sorted(one["fields"].items())): None for one in sources if one.get("fields")}
    return [*(dict(fields) for fields in named), {}]


def is_as_written(run: Path, file: Path) -> bool:
    """Say whether a file of a run still has the hash that the run's manifest gives it."""
    wanted = {one["sha256"] for one in files_in(_manifest(run), "outputs") if Path(one["path"]).name == file.name}
    return sha256_of(file)[0] in wanted


def held_out_files(run: Path) -> dict[str, Path]:
    """Return the files of the run's splits that must stay unseen, by split."""
    files = {name: run / f"{name}.jsonl" for name in HELD_OUT}
    return {name: file for name, file in files.items() if file.is_file() and file.stat().st_size}


def held_out_ids(run: Path) -> dict[str, str]:
    """Return the split of each row that the run's ledger put into one that must stay unseen, by its id."""
    ledger = run / "ledger.parquet"
    if not ledger.is_file():
        return {}
    found = pl.read_parquet(ledger, glob=False, columns=["id", "split"])
    training = found.filter(pl.col("split") == "train")["id"]
    held = found.filter(pl.col("split").is_in(HELD_OUT), ~pl.col("id").is_in(training.implode()))
    return dict(held.rows())


def _manifest(run: Path) -> dict[str, Any]:
    return read_manifest(run, hint="name a folder that thresher curate wrote")
