"""The items that a candidate lacks and a baseline has: of a run that answered the easy half alone, the other half."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from evalkit.gate.runs.missing import NO_ANSWER, SILENT
from evalkit.gate.runs.run import Run

Places = NDArray[np.intp]
Lender = tuple[Run, Places]  # a baseline, and the row of each item in it, -1 where it has none


def with_lent(candidate: Run, baselines: Sequence[Run]) -> pl.Series:
    """Return the ids of a candidate's items and of those that it lacks and a baseline has, sorted."""
    return pl.concat([run.rows["id"] for run in (candidate, *baselines)]).unique().sort()


def reasons(name: str, candidate: Run, rows: Places, lenders: Sequence[Lender]) -> NDArray[np.object_]:
    """Return why each item has no score by a metric, None where it has one.

    One that the candidate lacks was not answered; where a baseline has nothing to score in it, it has nothing either.
    """
    found = candidate.reasons(name, rows)
    for run, own in lenders:
        if name in run.metrics:
            lent = np.flatnonzero((rows < 0) & (own >= 0))
            told = run.reasons(name, own[lent])
            unscorable = [why is not None and why not in (SILENT, *NO_ANSWER) for why in told]
            found[lent[unscorable]] = told[unscorable]
    return found
