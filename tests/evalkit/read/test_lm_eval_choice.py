"""Multiple choice as lm-evaluation-harness 0.4.13 logs it where its requests are more than the choices of one context.

The rows have the form of those that its dummy model gave for tasks like WinoGrande with items of our own.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.evalkit.read.test_read import read

EXAMPLES = "Bob met Ana, so Bob left.\n\nTom met Li, so Li left.\n\n"
SHORT, LONG, THIRD = "Al met Alexander, so Al", "Al met Alexander, so Alexander", "Al met Alexander, so nobody"


def logged(requests: list[tuple[str, str]], likelihoods: list[float], target: str, **more: Any) -> dict[str, Any]:
    """Return a row of ``samples_TASK_*.jsonl``: numbers and places are texts."""
    asked = {f"gen_args_{n}": {"arg_0": context, "arg_1": said} for n, (context, said) in enumerate(requests)}
    responses = [[str(one), "False"] for one in likelihoods]
    return {
        "doc_id": 0,
        "doc": {"label": 0},
        "target": target,
        "arguments": asked,
        "resps": [[one] for one in responses],
        "filtered_resps": responses,
        "filter": "none",
        **more,
    }


def inputs(choices: list[str], likelihoods: list[float], *, before: str = "", **more: Any) -> dict[str, Any]:
    """Return a row of a task of multiple inputs: ``target`` is the continuation that they share."""
    return logged([(before + one, " left.") for one in choices], likelihoods, "left.", **more)


@pytest.mark.parametrize(
    ("row", "prediction", "references", "prompt"),
    [
        pytest.param(inputs([SHORT, LONG], [-1.0, -2.0], acc=1.0), SHORT, [SHORT], None, id="the first, rightly"),
        pytest.param(inputs([SHORT, LONG], [-1.0, -2.0], acc=0.0), SHORT, [LONG], None, id="the first, wrongly"),
        pytest.param(inputs([SHORT, LONG], [-2.0, -1.0], acc=0.0), LONG, [SHORT], None, id="the second, wrongly"),
        pytest.param(
            inputs([SHORT, LONG], [-2.0, -1.0], acc=1.0, before=EXAMPLES), LONG, [LONG], EXAMPLES, id="after examples"
        ),
        pytest.param(inputs([SHORT, LONG], [-1.0, -2.0]), SHORT, None, None, id="no accuracy was logged"),
        pytest.param(inputs([SHORT, LONG, THIRD], [-1.0, -2.0, -3.0], acc=0.0), SHORT, None, None, id="of three a wrong one: each of the others may be right"),
        pytest.param(
            inputs([SHORT, LONG, THIRD], [-1.0, -2.0, -3.0], acc=1.0), SHORT, None, None,
            id="of three not even a right one, or only right ones would count",
        ),
    ],
)  # fmt: skip
def test_the_contexts_are_the_choices_where_they_alone_differ(jsonl, row, prediction, references, prompt):
    one = read(jsonl([row]), "lm-eval").row(0, named=True)

    assert (one["prediction"], one["references"], one["prompt"]) == (prediction, references, prompt)
    assert one["gold"] == (None if references is None else one["choices"].index(references[0]))


@pytest.mark.parametrize(
    ("accurate", "references"),
    [
        pytest.param({}, [SHORT], id="nothing else is known"),
        pytest.param({"acc": 1.0}, [SHORT], id="as the accuracy says"),
        pytest.param({"acc": 0.0}, None, id="against the accuracy"),
    ],
)
def test_a_field_of_the_document_may_tell_the_place(jsonl, accurate, references):
    row = inputs([SHORT, LONG, THIRD], [-1.0, -2.0, -3.0], **accurate)

    frame = read(jsonl([row]), "lm-eval", reference="doc.label")

    assert frame["references"].to_list() == [references]


def test_a_continuation_that_is_a_number_is_no_place(jsonl):
    row = logged([(SHORT, " 1"), (LONG, " 1"), (THIRD, " 1")], [-1.0, -2.0, -3.0], "1")

    assert read(jsonl([row]), "lm-eval")["references"].to_list() == [None]


WITH_EXAMPLES = [(f"{EXAMPLES}{one}", " left.") for one in (SHORT, LONG)]


@pytest.mark.parametrize(
    ("requests", "target"),
    [
        pytest.param([("", f" {one}") for one in (SHORT, LONG)], "0", id="several continuations"),
        pytest.param([(one, " left.") for one in (SHORT, LONG)], "left.", id="several inputs"),
        pytest.param(WITH_EXAMPLES, "left.", id="several inputs after examples"),
        pytest.param([("Who?", f" {one}") for one in (SHORT, LONG)] + [("", f" {one}") for one in (SHORT, LONG)], "0",
                     id="several continuations, and each without the context"),
        pytest.param([("", f" {one}") for one in (SHORT, LONG)] * 2, "0", id="and each once more, where there is no context"),
        pytest.param(WITH_EXAMPLES + [("", f" {one}") for one in (SHORT, LONG)], "left.", id="several inputs, and each alone"),
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    ("likelihoods", "acc", "acc_norm"),
    [
        pytest.param([-1.0, -2.0], 1.0, 1.0, id="right"),
        pytest.param([-1.0, -1.1], 1.0, 0.0, id="by characters the longer one"),
        pytest.param([-2.0, -1.0], 0.0, 0.0, id="wrong"),
    ],
)
def test_accuracies_are_those_of_the_log(jsonl, thresher, requests, target, likelihoods, acc, acc_norm):
    """Oracle: the log's ``acc`` and ``acc_norm``, which leave out what is asked for ``acc_mutual_info`` alone."""
    alone = [-0.3, -0.1][: len(requests) - 2]  # each likelier than after a context
    path = jsonl([logged(requests, likelihoods + alone, target, acc=acc, acc_norm=acc_norm)])

    told = thresher(
        "score", path, "--from", "lm-eval", "--metrics", "choice,choice:normalised,exact_match", "--json"
    ).json["metrics"]

    assert [told[name]["value"] for name in ("choice", "choice:normalised", "exact_match")] == [acc, acc_norm, acc]


def test_a_right_input_that_is_not_known_is_unscored(jsonl, thresher):
    rows = [
        inputs([SHORT, LONG, THIRD], [-1.0, -2.0, -3.0], acc=accurate) | {"doc_id": n}
        for n, accurate in enumerate((1.0, 0.0, 0.0))
    ]

    told = thresher("score", jsonl(rows), "--from", "lm-eval", "--metrics", "choice,exact_match", "--json").json[
        "metrics"
    ]

    assert told["choice"]["reasons"] == {"no_choices": 3}
    assert told["exact_match"]["reasons"] == {"no_reference": 3}
