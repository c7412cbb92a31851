"""A scored run as reviews and reports need it: the texts, what the metrics said of each row, and what a judge did."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np
import orjson
import polars as pl

from curate.core.command.words import path_word
from curate.core.run.errors import InputError
from curate.core.write.folder import sha256_of
from curate.core.write.manifest import MANIFEST, files_in, read_manifest
from evalkit.gate.runs.again import score_again
from evalkit.gate.runs.flips import alone
from evalkit.gate.runs.run import Run
from evalkit.gate.statistics.sample import of_cells
from evalkit.metrics import known_metrics, make_metric
from evalkit.metrics.metric import as_numbers
from evalkit.predictions import to_frame
from evalkit.read import READERS, Fields, InputFile
from evalkit.read.again import read_again
from evalkit.results import JUDGEMENTS, PREDICTIONS_FILE, read_scores


class Values(NamedTuple):
    """What a metric says of every row, in the order of the rows; null where a row has no score."""

    numbers: pl.Series
    better: Literal["higher", "lower"]
    unit: str
    binary: bool  # 0 or 1 each


@dataclass(frozen=True)
class ScoredRun:
    """A folder that ``thresher score`` wrote."""

    folder: Path
    manifest: dict[str, Any]
    sha256: str  # of the manifest
    metrics: dict[str, Any]  # as in scores.json
    rows: pl.DataFrame  # as in rows.parquet
    judgements: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)  # metric -> id -> its line

    @property
    def judged(self) -> Run:
        """Return it as the gate reads it, so that two runs pair as they do there."""
        return Run(str(self.folder), self.rows, {"metrics": self.metrics})

    @property
    def made(self) -> dict[str, Any]:
        """Return how it was scored: fields, source, settings."""
        found: dict[str, Any] = self.manifest.get("score", self.manifest).get("config", {})
        return found

    @property
    def written(self) -> tuple[str, Fields]:
        """Return what wrote the predictions, and how their fields are called."""
        told = self.made.get("fields", {})
        slices = tuple(told.get("slices", ()))
        fields = Fields(told.get("id"), told.get("prediction"), told.get("reference"), told.get("prompt"), slices)
        return self.made.get("from", "jsonl"), fields

    def predictions(self, named: Path | None = None, flag: str = "--predictions") -> pl.DataFrame:
        """Return the predictions that were scored; ``named`` by a flag is where they lie now, if not where they lay.

        Raises:
            InputError: they cannot be found or read, or are not what was scored.
        """
        inputs = [] if "score" in self.manifest else files_in(self.manifest, "inputs")
        lay = Path(inputs[0]["path"]) if inputs else self.folder / PREDICTIONS_FILE
        file = InputFile(named or lay)
        if not file.path.is_file():
            raise InputError(f"the predictions of {self.folder} are not at {file.name}", hint=f"{flag} FILE")
        again = score_again(str(self.folder), self.manifest, list(self.metrics), {})
        source, fields = self.written
        listed = inputs or [one for one in files_in(self.manifest, "outputs") if one["path"] == PREDICTIONS_FILE]
        scored = listed[0]["sha256"] if listed else ""
        frame = read_again(file.path, scored, fields) if source == "jsonl" else None
        known = frame is not None
        if frame is None:
            frame = to_frame(READERS[source](file, fields), file.name)
        if named is None and scored and not known and scored != file.sha256:
            raise InputError(f"{file.name} is not the file that {self.folder} scored: it was changed", hint=again)
        if frame["id"].to_list() != self.rows["id"].to_list():
            raise InputError(
                f"{file.name} does not hold the rows that {self.folder} scored", hint=f"{again}; or {flag} FILE"
            )
        return frame

    def values(self) -> dict[str, Values]:
        """Return what each known metric says of every row, a number each; of corpus metrics as if it were alone."""
        rules, found = known_metrics(), {}
        for name in self.metrics:
            if name.partition(":")[0] not in rules or name not in self.rows.columns:
                continue
            metric = make_metric(name)
            column = self.rows[name]
            numbers = alone(metric, as_numbers(column.drop_nulls()))
            filled = np.full(len(column), np.nan)
            filled[column.is_not_null().to_numpy()] = numbers
            binary = metric.shares or of_cells(metric)
            found[name] = Values(pl.Series(name, filled).fill_nan(None), metric.better, metric.unit, binary)
        return found


def read_run(folder: Path) -> ScoredRun:
    """Return a scored run.

    Raises:
        InputError: the folder holds none, or one that is not whole.
    """
    if folder.is_file():
        raise InputError(
            f"{folder} is a file, and a scored run is a folder",
            "a baseline that was committed has scores and no texts",
            hint="name the folder that thresher score wrote",
        )
    hint = f"thresher score FILE --metrics ... --out {path_word(folder)}"
    manifest = read_manifest(folder, run="scored run", hint=hint)
    sha256, _ = sha256_of(folder / MANIFEST)
    try:
        scores, rows = read_scores(folder)
    except (OSError, ValueError, pl.exceptions.PolarsError) as error:
        raise InputError(f"{folder} holds no scored run: {error}", hint=hint) from error
    judgements: dict[str, dict[str, dict[str, Any]]] = {}
    path = folder / JUDGEMENTS
    for line in path.read_bytes().splitlines() if path.exists() else ():
        one = orjson.loads(line)
        judgements.setdefault(one["metric"], {})[one["id"]] = one
    return ScoredRun(folder, manifest, sha256, scores["metrics"], rows, judgements)
