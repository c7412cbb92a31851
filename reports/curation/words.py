"""Reasons and warnings by step, each with its sentence, its rows and its examples."""

from __future__ import annotations

import os
from dataclasses import dataclass

from reports.curation.files import Example, Stage
from reports.curation.read import Run


@dataclass(frozen=True)
class Word:
    """A reason or a warning."""

    word: str
    sentence: str
    rows: int
    examples: list[Example]


@dataclass(frozen=True)
class StepWords:
    """The words of a step, the most frequent first."""

    step: str
    rows: int
    words: list[Word]


def reasons_by_step(run: Run) -> list[StepWords]:
    """Return for each step that dropped rows why it did."""
    return [_words(run, stage, stage.dropped) for stage in run.stats.flow if stage.dropped]


def warnings_by_step(run: Run) -> list[StepWords]:
    """Return for each step that warned of rows what of; words of no step come last."""
    steps = [_words(run, stage, stage.warned) for stage in run.stats.flow if stage.warned]
    told = {word.word for step in steps for word in step.words}
    rest = {word: rows for word, rows in run.manifest.counts.by_warning.items() if word not in told}
    if rest:
        steps.append(_words(run, Stage(step="write", dropped={}, warned=rest, edited=0, left=0), rest))
    return steps


def _words(run: Run, stage: Stage, counted: dict[str, int]) -> StepWords:
    words = [
        Word(word, run.stats.reasons.get(word, ""), rows, run.stats.examples.get(word, []))
        for word, rows in sorted(counted.items(), key=lambda item: (-item[1], item[0]))
    ]
    return StepWords(stage.step, sum(counted.values()), words)


def short_names(names: list[str]) -> dict[str, str]:
    """Return each path as short as it can be told from the others: without the folders that all share."""
    if len(names) < 2:
        return {name: name.rsplit("/", 1)[-1] for name in names}
    try:
        shared = os.path.commonpath([os.path.dirname(name) for name in names])  # noqa: PTH120 - names, not files
    except ValueError:  # some are absolute, some are not
        return {name: name for name in names}
    return {name: name[len(shared) :].lstrip("/") if shared else name for name in names}
