"""Answers in groups of one prompt to verdicts on rows: which contradict which, what goes, and why."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

import polars as pl

from curate.contradictions.camps import Answer, Group, Policy, Verdict
from curate.contradictions.differ import Differ
from curate.contradictions.keys import asked_texts
from curate.core.record.tables import Engine
from curate.dedupe.contexts import contexts

_ANSWERS_AT_ONCE = 1000  # that are fetched
_IN_ANSWER = ("row", "layout", "messages", "media")

JUDGED = pl.Schema(
    {
        "row": pl.UInt64,
        "depth": pl.UInt64,
        "word": pl.UInt8,  # a ``Differ``
        "drops": pl.Boolean,
        "detail": pl.String,
        "matched": pl.UInt64,
        "similarity": pl.Float64,
        "cluster": pl.UInt64,  # the first row of those that answer the prompt otherwise than another
    }
)


_TOLD = pl.Schema(
    {
        "group": pl.UInt64,
        "answer": pl.UInt64,
        "word": pl.UInt8,
        "drops": pl.Boolean,
        "detail": pl.String,
        "matched": pl.UInt64,
        "similarity": pl.Float64,
    }
)


class Rule(NamedTuple):
    """What is told, and what goes."""

    threshold: float
    policy: Policy
    dropping: frozenset[Differ]
    spared: int = 0  # answers of rows numbered below stay


def judged(units: pl.DataFrame, engine: Engine, rule: Rule) -> pl.DataFrame:
    """Return JUDGED for each of the units (row, depth, group, answer, own) whose group has answers that differ."""
    several = units.filter(pl.col("answer").n_unique().over("group") > 1)
    if several.is_empty():
        return JUDGED.to_frame()
    variants = (
        several.with_columns(spared=pl.col("row") < rule.spared)
        .sort("spared", "own", "row", "depth", descending=[True, False, False, False])
        .group_by("group", "answer", maintain_order=True)
        .agg(pl.col("row", "depth", "own", "spared").first(), rows=pl.col("row").n_unique())
        .sort("own", "row", "depth")
        .with_columns(order=pl.int_range(pl.len()))  # by content: the same in any order of the rows
        .sort("group", "order")
    )
    parts = [_verdicts(part, engine, rule) for part in _parts(variants)]
    told = several.join(pl.concat(parts), on=["group", "answer"], how="inner", maintain_order="left")
    return told.with_columns(cluster=pl.col("row").min().over("group")).select(JUDGED.names()).cast(JUDGED)


def _parts(variants: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Yield whole groups, some thousand answers at a time."""
    number = (pl.col("group").rle_id().rank("min") - 1) // _ANSWERS_AT_ONCE
    for part in variants.with_columns(part=number).partition_by("part", maintain_order=True):
        yield part.drop("part")


def _verdicts(variants: pl.DataFrame, engine: Engine, rule: Rule) -> pl.DataFrame:
    """Return (group, answer, ...) with a verdict on each answer of the groups in which any two differ."""
    texts = fetched(variants.select("row", "depth"), engine)
    found = pl.concat([variants, texts.drop("row", "depth")], how="horizontal")
    told = []
    for key, members in groupby(found.iter_rows(named=True), key=itemgetter("group")):
        group = list(members)
        answers = [
            Answer(
                one["said"] or "",
                one["calls"],
                one["layout"] == "classification",
                one["rows"],
                one["order"],
                one["spared"],
            )
            for one in group
        ]
        verdicts = Group(group[0]["asked"], answers, rule.threshold).judged(rule.policy, rule.dropping)
        if all(verdict.word is Differ.SAME and not verdict.drops for verdict in verdicts):
            continue
        for one, verdict in zip(group, verdicts, strict=True):
            told.append((key, one["answer"], int(verdict.word), verdict.drops, _detail(verdict),
                         group[verdict.against]["row"], round(verdict.alike, 6)))  # fmt: skip
    return pl.DataFrame(told, schema=_TOLD, orient="row")


def _detail(verdict: Verdict) -> str:
    said = f"{verdict.rows:,} of {verdict.of:,} rows say so"
    return f"{verdict.words}; {said}" if verdict.words else said


def fetched(units: pl.DataFrame, engine: Engine) -> pl.DataFrame:
    """Return for units (row, depth), in their order: asked, said, calls, layout."""
    wanted = units["row"].unique().sort()
    columns = ("row", "depth", "asked", "said", "calls", "layout")
    parts = []
    for start in range(0, len(wanted), _ANSWERS_AT_ONCE):
        block = engine.fetch(wanted[start : start + _ANSWERS_AT_ONCE], list(_IN_ANSWER))
        found = contexts(block["messages"], block["media"], _as_it_is)
        flat = found.turns.flat
        parts.append(
            pl.DataFrame(
                {
                    "row": block["row"].gather(found.owner),
                    "depth": pl.Series(found.depth).cast(pl.UInt64),
                    "asked": asked_texts(found),
                    "said": flat["text"].gather(found.place),
                    "calls": flat["calls"].gather(found.place),
                    "layout": block["layout"].gather(found.owner),
                }
            ).select(columns)
        )
    return units.join(pl.concat(parts), on=["row", "depth"], how="left", maintain_order="left")


def _as_it_is(texts: pl.Series) -> pl.Series:
    return texts
