"""The run that is augmented: verified by its manifest, with the configuration that its rows passed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import orjson
import polars as pl

from curate.core.read.layouts.shapes import Shape, Shapes
from curate.core.run.errors import InputError
from curate.core.run.settings import validate
from curate.core.write.folder import sha256_of
from curate.core.write.manifest import MANIFEST, files_in, read_curation
from curate.curation.config import CurateConfig, Limits
from curate.curation.output.outputs import ADDED_FILE, DROPPED_FILE, LEDGER_FILE
from curate.curation.output.published import STATS_FILE
from curate.split.draw import NAMES

_AT_ONCE = (LEDGER_FILE, STATS_FILE, DROPPED_FILE, ADDED_FILE)  # verified; a split is while it is read


@dataclass(frozen=True)
class GivenRun:
    """A curation run, its manifest read and its files verified, but for splits: those are while they are read."""

    folder: Path
    name: str  # as the configuration calls it
    manifest: dict[str, Any]
    sources: Sequence[Mapping[str, Any]]  # as its stats tell of them

    @property
    def outputs(self) -> dict[str, dict[str, Any]]:
        """Return what the manifest says of each file."""
        return {entry["path"]: entry for entry in files_in(self.manifest, "outputs")}

    @property
    def splits(self) -> list[str]:
        """Return the splits that the run wrote."""
        return [name for name in NAMES if f"{name}.jsonl" in self.outputs]

    @cached_property
    def gates(self) -> CurateConfig:
        """Return the configuration by which the run judged its rows, its steps complete."""
        config = self.manifest["config"]
        told = dict(config["gates"] if self.manifest["command"] == "augment" else config)
        steps = [step for step in told["steps"] if step["use"] != "convert"]  # comes of the output's layout
        told |= {"steps": [_earlier_first(step) for step in steps], "defaults": {}}
        told["limits"] = Limits(min_kept=0).model_dump()
        return validate(CurateConfig, told, f"the configuration in {self.folder / MANIFEST}")

    @cached_property
    def kept(self) -> pl.DataFrame:
        """Return what the ledger says of each kept row, those of a split in the order of its file."""
        ledger = pl.read_parquet(self.folder / LEDGER_FILE, glob=False)
        return ledger.filter(decision="kept").select("id", "source", "line", "origin", "parents", "split")

    @cached_property
    def shapes(self) -> dict[str, list[Shape]]:
        """Return the shapes of the lines of each split."""
        shapes = Shapes(self.sources, self.gates.output.layout)
        rows = {name: self.kept.filter(split=name).select("source", "line") for name in self.splits}
        return {name: [shapes.of(*place) for place in own.iter_rows()] for name, own in rows.items()}

    def changed(self, name: str) -> InputError:
        """Return the error for a file that is not what the manifest says."""
        return InputError(
            f"{self.folder / name} is not the file that the run wrote: its sha256 differs from the manifest's",
            hint="run thresher curate again, and augment what it writes",
        )


def given_run(name: str, base: Path) -> GivenRun:
    """Return a finished run.

    Raises:
        InputError: the folder holds no finished curation run, or one of its files is missing or was changed.
    """
    folder = base / name
    manifest = read_curation(folder)
    run = GivenRun(folder, name, manifest, ())
    for file, entry in run.outputs.items():
        if not (folder / file).is_file():
            raise InputError(
                f"{folder} is not whole: {file}, which its manifest names, is missing", hint="run thresher curate again"
            )
        if file in _AT_ONCE and sha256_of(folder / file)[0] != entry["sha256"]:
            raise run.changed(file)
    sources = orjson.loads((folder / STATS_FILE).read_bytes())["sources"]
    return GivenRun(folder, name, manifest, sources)


def _earlier_first(step: Mapping[str, Any]) -> dict[str, Any]:
    """Return a step that keeps the first of twins: frozen rows come first, and stay whatever a new row is worth."""
    return dict(step) | ({"keep": "first", "keep_field": None} if "keep_field" in step else {})
