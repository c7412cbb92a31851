"""One rewording for several questions: it has lost what told them apart, and only one answer can hold for it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import TYPE_CHECKING

from curate.augment.told.diversity import likeness

if TYPE_CHECKING:
    from curate.augment.rewriting.variants import Variant

_ALIKE = 0.5  # of character trigrams: such questions may well ask the same, and their answers only be worded otherwise
_LOOKED_AT = 8  # other questions
_FEW = 3  # questions that may ask the same in other words, "hi" and "hello" say: the first keeps the rewording


def mark_shared(variants: Sequence[Variant]) -> None:
    """Note the fault of each row that became, word for word, what a row with another question and answer became."""
    same: dict[tuple[str, ...], list[Variant]] = {}
    for variant in variants:
        if variant.turns and variant.fault is None:
            same.setdefault(_said(variant, reworded=True), []).append(variant)
    for group in same.values():
        if len(group) > 1:
            _mark(group)


def _mark(group: Sequence[Variant]) -> None:
    questions: dict[tuple[str, ...], Variant] = {}
    for variant in group:
        questions.setdefault(_said(variant, reworded=False), variant)
    some = list(islice(questions.items(), _LOOKED_AT))
    kept = group[0] if len(questions) <= _FEW else None
    for variant in (one for one in group if one is not kept):
        own, answers = " ".join(_said(variant, reworded=False)), _answers(variant)
        others = (one for text, one in some if _answers(one) != answers and likeness(own, " ".join(text)) < _ALIKE)
        if (other := next(others, None)) is not None:
            told = next(iter(other.turns.values())).source
            next(iter(variant.turns.values())).fail("same_for_others", f"as it is of: {told}")


def _said(variant: Variant, *, reworded: bool) -> tuple[str, ...]:
    """Return what comes before the last answer to a turn that was reworded, but for case and white space."""
    last = max(variant.turns)
    texts = (
        variant.turns[at].text if reworded and at in variant.turns else turn["text"] or ""
        for at, turn in enumerate(variant.seed["messages"][: last + 1])
    )
    return tuple(" ".join(text.casefold().split()) for text in texts)


def _answers(variant: Variant) -> tuple[str | None, ...]:
    answers = (" ".join(one.answer.casefold().split()) for one in variant.turns.values())
    return (*answers, variant.seed["label"])
