"""Checks of words, letters and punctuation that an answer must have or must not have."""

from __future__ import annotations

import re

from evalkit.metrics.checks.check import Check, Told, compared, number_of, pattern, text_of, texts_of


def existence(answer: str, told: Told) -> bool:
    """Say whether every keyword stands somewhere in the answer, in any letter case."""
    wanted = [pattern(word) for word in texts_of(told, "keywords")]
    return all(word.search(answer) for word in wanted)


def frequency(answer: str, told: Told) -> bool:
    """Say whether a keyword stands in the answer often, or rarely, enough; inside a longer word counts too."""
    found = sum(1 for _ in pattern(text_of(told, "keyword")).finditer(answer))
    return compared(found, text_of(told, "relation"), number_of(told, "frequency"))


def forbidden_words(answer: str, told: Told) -> bool:
    """Say whether no forbidden word stands in the answer as a word of its own."""
    forbidden = [pattern(rf"\b{word}\b") for word in texts_of(told, "forbidden_words")]
    return not any(word.search(answer) for word in forbidden)


def letter_frequency(answer: str, told: Told) -> bool:
    """Say whether a letter (or sign) is there often, or rarely, enough, in any letter case."""
    found = answer.lower().count(text_of(told, "letter").lower())
    return compared(found, text_of(told, "let_relation"), number_of(told, "let_frequency"))


def no_comma(answer: str, _: Told) -> bool:
    """Say whether the answer has no comma."""
    return "," not in answer


def capital_words(answer: str, told: Told) -> bool:
    """Say whether there are enough, or few enough, words all in capitals; a lone "I" or "A" is one."""
    found = sum(word.isupper() for word in _WORD.findall(answer))
    return compared(found, text_of(told, "capital_relation"), number_of(told, "capital_frequency"))


# close to the Treebank's words: a hyphen, a stop or a slash stays inside a word, an apostrophe's ending is cut off
_WORD = re.compile(r"(?:[^\W_]\.){2,}|[\w&]+(?:[-./&+*][\w&]+)*\+*")


KEYWORDS: dict[str, Check] = {
    "keywords:existence": existence,
    "keywords:frequency": frequency,
    "keywords:forbidden_words": forbidden_words,
    "keywords:letter_frequency": letter_frequency,
    "punctuation:no_comma": no_comma,
    "change_case:capital_word_frequency": capital_words,
}
