"""The answers of a scored run, item by item, where the file that was scored is still there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from curate.core.run.errors import InputError

if TYPE_CHECKING:
    from evalkit.gate.runs.run import Run
    from evalkit.scored_run import Values


@dataclass(frozen=True)
class Answers:
    """What metrics say of every row, and the texts; without the texts, why."""

    rows: pl.DataFrame  # as in rows.parquet
    values: Mapping[str, Values]
    judged: Run  # the same rows as the gate reads them
    frame: pl.DataFrame | None  # of predictions, in the order of the rows
    missing: str = ""

    def said(self) -> pl.DataFrame:
        """Return the prediction of each row, as ``before``."""
        if self.frame is None:
            return self.rows.select("id", before=pl.lit(None, pl.String))
        return self.frame.select("id", before="prediction")

    def texts(self) -> pl.DataFrame:
        """Return prompt, references and prediction of each row, readable: turns of a chat with their roles."""
        from evalkit.metrics.prompt import turns  # noqa: PLC0415 - as below

        if self.frame is None:
            return self.rows.select(
                "id", *(pl.lit(None, pl.String).alias(n) for n in ("prompt", "reference", "answer"))
            )
        asked = [
            _chat(turns(prompt)) if prompt is not None and prompt.startswith("[") else prompt
            for prompt in self.frame["prompt"]
        ]
        return self.frame.select(
            "id",
            pl.Series("prompt", asked, pl.String),
            reference=pl.col("references").list.join("\n— or —\n"),
            answer=pl.col("prediction"),
        )


def answers_of(folder: Path, order: Sequence[str]) -> Answers:
    """Return the rows of a run, metrics in this order; with texts if the file that was scored is there, unchanged."""
    from evalkit.scored_run import read_run  # noqa: PLC0415 - metrics take half a second, which other pages need not pay

    scored = read_run(folder)
    try:
        frame, missing = scored.predictions(), ""
    except InputError as error:
        frame, missing = None, error.problem
    values = scored.values()
    known = {name: values[name] for name in order if name in values}
    return Answers(scored.rows, known, scored.judged, frame, missing)


def _chat(asked: list[tuple[str, str]]) -> str:
    if len(asked) == 1 and asked[0][0] == "user":
        return asked[0][1]
    return "\n\n".join(f"[{role}]\n{text}" for role, text in asked)
