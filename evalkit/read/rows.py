"""Rows of predictions: our own ``predictions.jsonl``, or any file whose fields are named."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import orjson

from curate.core.read.decode import Record
from curate.core.record.fields import field_of
from curate.core.run.errors import InputError
from evalkit.predictions import Answer, as_references, as_text
from evalkit.read.named import Named
from evalkit.read.records import Fields, InputFile, json_lines

TOKENS = ("completion_tokens", "output_tokens", "completion", "tokens")
SECONDS = ("seconds", "latency")
_LIKELIHOODS = ("logprobs", "choices", "choice_logprobs")


def read_rows(file: InputFile, fields: Fields) -> Iterator[Answer]:
    """Yield the answers of a file of rows.

    Raises:
        InputError: a line cannot be read, has no usable id, or no row has a field that is needed or was named.
    """
    wanted = Named(replace(fields, id=None, prediction=fields.prediction or "prediction"))  # an id is each row's
    first = True
    named = fields.id
    derived: dict[str, int] = {}
    for line, record in json_lines(file):
        if first:
            first, named = False, fields.id or ("id" if "id" in record else None)
        wanted.see(record)
        answer = answer_of(record, fields)
        answer.place = f"{file.word} {line}"
        answer.id = _derived(answer, line, derived) if named is None else _named(record, named, file, line)
        if isinstance(record.get("model"), str):
            file.models.add(record["model"])
        yield answer
    wanted.refuse_missing(file)


def answer_of(record: Record, fields: Fields) -> Answer:
    """Return what a row says, but for its id."""
    schema, check = record.get("schema"), record.get("check")
    answer = Answer(
        id="",
        prediction=as_text(field_of(record, fields.prediction or "prediction")),
        references=_references(record, fields.reference),
        prompt=prompt_of(record, fields.prompt),
        slices=slices_of(record, fields.slices),
        cluster=as_text(record.get("cluster")),
        finish=as_text(record.get("finish")),
        fault=fault_of(record.get("fault")),
        schema=None if schema is None else orjson.dumps(schema, option=orjson.OPT_SORT_KEYS).decode(),
        check=None if check is None else orjson.dumps(check, option=orjson.OPT_SORT_KEYS).decode(),
    )
    if isinstance(usage := record.get("usage"), dict):
        answer.tokens, answer.seconds = number_of(usage, TOKENS), number_of(usage, SECONDS)
        answer.cost = number_of(usage, ("cost",))
    if not record.keys().isdisjoint(_LIKELIHOODS):
        _add_likelihoods(answer, record)
    return answer


def _add_likelihoods(answer: Answer, record: Record) -> None:
    """Write what a row says of log-probabilities, of its reference or of each choice, into its answer."""
    answer.log_likelihood, answer.scored_tokens, conditions = _log_likelihood(record.get("logprobs"))
    answer.choices, answer.choice_likelihoods, taken = _choices(record)
    answer.conditions = conditions or taken
    answer.likelihood_fault = _likelihood_fault(record)
    gold = record.get("gold")
    answer.gold = gold if isinstance(gold, int) and answer.choices else None


def _references(record: Record, named: str | None) -> list[str] | None:
    if named is not None:
        return as_references(field_of(record, named))
    several = record.get("references")
    if isinstance(several, list):
        return [text for one in several if (text := as_text(one)) is not None] or None
    return as_references(record.get("reference") if several is None else several)


def prompt_of(record: Record, named: str | None) -> str | None:
    """Return what was asked; messages as JSON with sorted keys, so that their spelling does not matter."""
    value = field_of(record, named) if named is not None else record.get("messages", record.get("prompt"))
    if value is None or isinstance(value, str):
        return value
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()


def slices_of(record: Record, named: Sequence[str]) -> str | None:
    """Return the slices of a row, and the fields named to be some, as JSON with sorted keys; None where it has none."""
    told = record.get("slices")
    fields: dict[str, Any] = dict(told) if isinstance(told, dict) else {}
    fields |= {name: field_of(record, name) for name in named}
    texts = {name: as_text(value) for name, value in fields.items() if value is not None}
    return orjson.dumps(texts, option=orjson.OPT_SORT_KEYS).decode() if texts else None


def add_named(answer: Answer, record: Record, fields: Fields) -> None:
    """Write prompt and slices that flags name in a record of a log into its answer, the slices beside its own."""
    if fields.prompt is not None:
        answer.prompt = prompt_of(record, fields.prompt)
    if fields.slices:
        own = orjson.loads(answer.slices) if answer.slices else {}
        answer.slices = slices_of(record | {"slices": own}, fields.slices)


def fault_of(value: Any) -> str | None:
    """Return the kind of a fault, which is a word, or an object with one."""
    if value is None or value is False:
        return None
    if isinstance(value, dict):
        value = value.get("kind") or value.get("code") or value.get("type") or "fault"
    return value if isinstance(value, str) else "fault"


def number_of(used: Mapping[str, Any], names: Sequence[str]) -> float | None:
    """Return the number that stands under the first of some names that has one."""
    found = (used[name] for name in names if isinstance(used.get(name), int | float))
    return next((float(one) for one in found), None)


def _log_likelihood(value: Any) -> tuple[float | None, float | None, str | None]:
    """Return the sum of log-probabilities of the reference, of how many tokens, taken how.

    They stand as ``{"sum": -3.2, "tokens": 4, "conditions": "bos:yes|mask:answer"}``, or as a list of one a token.
    """
    if isinstance(value, list) and value and all(isinstance(one, int | float) for one in value):
        return float(sum(value)), float(len(value)), None
    if isinstance(value, dict):
        total, tokens = number_of(value, ("sum",)), number_of(value, ("tokens",))
        return (total, tokens, as_text(value.get("conditions"))) if total is not None and tokens else (None, None, None)
    return None, None, None


def _choices(record: Record) -> tuple[list[str] | None, list[float] | None, str | None]:
    """Return the choices of a question, the log-likelihood of each, and how they were taken.

    They stand as ``"choices": ["Rome", "Paris"], "choice_logprobs": {"sums": [-9.1, -2.3], "conditions": "..."}``.
    """
    texts, told = record.get("choices"), record.get("choice_logprobs")
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        return None, None, None
    sums = told.get("sums") if isinstance(told, dict) else None
    if not isinstance(sums, list) or len(sums) != len(texts) or not all(isinstance(one, int | float) for one in sums):
        return texts, None, None
    return texts, [float(one) for one in sums], as_text(told.get("conditions")) if isinstance(told, dict) else None


def _likelihood_fault(record: Record) -> str | None:
    told = (record.get(name) for name in ("logprobs", "choice_logprobs"))
    return next((fault_of(one["fault"]) for one in told if isinstance(one, dict) and one.get("fault")), None)


def _named(record: Record, field: str, file: InputFile, line: int) -> str:
    value = field_of(record, field)
    if isinstance(value, str) or (isinstance(value, int) and not isinstance(value, bool)):
        return str(value)
    problem = "has no field" if value is None else "has neither text nor a whole number in"
    raise InputError(
        f"{file.at(line)} {problem} {field!r}, by which rows are paired",
        f"the row has: {', '.join(record)}",
        hint="name a field that every row has: --id-field FIELD",
    )


def _derived(answer: Answer, line: int, seen: dict[str, int]) -> str:
    """Return an id for a row of a file without ids: of what was asked, else its line; never of what was answered."""
    if answer.prompt is None:
        return f"line-{line}"
    asked = hashlib.sha256(orjson.dumps([answer.prompt, answer.references or []])).hexdigest()[:16]
    seen[asked] = seen.get(asked, 0) + 1
    return asked if seen[asked] == 1 else f"{asked}#{seen[asked]}"
