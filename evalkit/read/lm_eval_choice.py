"""Multiple choice in a sample log of lm-evaluation-harness: what there was to choose, what was chosen, what is right.

Most tasks ask one context with several continuations: ``("Capital?", " Rome")``, ``("Capital?", " Paris")``. Tasks of
multiple inputs, such as WinoGrande, ask several contexts with one continuation, so that the contexts are the choices:
``("Tom met Bob, so Tom", " left.")``, ``("Tom met Bob, so Bob", " left.")``.
"""

from __future__ import annotations

from os.path import commonprefix
from typing import Any

import orjson

from curate.core.read.decode import Record
from evalkit.predictions import Answer, as_references, as_text

Request = tuple[str | None, str]  # context and continuation
_BETWEEN = "\n\n"  # what lm-evaluation-harness puts after the description, and after each example


def choice(record: Record, name: str, asked: list[Request], likelihoods: list[float], named: Any) -> Answer:
    """Return the choice of the highest log-likelihood, with the right ones as references.

    ``likelihoods`` are natural logarithms, one a request; ``named`` is ``target``, or the field that stands for it.
    """
    asked = _conditional(asked)
    likelihoods = likelihoods[: len(asked) or None]
    best = max(range(len(likelihoods)), key=likelihoods.__getitem__)
    if _has_several_inputs(asked):
        prompt, choices = _inputs(asked)
        gold = _right_input(named, choices, record.get("acc"), best, asked[0][1].strip())
        references = None if gold is None else [choices[gold]]
    else:
        prompt = asked[0][0] if asked else None
        choices = [continuation.strip() for _, continuation in asked]  # each begins with the space that joins it
        references = _right(named, choices, record.get("acc"), _at(choices, best))
        alone = references is not None and len(references) == 1 and choices.count(references[0]) == 1
        gold = choices.index(references[0]) if references and alone else None
    return Answer(
        name,
        _at(choices, best),
        references,
        prompt,
        conditions="lm-eval",
        choices=choices,
        choice_likelihoods=likelihoods,
        gold=gold,
    )


def _at(choices: list[str], place: int) -> str:
    return choices[place] if place < len(choices) else str(place)


def _conditional(asked: list[Request]) -> list[Request]:
    """Return the requests without those that ``acc_mutual_info`` adds: each choice once more, after no context."""
    half = len(asked) // 2
    first, second = asked[:half], asked[half:]
    if len(asked) % 2 or any(context for context, _ in second):
        return asked
    again = [continuation for _, continuation in first] == [continuation for _, continuation in second]
    return first if again or all(context for context, _ in first) else asked


def _has_several_inputs(asked: list[Request]) -> bool:
    return len({continuation for _, continuation in asked}) == 1 and len({context for context, _ in asked}) > 1


def _inputs(asked: list[Request]) -> tuple[str | None, list[str]]:
    """Return what stands before every input (description and examples), and the inputs."""
    contexts = [context or "" for context, _ in asked]
    shared, between, _ = commonprefix(contexts).rpartition(_BETWEEN)  # noqa: RUF071 - of texts, and not of paths
    head = shared + between
    return head or None, [context[len(head) :] for context in contexts]


def _right_input(named: Any, inputs: list[str], accurate: Any, best: int, continuation: str) -> int | None:
    """Return the place of the right input; None where it cannot be known.

    ``target`` is the continuation here, and says nothing of it. Of two inputs the log's own accuracy tells which is
    right; of more it tells only where the answer is, and to score those rows alone would make every one of them right.
    """
    if len(inputs) == 2 and accurate in (0, 1):
        return best if accurate else 1 - best
    text = as_text(named)
    if text is None or text == continuation:
        return None
    place = int(text) if text.isdecimal() else inputs.index(text) if text in inputs else -1
    doubted = accurate in (0, 1) and (place == best) != bool(accurate)
    return place if 0 <= place < len(inputs) and not doubted else None


def _right(named: Any, choices: list[str], accurate: Any, chosen: str) -> list[str] | None:
    """Return the right choices: ``target`` is the place of one, several places as a list, or a text.

    Logs write the place as a text, so that "1" may be either; what the log's own accuracy says of the answer decides.
    """
    if isinstance(named, str) and named.startswith("["):
        try:
            named = orjson.loads(named)
        except orjson.JSONDecodeError:
            return [named.strip()]
    if isinstance(named, list) and all(type(one) is int and 0 <= one < len(choices) for one in named):
        return [choices[one] for one in named]
    text = as_text(named)
    if text is None:
        return as_references(named)
    place = choices[int(text)] if text.isdecimal() and int(text) < len(choices) else None
    if place is None:
        return [one.strip() for one in as_references(named) or []]
    meant_text = text in choices and place != text and accurate in (0, 1) and (chosen == text) == bool(accurate)
    return [text if meant_text and (chosen == place) != bool(accurate) else place]
