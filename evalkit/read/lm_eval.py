"""Sample logs of lm-evaluation-harness (``samples_TASK_*.jsonl``, written with ``--log_samples``)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from curate.core.read.decode import Record
from curate.core.record.fields import field_of
from curate.core.run.errors import InputError
from evalkit.predictions import Answer, as_references, as_text
from evalkit.read.lm_eval_choice import choice
from evalkit.read.named import Named
from evalkit.read.records import Fields, InputFile, json_lines, of_kind
from evalkit.read.rows import add_named


def read_lm_eval(file: InputFile, fields: Fields) -> Iterator[Answer]:
    """Yield the answers of a sample log; the raw response, for our normalisers do what its filters do.

    Of several responses to one request (``repeats``) the first is the answer.

    A document stands once for each filter: the first row counts, and a later one that has another response is an error.
    In multiple choice the answer is the choice of the highest log-likelihood, the reference the text of the right one;
    there is none where the log does not tell which of several inputs is right.
    Where only log-likelihoods were asked for there is no answer, and they are those of the reference.

    Raises:
        InputError: a line cannot be read, or is no sample; or no row has a field that a flag names.
    """
    named = Named(fields)
    seen: dict[str, str | None] = {}
    for line, record in json_lines(file):
        if "resps" not in record and "filtered_resps" not in record:
            raise InputError(
                f"{file.at(line)} is no sample of lm-evaluation-harness: it has no 'resps'",
                hint="name the file samples_TASK_*.jsonl that --log_samples writes",
            )
        named.see(record)
        name = as_text(field_of(record, fields.id or "doc_id"))
        answer = _answer(record, fields, name if name is not None else f"line-{line}", file.at(line))
        add_named(answer, record, fields)
        answer.place = f"{file.word} {line}"
        if answer.id in seen and record.get("filter") is not None and seen[answer.id] == answer.prediction:
            continue
        seen[answer.id] = answer.prediction
        yield answer
    named.refuse_missing(file)


def _answer(record: Record, fields: Fields, name: str, at: str) -> Answer:
    arguments = _arguments(record, at)
    asked = [(as_text(one[0]), as_text(one[1]) or "" if len(one) > 1 else "") for one in arguments]
    responses = field_of(record, fields.prediction or "resps") or field_of(
        record, fields.prediction or "filtered_resps"
    )
    while (
        isinstance(responses, list) and len(responses) == 1 and isinstance(responses[0], list) and _nested(responses[0])
    ):
        responses = responses[0]
    prompt = asked[0][0] if asked else None
    named = field_of(record, fields.reference) if fields.reference else record.get("target")
    if any(_generates(one) for one in arguments):  # two numbers may be two answers
        return Answer(name, as_text(_first(responses)), as_references(named), prompt)
    if _is_choice(responses):
        return choice(record, name, asked, [_likelihood(one) for one in responses], named)
    alone = _pair(responses)
    if alone is not None and asked:  # the log-likelihood of one continuation
        return Answer(name, None, [asked[0][1]], prompt, log_likelihood=float(alone[0]), conditions="lm-eval")
    first = _first(responses)
    if asked and not asked[0][1] and (rolling := _float(first)) is not None and prompt == named:
        return Answer(name, None, as_references(named), None, log_likelihood=rolling, conditions="lm-eval rolling")
    return Answer(name, as_text(first), as_references(named), prompt)


def _first(responses: Any) -> Any:
    """Return the first response, however deep; None where there is none."""
    while isinstance(responses, list):
        responses = responses[0] if responses else None
    return responses


def _nested(responses: list[Any]) -> bool:
    return bool(responses) and isinstance(responses[0], list)


def _arguments(record: Record, at: str) -> list[list[Any]]:
    """Return the arguments of each request: a context, and a continuation or how to generate one.

    Newer logs have objects where older ones have lists.
    """
    told = record.get("arguments")
    if isinstance(told, list):
        return [one for one in told if isinstance(one, list) and one]
    requests = () if isinstance(told, str) else of_kind(told, dict, "arguments", at).values()
    return [[one.get("arg_0"), one.get("arg_1")] for one in requests if isinstance(one, dict)]


def _generates(arguments: list[Any]) -> bool:
    """Say whether a request asks for a text: its second argument is how (``until``, ``do_sample``), and no text."""
    return len(arguments) > 1 and isinstance(arguments[1], dict)


def _is_choice(responses: Any) -> bool:
    """Say whether there are several requests whose responses are (log-likelihood, is greedy)."""
    if not isinstance(responses, list) or len(responses) < 2:
        return False
    return all(_pair(one) is not None for one in responses)


def _pair(response: Any) -> tuple[Any, Any] | None:
    while isinstance(response, list) and len(response) == 1:
        response = response[0]
    if (
        not isinstance(response, list)
        or len(response) != 2
        or str(response[1]) not in ("True", "False", "0", "1", "0.0", "1.0")
    ):
        return None
    return None if _float(response[0]) is None else (response[0], response[1])


def _float(value: Any) -> float | None:
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def _likelihood(response: Any) -> float:
    pair = _pair(response)
    return float(pair[0]) if pair is not None else float("-inf")
