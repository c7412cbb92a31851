"""Checks of how long an answer is: words, sentences, paragraphs."""

from __future__ import annotations

import re

from evalkit.metrics.checks.check import Check, Told, compared, number_of, text_of
from evalkit.metrics.checks.sentences import count_sentences

_WORDS = re.compile(r"\w+")
_RULER = re.compile(r"\s?\*{3}\s?")  # what IFEval's prompts ask to put between paragraphs
_ENDS_WORD = frozenset(".,?!'\"")


def number_words(answer: str, told: Told) -> bool:
    """Say whether there are enough, or few enough, runs of letters and digits."""
    return compared(len(_WORDS.findall(answer)), text_of(told, "relation"), number_of(told, "num_words"))


def number_sentences(answer: str, told: Told) -> bool:
    """Say whether there are enough, or few enough, sentences."""
    return compared(count_sentences(answer), text_of(told, "relation"), number_of(told, "num_sentences"))


def number_paragraphs(answer: str, told: Told) -> bool:
    """Say whether ``***`` parts the answer into so many paragraphs; an empty one inside is a failure."""
    wanted = number_of(told, "num_paragraphs")
    parts = [bool(part.strip()) for part in _RULER.split(answer)]
    return all(parts[1:-1]) and sum(parts) == wanted


def nth_paragraph_first_word(answer: str, told: Told) -> bool:
    """Say whether there are so many paragraphs, parted by two line breaks, and one of them begins with a word."""
    wanted, place, first = (
        number_of(told, "num_paragraphs"),
        number_of(told, "nth_paragraph"),
        text_of(told, "first_word"),
    )
    parts = answer.split("\n\n")
    count = sum(bool(part.strip()) for part in parts)
    if not 1 <= place <= count or not (words := parts[place - 1].split()):
        return False
    bare = words[0].lstrip("'").lstrip('"')
    end = next((at for at, char in enumerate(bare) if char in _ENDS_WORD), len(bare))
    return count == wanted and bare[:end].lower() == first.lower()


LENGTHS: dict[str, Check] = {
    "length_constraints:number_words": number_words,
    "length_constraints:number_sentences": number_sentences,
    "length_constraints:number_paragraphs": number_paragraphs,
    "length_constraints:nth_paragraph_first_word": nth_paragraph_first_word,
}
