"""Predictions as a frame: one schema, whatever file or log they came from."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, fields
from itertools import islice
from operator import attrgetter
from typing import Any

import orjson
import polars as pl

from curate.core.run.errors import InputError

PREDICTIONS: dict[str, pl.DataType | type[pl.DataType]] = {
    "id": pl.String,
    "prediction": pl.String,  # null: there is none
    "references": pl.List(
        pl.String
    ),  # null: there is none; empty: an empty list, which is one for metrics of JSON alone
    "prompt": pl.String,  # a text, or the JSON of messages
    "slices": pl.String,  # JSON of {field: value}, keys sorted; null: none
    "cluster": pl.String,
    "finish": pl.String,  # why the model stopped, as its server says it
    "fault": pl.String,  # the kind of a failed request
    "tokens": pl.Float64,  # of the answer
    "seconds": pl.Float64,
    "cost": pl.Float64,
    "schema": pl.String,  # a JSON Schema of the row's own
    "check": pl.String,  # JSON of the row's own checks
    "log_likelihood": pl.Float64,  # natural logarithm of the probability of the reference
    "scored_tokens": pl.Float64,  # over which it was summed
    "conditions": pl.String,  # under which: template, beginning of text, stride, mask
    "likelihood_fault": pl.String,  # why there is none, where the model does not tell it
    "choices": pl.List(pl.String),  # of a multiple-choice question
    "choice_likelihoods": pl.List(pl.Float64),  # of each, as log_likelihood
    "gold": pl.Int64,  # the place of the right one
}
_CHUNK = 8192  # rows that are Python objects at once


@dataclass(slots=True)
class Answer:
    """One row of predictions."""

    id: str
    prediction: str | None = None
    references: list[str] | None = None
    prompt: str | None = None
    slices: str | None = None
    cluster: str | None = None
    finish: str | None = None
    fault: str | None = None
    tokens: float | None = None
    seconds: float | None = None
    cost: float | None = None
    schema: str | None = None
    check: str | None = None
    log_likelihood: float | None = None
    scored_tokens: float | None = None
    conditions: str | None = None
    likelihood_fault: str | None = None
    choices: list[str] | None = None
    choice_likelihoods: list[float] | None = None
    gold: int | None = None
    place: str = field(default="", compare=False)  # "line 17": for messages


def to_frame(answers: Iterable[Answer], name: str) -> pl.DataFrame:
    """Return the answers of a file (its name is for messages) as a frame of ``PREDICTIONS``.

    Raises:
        InputError: an id stands twice, so that its row could not be paired with another run's; or there is no row.
    """
    seen: dict[str, str] = {}
    frames = [_frame(chunk) for chunk in _chunks(_distinct(answers, seen, name))]
    if not frames:
        raise InputError(f"{name} holds no rows", hint='a prediction a line: {"id": ..., "prediction": ...}')
    return pl.concat(frames, rechunk=True)


def _distinct(answers: Iterable[Answer], seen: dict[str, str], name: str) -> Iterator[Answer]:
    for answer in answers:
        if answer.id in seen:
            raise InputError(
                f"the id {answer.id[:80]!r} stands twice in {name}",
                f"{seen[answer.id]} and {answer.place}",
                hint="rows are paired by id; name a field whose values are unique: --id-field FIELD",
            )
        seen[answer.id] = answer.place
        yield answer


def _chunks(answers: Iterator[Answer]) -> Iterator[list[Answer]]:
    while chunk := list(islice(answers, _CHUNK)):
        yield chunk


def _frame(answers: list[Answer]) -> pl.DataFrame:
    names = [one.name for one in fields(Answer) if one.name != "place"]
    columns = {name: list(map(attrgetter(name), answers)) for name in names}
    references = _lists(columns.pop("references"))
    rest = {name: kind for name, kind in PREDICTIONS.items() if name != "references"}
    return pl.DataFrame(columns, schema=rest).with_columns(references=references).select(list(PREDICTIONS))


def _lists(values: list[list[str] | None]) -> pl.Series:
    """Return a column of lists; polars makes a series for each of a Python list, so those of one text go as texts."""
    if any(value is not None and len(value) != 1 for value in values):
        return pl.Series("references", values, dtype=pl.List(pl.String))
    return in_lists([None if value is None else value[0] for value in values])


def in_lists(values: list[str | None]) -> pl.Series:
    """Return references, each a list of one text; null where there is none."""
    texts = pl.Series("references", values, dtype=pl.String)
    lists = texts.reshape((-1, 1)).arr.to_list()
    return pl.select(pl.when(texts.is_not_null()).then(lists).alias("references")).to_series()


def as_text(value: Any) -> str | None:
    """Return a value of a JSON file as a text: a string as it is, null as None, anything else as compact JSON."""
    if value is None or isinstance(value, str):
        return value
    return orjson.dumps(value).decode()


def as_references(value: Any) -> list[str] | None:
    """Return the references that a value stands for: a list of strings is several of them, anything else is one."""
    if value is None:
        return None
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return list(value)
    text = as_text(value)
    return None if text is None else [text]


def data_sha256(frame: pl.DataFrame) -> str:
    """Return the hash of what was asked: (id, prompt, references) sorted by id, and nothing of what was answered.

    Choices and the place of the right one stand beside them where a row has no reference, which would say it.
    """
    digest = hashlib.sha256()
    columns = ("id", "prompt", "references", "choices", "gold")
    for asked in frame.select(columns).sort("id").iter_slices(_CHUNK):
        for name, prompt, references, choices, gold in asked.rows():
            keyed = [] if references or choices is None else [choices, gold]
            digest.update(orjson.dumps([name, prompt, references or [], *keyed]) + b"\n")
    return digest.hexdigest()
