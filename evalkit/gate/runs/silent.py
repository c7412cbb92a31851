"""Items that neither of two runs has a score of, and that one of them or both answered with an empty text."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from evalkit.gate.runs.missing import NO_ANSWER, SILENT, may_not_apply, wrong_alone
from evalkit.gate.runs.run import Run
from evalkit.metrics.metric import Metric, Numbers

Places = NDArray[np.intp]
Side = tuple[Run, Numbers, Places]  # a run, and for each item its statistics and its row there


def empty_answers(name: str, metric: Metric, sides: tuple[Side, Side]) -> tuple[dict[str, Places], Places]:
    """Write wrong answers for empty ones to items that the other run did not answer better: it said nothing, or failed.

    Return these items by run, and those that are empty in both and that no wrong answer can stand for.
    """
    neither = np.flatnonzero(np.isnan(sides[0][1][:, 0]) & np.isnan(sides[1][1][:, 0]))
    if not len(neither):
        return {}, neither
    one, other = (run.reasons(name, rows[neither]) for run, _, rows in sides)
    wrong = wrong_alone(metric)
    if wrong is None or may_not_apply(metric):
        return {}, neither[(one == SILENT) & (other == SILENT)]
    counted: dict[str, Places] = {}
    for (run, numbers, _), own, others in zip(sides, (one, other), (other, one), strict=True):
        silent = neither[(own == SILENT) & np.isin(others, (SILENT, *NO_ANSWER))]
        numbers[silent] = wrong
        counted[run.name] = silent
    return counted, neither[:0]
