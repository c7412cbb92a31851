"""The items of a run, or of two side by side, as tables: what changed comes first, texts stand where a row opens."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress

import polars as pl

from curate.core.run.errors import ThresherError
from reports.scores.answers import Answers
from reports.table.table import Column, Detail, Table

FLIPS = ("right to wrong", "wrong to right", "both wrong", "both right")
BEHAVIOUR = ("length", "tokens", "latency", "cost")  # which move in almost every row
MOVES = ("worse", "better", "same")
EMPTY = "empty_prediction"  # why a row has no score
SHOWN = 3  # metrics that have a column of their own; the others are told where a row opens


def run_table(key: str, answers: Answers, *, texts: bool) -> Table:
    """Return the items of one run, those that the first metric finds worst in front."""
    frame = answers.texts()
    columns = [Column("id", "text", "id")]
    worst: list[pl.Expr] = []
    for place, (name, values) in enumerate(answers.values.items()):
        hidden = place >= SHOWN
        column = f"value {name}"
        if values.binary:
            best = 1.0 if values.better == "higher" else 0.0
            words = [None if one is None else "right" if one == best else "wrong" for one in _counted(answers, name)]
            frame = frame.with_columns(pl.Series(column, words, pl.String))
            family = ("result", "by metric")
            columns.append(
                Column(column, "choice", name, filter=True, hidden=hidden, order=("wrong", "right"), family=family)
            )
            worst.append(pl.col(column).replace_strict({"wrong": 0, "right": 2}, default=1))
        else:
            frame = frame.with_columns(values.numbers.alias(column))
            columns.append(Column(column, "number", name, filter=not hidden, hidden=hidden))
            worst.append(pl.col(column) * (1 if values.better == "higher" else -1))
    frame, more = _facts(frame, answers)
    columns += more
    if worst:
        frame = frame.sort(worst[0], nulls_last=True, maintain_order=True)
    details = _details(frame, ("answer",), ("Answer",)) if texts and answers.frame is not None else ()
    strata = tuple(one.name for one in columns if one.kind == "choice")[:3]
    return Table(f"{key}-items", "Items", tuple(columns), _used(frame, columns, details), details, strata=strata)


def flip_table(
    key: str, base: Answers, candidate: Answers, metrics: Sequence[str], *, texts: bool, allow_missing: bool = False
) -> Table:
    """Return the items that both runs have: right to wrong first, then wrong to right, then the others.

    ``metrics`` are those that decide, the most important first; the others follow. With ``allow_missing`` an item that
    the candidate did not answer is a wrong one, as in a gate that says so.
    """
    frame = candidate.texts().join(base.said(), on="id", how="inner", maintain_order="left")
    names = [
        *(name for name in metrics if name in candidate.values),
        *(n for n in candidate.values if n not in metrics),
    ]
    both = [name for name in dict.fromkeys(names) if name in base.values]
    sides = _sides(base, candidate, both, allow_missing=allow_missing)
    frame = frame.join(sides, on="id", how="left", maintain_order="left")
    binary = [name for name in both if candidate.values[name].binary]
    columns = [Column("id", "text", "id")]
    for place, name in enumerate(both):
        hidden = place >= SHOWN or (name not in binary and name.partition(":")[0] in BEHAVIOUR)
        columns += _moved(name, candidate.values[name].unit, binary=name in binary, hidden=hidden)
        frame = frame.with_columns(
            _flip(name, candidate.values[name].better, binary=name in binary).alias(f"flip {name}")
        )
    frame, more = _facts(frame, candidate)
    columns += more
    flipped = [pl.col(f"flip {name}").is_in(FLIPS[:2]) for name in binary]
    frame = frame.with_columns(flipped=pl.any_horizontal(flipped) if flipped else pl.lit(value=False))
    ranks = {word: rank for rank, word in enumerate((*FLIPS, *MOVES))}
    order = [pl.col(f"flip {name}").replace_strict(ranks, default=9) for name in (binary or both)[:1]]
    frame = frame.sort(*order, ~pl.col("flipped"), maintain_order=True) if order else frame
    known = texts and candidate.frame is not None and base.frame is not None
    details = _details(frame, ("before", "answer"), ("Base's answer", "Candidate's answer")) if known else ()
    strata = tuple(f"flip {name}" for name in (binary or both)[:2])
    return Table(
        f"{key}-items", "Items of both runs", tuple(columns), _used(frame, columns, details, "flipped"), details,
        first="flipped", strata=strata,
    )  # fmt: skip


def _sides(base: Answers, candidate: Answers, metrics: Sequence[str], *, allow_missing: bool) -> pl.DataFrame:
    """Return what each item of both runs counts by each metric, ``old`` and ``new``, paired as a gate pairs them."""
    from evalkit.gate.runs.flips import values  # noqa: PLC0415 - a page of one run need not load it
    from evalkit.gate.runs.pairing import common  # noqa: PLC0415

    pair = common(candidate.judged, base.judged, "wrong" if allow_missing else "left out")
    found: dict[str, object] = {"id": pl.Series(pair.ids.tolist(), dtype=pl.String)}
    for name in metrics:
        old, new = _counted(base, name).to_numpy()[pair.base_rows], _counted(candidate, name).to_numpy()[pair.rows]
        with suppress(ThresherError):  # scored by other rules: what each run says stands there all the same
            scored = pair.scored(name)
            old[scored.places], new[scored.places] = values(scored)
        found |= {f"old {name}": old, f"new {name}": new}
    return pl.DataFrame(found, nan_to_null=True)


def _counted(answers: Answers, name: str) -> pl.Series:
    """Return the value of each row by a metric; of right or wrong, an empty answer, which has none, is a wrong one."""
    values = answers.values[name]
    if not values.binary:
        return values.numbers
    of_metric = pl.element().struct.field("metric") == name
    silent = answers.rows["unscored"].list.eval(of_metric & (pl.element().struct.field("reason") == EMPTY)).list.any()
    wrong = 0.0 if values.better == "higher" else 1.0
    return pl.select(pl.when(silent).then(pl.lit(wrong)).otherwise(values.numbers)).to_series()


def _moved(name: str, unit: str, *, binary: bool, hidden: bool) -> list[Column]:
    family = ("flip", "by metric") if binary else ("moved", "by metric")
    flip = Column(
        f"flip {name}", "choice", name, filter=True, hidden=hidden, order=FLIPS if binary else MOVES, family=family
    )
    if binary:
        return [flip]
    return [
        flip,
        Column(f"old {name}", "number", f"{name}, base", "" if unit == "share" else unit, hidden=True),
        Column(f"new {name}", "number", f"{name}, candidate", "" if unit == "share" else unit, hidden=True),
    ]


def _flip(name: str, better: str, *, binary: bool) -> pl.Expr:
    old, new = pl.col(f"old {name}"), pl.col(f"new {name}")
    gain = new - old if better == "higher" else old - new
    good = pl.lit(1.0 if better == "higher" else 0.0)
    if binary:
        same = pl.when(new == good).then(pl.lit(FLIPS[3])).otherwise(pl.lit(FLIPS[2]))
        words = pl.when(gain < 0).then(pl.lit(FLIPS[0])).when(gain > 0).then(pl.lit(FLIPS[1])).otherwise(same)
    else:
        words = pl.when(gain < 0).then(pl.lit("worse")).when(gain > 0).then(pl.lit("better")).otherwise(pl.lit("same"))
    return pl.when(gain.is_not_null()).then(words)


def _facts(frame: pl.DataFrame, answers: Answers) -> tuple[pl.DataFrame, list[Column]]:
    """Return the frame with a column for each slice, for faults and for why a row has no score, where there are any."""
    slices = answers.rows["slices"]
    told = {text: json.loads(text) for text in slices.unique() if text}  # few, of many rows
    facts: dict[str, pl.Series] = {}
    for field in sorted({field for one in told.values() for field in one}):
        words = {text: str(one[field]) for text, one in told.items() if one.get(field) is not None}
        facts[f"slice {field}"] = slices.replace_strict(words, default=None, return_dtype=pl.String)
    if answers.rows["fault"].null_count() < len(answers.rows):
        facts["fault"] = answers.rows["fault"].cast(pl.String)
    reasons = pl.element().struct.field("reason").unique().sort()
    why = answers.rows["unscored"].list.eval(reasons)
    if (why.list.len() > 0).any():
        facts["unscored"] = why
    columns = [Column(name, "choice", name.removeprefix("slice "), filter=True) for name in facts]
    added = pl.DataFrame({"id": answers.rows["id"], **facts})
    return frame.join(added, on="id", how="left", maintain_order="left"), columns


def _details(frame: pl.DataFrame, names: Sequence[str], labels: Sequence[str]) -> tuple[Detail, ...]:
    """Return what a row opens to: the answers differ from the reference, or where there is none from each other."""
    wanted = frame["reference"].null_count() < len(frame)
    found = [Detail("prompt", "Prompt")] if frame["prompt"].null_count() < len(frame) else []
    if wanted:
        found.append(Detail("reference", "Reference", beside=True))
    before: str | None = "reference" if wanted else None
    for name, label in zip(names, labels, strict=True):
        found.append(Detail(name, label, beside=len(names) > 1 or wanted, against=before))
        before = before or name
    return tuple(found)


def _used(frame: pl.DataFrame, columns: Sequence[Column], details: Sequence[Detail], *more: str) -> pl.DataFrame:
    return frame.select(list(dict.fromkeys([*(one.name for one in columns), *(one.name for one in details), *more])))
