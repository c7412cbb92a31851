"""The files of scores: ``scores.json`` and ``rows.parquet``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import orjson
import polars as pl

from curate.core.run.canonical import SCHEMA_VERSION
from evalkit.predictions import data_sha256
from evalkit.score import Measured, Score, Scored

SCORES = "scores.json"
ROWS = "rows.parquet"
JUDGEMENTS = "judgements.jsonl"
PREDICTIONS_FILE = "predictions.jsonl"
_COLUMNS = ("id", "cluster", "slices", "unscored")  # of the rows, beside one a metric


def as_scores(scored: Scored, model: dict[str, Any], *, texts: bool = True) -> dict[str, Any]:
    """Return the content of ``scores.json``; without ``texts`` it has no labels, pointers and fields out of the data.

    ``{"metrics": {"exact_match": {"value": 0.5, "unit": "share", "better": "higher", "n": 2, "unscored": 1,
    "reasons": {"no_reference": 1}, "interval": [0.09, 0.91], "signature": "exact_match|norm:raw|v:1|ci:wilson"}},
    "slices": {}, "rows": 3, "data_sha256": ..., "model": {}}``

    ``interval`` is null where there is no value, and where nothing varies that could be of any size.
    """
    metrics: dict[str, Any] = {}
    told: list[dict[str, Any]] = []
    for one, value, signature in zip(scored.measured, scored.scores, scored.signatures, strict=True):
        metric = one.metric
        entry = _score(value) | {
            "unit": metric.unit,
            "better": metric.better,
            "signature": signature,
        }
        if warnings := metric.warnings(scored.frame):
            entry["warnings"] = warnings
        details = metric.details(scored.frame, one.statistics) if texts and value.n else None
        if details is not None and details not in told:  # accuracy and f1 have one confusion matrix between them
            told.append(details)
            entry["details"] = details
        metrics[metric.name] = entry
    return {
        "schema_version": SCHEMA_VERSION,
        "metrics": metrics,
        "slices": {
            name: {one.metric.name: _score(value) for one, value in zip(scored.measured, scores, strict=True)}
            for name, scores in scored.slices.items()
        },
        "rows": len(scored.frame),
        "data_sha256": data_sha256(scored.frame),
        "model": model,
    }


def read_scores(folder: Path) -> tuple[dict[str, Any], pl.DataFrame]:
    """Return what the ``scores.json`` of a folder says, and its ``rows.parquet``.

    Raises:
        OSError: one of them is not there.
        ValueError: one of them is not what its name says.
        PolarsError: the rows cannot be read.
    """
    scores = orjson.loads((folder / SCORES).read_bytes())
    if not isinstance(scores, dict) or not isinstance(scores.get("metrics"), dict):
        raise ValueError(f"{SCORES} has no metrics")
    rows = pl.read_parquet(folder / ROWS, glob=False)
    if lacking := [name for name in _COLUMNS if name not in rows.columns]:
        raise ValueError(f"{ROWS} has no column {lacking[0]!r}")
    return scores, rows


def _score(score: Score) -> dict[str, Any]:
    return {
        "value": score.value,
        "interval": None if score.interval is None else list(score.interval),
        "n": score.n,
        "unscored": score.unscored,
        "reasons": score.reasons,
    }


def as_rows(scored: Scored) -> pl.DataFrame:
    """Return a row for each prediction: who it is, a column of statistics a metric, and why it lacks some.

    ``slices`` is JSON of {field: value}; ``unscored`` lists (metric, reason).
    """
    return rows_of(scored.frame, scored.measured)


def rows_of(frame: pl.DataFrame, measured: Sequence[Measured]) -> pl.DataFrame:
    """Return the same of predictions that were measured alone."""
    reasons = [
        pl.when(one.reasons.is_not_null()).then(pl.struct(metric=pl.lit(one.metric.name), reason=pl.lit(one.reasons)))
        for one in measured
    ]
    return frame.select("id", "cluster", "slices", "fault").with_columns(
        *(one.statistics for one in measured),
        unscored=pl.concat_list(reasons).list.drop_nulls(),
    )


def write_lines(path: Path, lines: Iterable[dict[str, Any]]) -> None:
    """Write ``judgements.jsonl``: what a judge said of each row.

    ``{"fault":null,"id":"q1","metric":"judge:pairwise","orders":["this","other"],"reasoning":["..",".."],"score":0.5,
    "verdict":"inconsistent"}``
    """
    option = orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE
    path.write_bytes(b"".join(orjson.dumps(line, option=option) for line in lines))


def write_rows(path: Path, rows: pl.DataFrame) -> None:
    """Write ``rows.parquet``."""
    rows.write_parquet(path, compression="zstd", row_group_size=50_000)
