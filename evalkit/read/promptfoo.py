"""Results of promptfoo (``promptfoo eval --output results.json``)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from curate.core.read.decode import Record
from curate.core.run.errors import InputError
from evalkit.predictions import Answer, as_references, as_text
from evalkit.read.records import Fields, InputFile, json_document, under

_EQUAL = ("equals", "contains", "icontains", "similar", "rouge-n", "bleu", "levenshtein", "is-json")
_VARS = ("reference", "expected", "answer", "target")


def read_promptfoo(file: InputFile, fields: Fields) -> Iterator[Answer]:
    """Yield the answers of a results file; with several providers or prompts each is a slice, and part of the id.

    The reference is the variable that ``--reference-field`` names, else the text of the first assertion that compares,
    else a variable called reference, expected, answer or target.

    Raises:
        InputError: the file holds no results of promptfoo.
    """
    document = json_document(file)
    results = under(document, "results.results") if isinstance(document, dict) else None
    if results is None and isinstance(document, dict):
        results = document.get("results")
    if not isinstance(results, list):
        raise InputError(f"{file.name} holds no results of promptfoo", hint="promptfoo eval --output results.json")
    rows = [one for one in results if isinstance(one, dict)]
    ways = sorted({_way(one) for one in rows})
    file.models.update(provider for provider, _ in ways)
    for number, row in enumerate(rows, 1):
        answer = _answer(row, fields, number, alone=len(ways) == 1)
        answer.place = f"result {number}"
        yield answer


def _way(row: Record) -> tuple[str, str]:
    provider = row.get("provider")
    told = (provider.get("label") or provider.get("id")) if isinstance(provider, dict) else provider
    prompt = row.get("promptIdx")
    return as_text(told) or "", as_text(prompt) or "0"


def _answer(row: Record, fields: Fields, number: int, *, alone: bool) -> Answer:
    response: Record = row["response"] if isinstance(row.get("response"), dict) else {}
    variables: Record = row["vars"] if isinstance(row.get("vars"), dict) else {}
    provider, prompt = _way(row)
    name = as_text(under(variables, fields.id) if fields.id else row.get("testIdx", number - 1)) or f"result-{number}"
    output = response.get("output")
    failed = output is None and (row.get("error") or response.get("error"))
    usage = response.get("tokenUsage") or row.get("tokenUsage") or {}
    return Answer(
        id=name if alone else f"{name}:{provider}:{prompt}",
        prediction=as_text(output),
        references=_references(row, variables, fields.reference),
        prompt=as_text(under(row, "prompt.raw")),
        slices=None if alone else as_text({"prompt": prompt, "provider": provider}),
        cluster=None if alone else name,
        finish=as_text(response.get("finishReason")),
        fault="request_failed" if failed else None,
        tokens=_number(usage.get("completion")),
        seconds=None if (spent := _number(row.get("latencyMs"))) is None else spent / 1000,
        cost=_number(row.get("cost", response.get("cost"))),
    )


def _references(row: Record, variables: Record, named: str | None) -> list[str] | None:
    if named is not None:
        return as_references(under(variables, named))
    asserted = under(row, "testCase.assert") or under(row, "test.assert") or []
    for one in asserted:
        if isinstance(one, dict) and one.get("type") in _EQUAL and isinstance(one.get("value"), str):
            return [one["value"]]
    return next((as_references(variables[name]) for name in _VARS if name in variables), None)


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
