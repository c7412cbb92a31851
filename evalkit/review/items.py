"""The rows that a page shows: drawn from a run, or those that changed between two runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from curate.core.run.errors import InputError
from evalkit.gate.runs import flips as gate
from evalkit.gate.runs.pairing import common
from evalkit.metrics.prompt import Turn, turns
from evalkit.review.sample import draw, swapped
from evalkit.review.shared import chosen, unmoved
from evalkit.review.task import Task
from evalkit.scored_run import ScoredRun

_LEFT_OUT = "(left out: --no-text)"


@dataclass(frozen=True)
class Shown:
    """An answer on the page: its name there, and whose it is."""

    label: str
    whose: str  # "this", "other"
    text: str


@dataclass(frozen=True)
class Item:
    """A row on the page."""

    id: str
    turns: list[Turn]
    references: list[str]
    answers: list[Shown]
    remark: str = ""


@dataclass(frozen=True)
class Flips:
    """The rows that one run gets right and the other wrong, or that moved, the losses first."""

    metric: str
    lost: list[str]  # the base has the better value
    won: list[str]
    values: Mapping[str, tuple[float, float]]  # id -> of base and candidate

    @property
    def rows(self) -> int:
        """Return how many rows changed."""
        return len(self.lost) + len(self.won)


def sampled(
    run: ScoredRun, task: Task, frame: pl.DataFrame, others: Mapping[str, str] | None, size: int, seed: int
) -> list[Item]:
    """Return the items of a seeded sample, stratified by slice and by what the metric said; order tells nothing.

    Two answers that are equal are not shown: nobody can tell which is better.
    """
    said = task.said(run)
    able = frame.filter(pl.col("prediction").is_not_null(), ~pl.col("id").is_in(list(task.unasked(run))))
    if others is not None:
        able = able.filter(pl.col("id").is_in(list(others)))
    rows = {row["id"]: row for row in able.iter_rows(named=True)}
    strata = {name: f"{row['slices']}|{sorted(said.get(name, {}).items())}" for name, row in rows.items()}
    if not rows:
        hint = "rows without an answer are not shown, and none with two equal ones"
        raise InputError(f"{run.folder} has no row to rate", hint=hint)
    return [_item(rows[name], others, seed) for name in draw(list(rows), strata, size, seed)]


def flips(base: ScoredRun, candidate: ScoredRun, metric: str | None) -> Flips:
    """Return the rows whose value by a metric differs between two runs, the worst first, as the gate counts them.

    Of the rows that both runs hold, an empty answer is a wrong one, and so is any that the candidate alone lacks.

    Raises:
        ConfigError: the runs have no such metric in common.
        InputError: no row differs by it.
        NotComparableError: they were scored by different rules.
    """
    name = chosen(base, candidate, metric)
    pair = common(candidate.judged, base.judged, failed="wrong")
    scored = pair.scored(name)
    found = gate.flips(scored, pair.ids)
    sides = zip(pair.ids[scored.places], *gate.values(scored), strict=True)
    moved = {str(row): (float(old), float(new)) for row, old, new in sides if old != new}
    if not moved:
        raise unmoved(base, candidate, pair, name)
    return Flips(name, found.worse, found.better, moved)


def flipped(found: Flips, base: pl.DataFrame, candidate: pl.DataFrame, size: int | None) -> list[Item]:
    """Return the items of flips, losses first, base beside candidate; of at most ``size`` both have their share."""
    lost = len(found.lost) if size is None else round(size * len(found.lost) / found.rows)
    won = len(found.won) if size is None else size - lost
    names = [*found.lost[:lost], *found.won[:won]]
    before = dict(base.select("id", "prediction").iter_rows())
    rows = {row["id"]: row for row in candidate.filter(pl.col("id").is_in(names)).iter_rows(named=True)}
    items = []
    for name in names:
        old, new = found.values[name]
        told = [Shown("base", "other", before[name] or ""), Shown("candidate", "this", rows[name]["prediction"] or "")]
        items.append(_made(rows[name], told, f"{found.metric}: {old:g} → {new:g}"))
    return items


def textless(items: list[Item]) -> list[Item]:
    """Return the items without a text of the data: ids, labels and remarks stay."""
    return [
        Item(one.id, [], [], [Shown(a.label, a.whose, _LEFT_OUT) for a in one.answers], one.remark) for one in items
    ]


def _item(row: Mapping[str, Any], others: Mapping[str, str] | None, seed: int) -> Item:
    if others is None:
        return _made(row, [Shown("Answer", "this", row["prediction"])])
    pair = [("this", row["prediction"]), ("other", others[row["id"]])]
    if swapped(row["id"], seed):
        pair.reverse()
    return _made(row, [Shown(f"Answer {place}", whose, text) for place, (whose, text) in enumerate(pair, 1)])


def _made(row: Mapping[str, Any], answers: list[Shown], remark: str = "") -> Item:
    asked = turns(row["prompt"]) if row["prompt"] is not None else []
    return Item(row["id"], asked, row["references"] or [], answers, remark)
