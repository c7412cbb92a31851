"""What people are asked: questions with a few answers each, and the machine's answer to the same question."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from curate.core.run.errors import ConfigError
from evalkit.judge.config import Rubric
from evalkit.scored_run import ScoredRun

BETTER = "better"  # the one question of a comparison
_VERDICTS = {"win": "this", "loss": "other", "tie": "tie", "inconsistent": "tie"}


@dataclass(frozen=True)
class Question:
    """One question; the answers are numbers of levels, or, where two answers are compared, which of them."""

    name: str
    text: str
    levels: tuple[str, ...]

    @property
    def values(self) -> tuple[str | int, ...]:
        """Return what a rating may be."""
        return ("this", "tie", "other") if self.name == BETTER and not self.levels else tuple(range(len(self.levels)))


@dataclass(frozen=True)
class Task:
    """What is rated, and which metric it is held against."""

    kind: str  # "pairwise", "grades"
    questions: tuple[Question, ...]
    metric: str | None

    def said(self, run: ScoredRun) -> Mapping[str, Mapping[str, str | int]]:
        """Return what the metric says: id -> question -> value."""
        if self.metric is None:
            return {}
        judged = run.judgements.get(self.metric)
        if judged is not None:
            return {name: found for name, one in judged.items() if (found := _of_judge(one)) and not _is_unasked(one)}
        column = run.rows.select("id", self.metric).drop_nulls()
        return {name: {self.questions[0].name: int(value)} for name, value in column.iter_rows()}

    def unasked(self, run: ScoredRun) -> frozenset[str]:
        """Return the rows of two equal answers, a tie that nobody was asked about: on it all agree."""
        judged = run.judgements.get(self.metric or "", {})
        return frozenset(name for name, one in judged.items() if _is_unasked(one))


PAIRWISE = (Question(BETTER, "Which answer is better?", ()),)
GOOD = (Question("good", "Is this a good answer?", ("no", "yes")),)


def task_of(run: ScoredRun, metric: str | None, rubric: Rubric | None) -> Task:
    """Return what there is to rate in a run: what its judge did, else a rubric's questions, else whether it is good.

    Raises:
        ConfigError: the metric is not in the run, or says nothing that people could rate.
    """
    if metric is not None and metric not in run.metrics:
        known = ", ".join(sorted(run.metrics))
        raise ConfigError(f"{run.folder} has no metric {metric!r}; it has {known}")
    chosen = metric or next(iter(sorted(run.judgements)), None)
    if chosen == "judge:pairwise":
        return Task("pairwise", PAIRWISE, chosen)
    if chosen == "judge:rubric":
        return Task("grades", _criteria(run, rubric), chosen)
    if chosen is not None and not _yes_or_no(run.rows[chosen]):
        raise ConfigError(f"{chosen} is no yes or no, so that a rating cannot agree with it", hint="leave --metric out")
    return Task("grades", _questions(rubric) if rubric and chosen is None else GOOD, chosen)


def _yes_or_no(statistics: pl.Series) -> bool:
    """Say whether each row has one number, 0 or 1; corpus metrics and labels have several."""
    return statistics.dtype == pl.Float64 and statistics.drop_nulls().is_in([0.0, 1.0]).all()


def _questions(rubric: Rubric) -> tuple[Question, ...]:
    return tuple(Question(one.name, one.question, tuple(one.levels)) for one in rubric.criteria)


def _criteria(run: ScoredRun, rubric: Rubric | None) -> tuple[Question, ...]:
    """Return the criteria that the judge graded by; a rubric has their words, and their levels or none can agree."""
    told: dict[str, Any] = run.metrics["judge:rubric"].get("details", {}).get("judge", {})
    found = tuple(Question(one["name"], one["question"], tuple(one["levels"])) for one in told.get("criteria", ()))
    if rubric is None and not found:
        raise ConfigError(f"{run.folder} does not hold the rubric's words", hint="--rubric rubric.toml")
    if rubric is None:
        return found
    given = _questions(rubric)
    asked, graded = ({one.name: len(one.levels) for one in some} for some in (given, found))
    if found and asked != graded:
        raise ConfigError(
            f"the rubric {rubric.name} is not the one that {run.folder} was graded by",
            f"it has {_told(asked)}",
            f"the judge had {_told(graded)}",
            hint="leave --rubric out: the run holds the judge's own",
        )
    return given


def _told(levels: Mapping[str, int]) -> str:
    return ", ".join(f"{name} ({count} levels)" for name, count in levels.items())


def _is_unasked(line: Mapping[str, Any]) -> bool:
    return line["fault"] is None and line.get("orders", ()) is None


def _of_judge(line: Mapping[str, Any]) -> dict[str, str | int] | None:
    if line["fault"] is not None:
        return None
    return {BETTER: _VERDICTS[line["verdict"]]} if "verdict" in line else dict(line["grades"])
