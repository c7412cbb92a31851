"""The answers of a scored run, item by item, where the file that was scored is still there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from curate.core.run.errors import InputError
from reports.scores.read import ScoredFolder

if TYPE_CHECKING:
    from evalkit.scored_run import Values


@dataclass(frozen=True)
class Answers:
    """What metrics say of every row, and the texts; without the texts, why."""

    rows: pl.DataFrame  # as in rows.parquet
    values: Mapping[str, Values]
    frame: pl.DataFrame | None  # of predictions, in the order of the rows
    missing: str = ""


def answers_of(run: ScoredFolder) -> Answers:
    """Return the rows of a run, with their texts if the file that was scored is where it was, and unchanged."""
    from evalkit.scored_run import read_run  # noqa: PLC0415 - metrics take half a second, which other pages need not pay

    scored = read_run(run.folder.path)
    try:
        frame, missing = scored.predictions(), ""
    except InputError as error:
        frame, missing = None, error.problem
    return Answers(scored.rows, scored.values(), frame, missing)
