"""A scored run as the gate reads it: a folder of scores, or a baseline file that was committed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from curate.core.command.words import path_word
from curate.core.run.errors import InputError, nearest
from curate.core.write.folder import sha256_of
from curate.core.write.manifest import manifest_of
from evalkit.gate.runs.again import score_again, scoring
from evalkit.gate.statistics.sample import value_of
from evalkit.metrics import known_metrics, make_metric, metric_names
from evalkit.metrics.metric import Metric, Numbers, as_numbers
from evalkit.results import ROWS, SCORES, read_scores

_CLOSE = 1e-9
_NOT_OF_ONE_RUN = "score the run again; the files are not of one run"


@dataclass(frozen=True)
class Run:
    """The scores of a run, item by item."""

    name: str  # as it was given
    rows: pl.DataFrame  # id, cluster, slices, unscored, and a column of statistics a metric
    scores: dict[str, Any]  # of scores.json, or the header of a baseline
    files: list[dict[str, Any]] = field(default_factory=list)  # path, sha256, bytes
    manifest: dict[str, Any] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)  # what a verdict on it has to say

    @property
    def is_committed(self) -> bool:
        """Say whether it is a baseline file, which has statistics of items and no texts."""
        return self.scores.get("kind") == "baseline"

    @property
    def metrics(self) -> dict[str, Any]:
        """Return what is known of each metric, by name."""
        return dict(self.scores["metrics"])

    def statistics(self, name: str) -> tuple[Metric, Numbers]:
        """Return a metric and its statistics of all rows (rows, width), nan where a row has no score.

        Raises:
            InputError: the run was not scored by it, or its rows do not give the value that it says.
        """
        if name not in self.metrics:
            raise InputError(
                f"{self.name} has no scores by {name!r}{nearest(name, sorted(self.metrics))}",
                hint=self.again(name) if name in metric_names(known_metrics()) else "thresher metrics lists them",
            )
        if name not in self.rows.columns:
            raise InputError(f"the rows of {self.name} have no {name}, and its scores do", hint=_NOT_OF_ONE_RUN)
        metric = make_metric(name)
        column = self.rows[name]
        scored = column.is_not_null().to_numpy()
        found = as_numbers(column.drop_nulls())
        numbers = np.full((len(column), metric.width), np.nan)
        numbers[scored] = found
        told = self.metrics[name].get("value")
        value = value_of(metric, found) if len(found) else None
        if told is not None and (value is None or abs(value - told) > _CLOSE * max(1.0, abs(told))):
            raise InputError(
                f"the rows of {self.name} give {name} {value}, and its scores say {told}",
                hint=_NOT_OF_ONE_RUN,
            )
        return metric, numbers

    def again(self, name: str, settings: Mapping[str, Any] | None = None) -> str:
        """Return how to score it again by one more metric, or by one with other settings, and by those it has."""
        if self.is_committed:
            return f"score the run that it was made of, then: thresher gate RUN --accept {path_word(self.name)}"
        asked = (scoring(self.manifest).get("config") or {}).get("metrics") or self.metrics
        return score_again(self.name, self.manifest, [*asked, name], settings or {})

    def reasons(self, name: str, rows: NDArray[np.intp]) -> NDArray[np.object_]:
        """Return why some rows have no score by a metric; None where one has. A row that is not there is -1."""
        told = [*self.rows["unscored"].to_list(), [{"metric": name, "reason": "no_prediction"}]]
        found = [next((one["reason"] for one in told[row] or () if one["metric"] == name), None) for row in rows]
        return np.array(found, dtype=object)


def read_run(path: Path) -> Run:
    """Return the run of a folder with ``scores.json`` and ``rows.parquet``, or of a baseline file.

    Raises:
        InputError: there is none, or it cannot be read.
    """
    if not path.exists():
        raise InputError(f"there is no run {path}", hint="thresher score PREDICTIONS --metrics ... --out DIR makes one")
    if path.is_file():
        from evalkit.gate.runs.baseline import read_baseline  # noqa: PLC0415 - it makes runs too

        return read_baseline(path)
    manifest = manifest_of(path) or {}
    try:
        scores, rows = read_scores(path)
    except (OSError, ValueError, pl.exceptions.PolarsError) as error:
        raise InputError(
            f"{path} holds no scores: {str(error).splitlines()[0]}",
            hint=f"{score_again(str(path), manifest, ['...'], {})} writes {SCORES} and {ROWS}",
        ) from error
    return Run(str(path), rows, scores, [_file(path / name) for name in (SCORES, ROWS)], manifest)


def _file(path: Path) -> dict[str, Any]:
    sha256, size = sha256_of(path)
    return {"path": path.as_posix(), "sha256": sha256, "bytes": size}
