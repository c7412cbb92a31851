"""People beside the machine, and beside each other: the content of ``agreement.json``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from itertools import combinations
from typing import Any

from curate.core.run.canonical import SCHEMA_VERSION
from evalkit.review.kappa import DRAWS, agreement
from evalkit.review.ratings import Ratings, Values
from evalkit.review.task import Task
from evalkit.scored_run import ScoredRun

AGREEMENT = "agreement.json"


def compared(run: ScoredRun, task: Task, ratings: Sequence[Ratings], seed: int) -> dict[str, Any]:
    """Return the agreement of each person with the metric, and of each two people, question by question.

    ``{"metric":"judge:pairwise","raters":[{"rater":"anna","n":150,"sha256":".."}],"pairs":[{"first":"anna",
    "second":"judge:pairwise","question":"better","n":148,"share":0.81,"kappa":0.66,"interval":[0.55,0.76],
    "weighted":0.7,"weighted_interval":[..],"values":["this","tie","other"],"table":[[60,4,3],..]}],"left_out":2,..}``

    ``left_out`` are the rows of two equal answers that somebody rated: they are in no pair.
    """
    names = _distinct([one.rater for one in ratings])
    equal = task.unasked(run)
    people = [
        (name, {row: values for row, values in one.rows.items() if row not in equal})
        for name, one in zip(names, ratings, strict=True)
    ]
    sides = [*(((task.metric, task.said(run)),) if task.metric else ())]
    pairs: list[dict[str, Any]] = []
    for (first, mine), (second, theirs) in [*((p, s) for p in people for s in sides), *combinations(people, 2)]:
        pairs += _pairs(task, (first, mine), (second, theirs), seed)
    return {
        "schema_version": SCHEMA_VERSION,
        "metric": task.metric,
        "raters": [
            {"rater": name, "n": len(one.rows), "sha256": one.sha256} for name, one in zip(names, ratings, strict=True)
        ],
        "pairs": pairs,
        "left_out": len(equal & {row for one in ratings for row in one.rows}),
        "run": run.sha256,
        "signature": f"kappa|weighted:quadratic|ci:bca_or_t,{DRAWS},seed:{seed}|v:2",
    }


def _pairs(
    task: Task, left: tuple[str, Mapping[str, Values]], right: tuple[str, Mapping[str, Values]], seed: int
) -> Iterator[dict[str, Any]]:
    (first, mine), (second, theirs) = left, right
    both = [name for name in sorted(mine) if name in theirs]
    for question in task.questions:
        told = {"first": first, "second": second, "question": question.name, "values": list(question.values)}
        if not both:
            yield told | {"n": 0}
            continue
        said, other = ([rows[name][question.name] for name in both] for rows in (mine, theirs))
        yield told | asdict(agreement(said, other, question.values, seed))


def _distinct(names: Sequence[str]) -> list[str]:
    """Return the names, with a number where one stands twice."""
    return [name if names.count(name) == 1 else f"{name} ({place})" for place, name in enumerate(names, 1)]
