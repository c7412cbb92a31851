"""Results of promptfoo (``promptfoo eval --output results.json``)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from curate.core.read.decode import Record
from curate.core.record.fields import field_of
from curate.core.run.errors import InputError
from evalkit.predictions import Answer, as_references, as_text
from evalkit.read.named import Named
from evalkit.read.records import Fields, InputFile, json_document, of_kind
from evalkit.read.rows import add_named

_EQUAL = ("equals", "contains", "icontains", "similar", "rouge-n", "bleu", "levenshtein")
_VARIABLE = re.compile(r"\{\{\s*(\w+)\s*\}\}")  # logs keep assertions as they were written
_VARS = ("reference", "expected", "answer", "target")


def read_promptfoo(file: InputFile, fields: Fields) -> Iterator[Answer]:
    """Yield the answers of a results file; with several providers or prompts each is a slice, and part of the id.

    A flag names a variable, or a field of the result where there is no such variable.
    The reference is the variable that ``--reference-field`` names, else the text of the first assertion that compares,
    else a variable called reference, expected, answer or target.

    Raises:
        InputError: the file holds no results of promptfoo, or none of them has a field that a flag names.
    """
    file.word = "result"
    named = Named(fields)
    document = json_document(file)
    results = field_of(document, "results.results") if isinstance(document, dict) else None
    if results is None and isinstance(document, dict):
        results = document.get("results")
    if not isinstance(results, list):
        raise InputError(f"{file.name} holds no results of promptfoo", hint="promptfoo eval --output results.json")
    rows = [one for one in results if isinstance(one, dict)]
    prompts = _prompts(rows)
    ways = sorted({_way(one, prompts) for one in rows})
    file.models.update(provider for provider, _ in ways)
    for number, row in enumerate(rows, 1):
        known = row | _variables(row)
        named.see(known)
        answer = _answer(row, fields, number, None if len(ways) == 1 else _way(row, prompts), file.at(number))
        add_named(answer, known, fields)
        answer.place = f"result {number}"
        yield answer
    named.refuse_missing(file)


def _prompts(rows: list[Record]) -> dict[str, str]:
    """Return a number for each template of a prompt; the log's own number counts it again for each provider."""
    first: dict[str, int] = {}
    for row in rows:
        place = row.get("promptIdx")
        template = _template(row)
        first[template] = min(place if isinstance(place, int) else 0, first.get(template, len(rows)))
    return {template: str(number) for number, template in enumerate(sorted(first, key=lambda one: (first[one], one)))}


def _template(row: Record) -> str:
    return as_text(field_of(row, "prompt.label")) or as_text(row.get("promptIdx")) or ""


def _way(row: Record, prompts: dict[str, str]) -> tuple[str, str]:
    """Return the provider and the number of the prompt."""
    provider = row.get("provider")
    told = (provider.get("label") or provider.get("id")) if isinstance(provider, dict) else provider
    return as_text(told) or "", prompts[_template(row)]


def _variables(row: Record) -> Record:
    return row["vars"] if isinstance(row.get("vars"), dict) else {}


def _answer(row: Record, fields: Fields, number: int, way: tuple[str, str] | None, at: str) -> Answer:
    response: Record = row["response"] if isinstance(row.get("response"), dict) else {}
    known = row | _variables(row)
    name = as_text(field_of(known, fields.id) if fields.id else row.get("testIdx", number - 1)) or f"result-{number}"
    output = field_of(known, fields.prediction) if fields.prediction else response.get("output")
    failed = output is None and (row.get("error") or response.get("error"))
    usage = of_kind(response.get("tokenUsage") or row.get("tokenUsage"), dict, "tokenUsage", at)
    return Answer(
        id=name if way is None else f"{name}:{way[0]}:{way[1]}",
        prediction=as_text(output),
        references=as_references(field_of(known, fields.reference)) if fields.reference else _references(row, at),
        prompt=as_text(field_of(row, "prompt.raw")),
        slices=None if way is None else as_text({"prompt": way[1], "provider": way[0]}),
        cluster=None if way is None else name,
        finish=as_text(response.get("finishReason")),
        fault="request_failed" if failed else None,
        tokens=_number(usage.get("completion")) or None,  # 0 where the provider tells nothing
        seconds=None if (spent := _number(row.get("latencyMs"))) is None else spent / 1000,
        cost=_number(row.get("cost", response.get("cost"))) or None,
    )


def _references(row: Record, at: str) -> list[str] | None:
    variables = _variables(row)
    told = field_of(row, "testCase.assert") or field_of(row, "test.assert")
    for one in [told] if isinstance(told, dict | str) else of_kind(told, list, "assert", at):
        if isinstance(one, dict) and one.get("type") in _EQUAL and isinstance(one.get("value"), str | int | float):
            written = as_text(one["value"]) or ""  # YAML makes a number of 42
            told = _VARIABLE.sub(lambda found: as_text(variables.get(found[1])) or found[0], written)
            if "{{" not in told and "{%" not in told:  # a template that takes more than names
                return [told]
    return next((as_references(variables[name]) for name in _VARS if name in variables), None)


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
