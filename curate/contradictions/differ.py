"""How two answers to one prompt differ: in wording at most, in what they say, or in a way that excludes one."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from typing import Any

from curate.contradictions.lexicon import (
    INDEFINITE,
    NO,
    OPEN_QUESTIONS,
    OPEN_VERBS,
    REWORDING,
    YES,
)
from curate.contradictions.numbers import Number
from curate.contradictions.objects import equal, objects, other_field
from curate.contradictions.opposites import near_words, opposed, same_class, swapped
from curate.contradictions.words import Sentence, all_words, content, sentences

SAME_FRAME = 0.6  # share of words from which two sentences say something about the same
SAME_TEXT = 0.7  # and from which one answer to an open prompt is an edit of the other
BARE = 3  # words, at most, of an answer that is a value and nothing else
SHORT = 5  # words that carry meaning, at most, of an answer that is a value
CLOSE_WORDS = 60  # words, at most, of answers whose one number each is the number that was asked for
_YES, _NO = frozenset(YES), frozenset(NO)
_COMMAND = re.compile(r"(?:^|[.!?:;\n]|\b(?:please|and|then|you|to))\s*([^\W\d_]+)")  # where a verb asks for something
_ADVICE = re.compile(r"\b(what|how|where) (should|could|would|can|might) (i|we|you)\b")
_CLAUSE = re.compile(r"[,;:]\s+|\s+[\u2013\u2014-]\s+|\s+(?=(?:and|but|so)\b)")
_FIRST_WORD = re.compile(r"^\W*([^\W\d_]+)(?=\s*(?:[.,;:!?—-]|$|\n))")


class Differ(IntEnum):
    """What a difference is."""

    SAME = 0  # or in wording alone
    OTHER = 1  # another text; both may be right
    TURNED = 2  # one excludes the other


@dataclass(frozen=True)
class Difference:
    """What two answers differ in: the words that turn the meaning, and the share of words that differ."""

    kind: Differ
    score: float  # 0 equal, 1 nothing in common or turned
    words: str = ""  # "30 days / 14 days"


def compare(prompt: str, one: str, other: str, threshold: float, *, open_ended: bool = False) -> Difference:
    """Return the difference of two answers; another text is told from ``threshold`` of other words on.

    ``open_ended`` says that the prompt is known to ask for any of many.
    """
    fields = objects(one, other)
    alike = likeness(one, other)
    texts = _dice(all_words(one), all_words(other))
    open_ended = open_ended or is_open(prompt)
    if fields:
        turned = "" if open_ended and texts < SAME_TEXT else other_field(*fields)
    else:
        turned = _turned(prompt, one, other, texts, open_ended=open_ended)
    if turned:
        return Difference(Differ.TURNED, 1.0, turned)
    is_alike = texts >= SAME_TEXT or not open_ended  # another text to an open prompt is not looked into
    if 1 - alike < threshold or (threshold > 0 and is_alike and _say_the_same(one, other, fields)):
        return Difference(Differ.SAME, 1 - alike)
    return Difference(Differ.OTHER, 1 - alike)


def likeness(one: str, other: str) -> float:
    """Return the share of words that both texts have among those of both: Dice's coefficient over bags of stems.

    Words that carry no meaning ("the", "may") do not count.
    """
    return _dice(content(one), content(other))


@lru_cache(maxsize=4096)
def is_open(prompt: str) -> bool:
    """Say whether a prompt asks for a text of which there are many: a verb of making with an indefinite word after it.

    "Write a poem", "Name three fruits", "Rewrite this" are open; "Name the capital", "Is it open?" are not.
    """
    said = prompt.lower()
    for found in _COMMAND.finditer(said):
        verb, near = found.group(1), said[found.end() : found.end() + 40].split()[:3]
        if verb in REWORDING or (verb in OPEN_VERBS and any(word in INDEFINITE or word.isdigit() for word in near)):
            return True
    first = re.findall(r"[^\W\d_]+", said[:200])[:12]
    return "?" in said and (bool(OPEN_QUESTIONS.intersection(first)) or _ADVICE.search(said) is not None)


def _turned(prompt: str, one: str, other: str, alike: float, *, open_ended: bool) -> str:
    """Return the words in which one answer excludes the other; empty where none does, as far as can be seen."""
    heads = _head(one), _head(other)
    if heads[0] and heads[1] and (heads[0] in _YES) != (heads[1] in _YES):
        return f"{heads[0]} / {heads[1]}"
    if open_ended and alike < SAME_TEXT:
        return ""
    left, right = (sentences(_without_head(text, head)) for text, head in zip((one, other), heads, strict=True))
    bare = _bare_head(prompt, heads, left, right)
    if bare:
        return bare
    for pair in _matched(left, right):
        found = _sentence_turned(*pair)
        if found:
            return found
    if open_ended:
        return ""
    return _other_number(left, right, one, other) or _other_value(prompt, left, right, alike)


def _say_the_same(one: str, other: str, fields: tuple[dict[str, Any], dict[str, Any]] | None) -> bool:
    """Say whether two answers are the same but for the spelling of their numbers: equal objects, or sentences."""
    if fields:
        return equal(*fields)
    left, right = sentences(one), sentences(other)
    return len(left) == len(right) and all(
        (here.words, here.names.keys(), here.negations) == (there.words, there.names.keys(), there.negations)
        and 0 < len(here.numbers) == len(there.numbers)
        and all(map(Number.is_another_spelling_of, here.numbers, there.numbers))
        for here, there in zip(left, right, strict=True)
    )


def _head(text: str) -> str:
    """Return the yes or no, true or false that an answer starts with, or is."""
    found = _FIRST_WORD.match(text)
    word = found.group(1).lower() if found else ""
    return word if word in _YES or word in _NO else ""


def _without_head(text: str, head: str) -> str:
    return re.sub(rf"^\W*{head}\W*", "", text, count=1, flags=re.IGNORECASE) if head else text


def _bare_head(prompt: str, heads: tuple[str, str], left: tuple[Sentence, ...], right: tuple[Sentence, ...]) -> str:
    """Return the words where one answer is a yes or no alone, and the other says the opposite in a sentence.

    That is one about what is asked: "You need no card" answers nothing of "Is it free?".
    """
    if bool(heads[0]) == bool(heads[1]):
        return ""
    asked = content(prompt)
    for head, own, others in ((heads[0], left, right), (heads[1], right, left)):
        answer = next(
            (one for one in others if one.values == 0 or not asked.keys().isdisjoint(content(one.text))), None
        )
        if head and not own and answer is not None:
            negated = len(answer.negations) % 2 == 1
            if negated == (head in _YES):
                return f"{head} / {answer.negations[0] if negated else answer.text[:40]}"
    return ""


def _matched(left: tuple[Sentence, ...], right: tuple[Sentence, ...]) -> list[tuple[Sentence, Sentence]]:
    """Return for each sentence of the shorter answer the one of the other that is most about the same, if one is."""
    flipped = len(left) > len(right)
    few, many = (right, left) if flipped else (left, right)
    pairs = []
    alone = len(few) == len(many) == 1
    for sentence in few:
        likenesses = [_frame(sentence, candidate, alone=alone) for candidate in many]
        best = max(range(len(many)), key=likenesses.__getitem__, default=None)
        if best is not None and likenesses[best] >= SAME_FRAME:
            pairs.append((many[best], sentence) if flipped else (sentence, many[best]))
    return pairs


def _frame(one: Sentence, other: Sentence, *, alone: bool) -> float:
    """Return how much two sentences are about the same: their words, but for those that could turn them.

    What is below ``SAME_FRAME`` may be 0.
    """
    left, right = one.words, other.words
    if not alone and left.keys().isdisjoint(right):
        return 0.0
    total = left.total() + right.total()
    if total == 0:
        return 1.0 if alone and bool(one.names) == bool(other.names) and _alike_numbers(one, other) else 0.0
    same = sum([min(count, right[word]) for word, count in left.items() if word in right])
    gone = [word for word, count in left.items() if count > right.get(word, 0)]
    if 2 * (same + len(gone)) < SAME_FRAME * total:
        return 0.0  # whatever is swapped
    come = [word for word, count in right.items() if count > left.get(word, 0)]
    turned = swapped(gone, come)
    if not same and turned < max(len(gone), len(come)):
        return 0.0
    return 2 * (same + turned) / total


def _alike_numbers(one: Sentence, other: Sentence) -> bool:
    return {number.unit for number in one.numbers} == {number.unit for number in other.numbers}


def _sentence_turned(one: Sentence, other: Sentence) -> str:
    """Return the words in which two sentences about the same exclude each other."""
    numbers = _numbers(one, other)
    if numbers:
        return numbers
    gone, come = one.words - other.words, other.words - one.words
    classes = [(word, new) for word in gone for new in come if same_class(word, new)]
    if classes and len(one.negations) % 2 == len(other.negations) % 2:
        return " / ".join(classes[0])
    swapped = [(word, new) for word in gone for new in come if opposed(word, new)]
    odd = (len(one.negations) + len(other.negations) + len(swapped)) % 2 == 1
    if odd and swapped:
        return " / ".join(swapped[0])
    names = _names(one, other)
    if not odd:
        return names
    if classes or names or _adds_a_negation(one, other):  # open on Monday, and not on Sunday: both may be so
        return ""
    more, sign = (one, 0) if len(one.negations) > len(other.negations) else (other, 1)
    return f"{more.negations[0]} / -" if sign == 0 else f"- / {more.negations[0]}"


def _adds_a_negation(one: Sentence, other: Sentence) -> bool:
    """Say whether a sentence only goes on after the other: "It is safe", "It is safe, and it is not toxic"."""
    short, long = (one, other) if len(one.negations) < len(other.negations) else (other, one)
    said = content(short.text)
    clauses = sentences(_CLAUSE.sub("\n", long.text))
    negated = [clause for clause in clauses if clause.negations]
    apart = (clause.values > 0 and said.keys().isdisjoint(content(clause.text)) for clause in negated)
    return len(clauses) > len(negated) and all(apart)


def _numbers(one: Sentence, other: Sentence) -> str:
    gone = [number for number in one.numbers if not any(map(number.same, other.numbers))]
    come = [number for number in other.numbers if not any(map(number.same, one.numbers))]
    pairs = ((number, new) for number in gone for new in come)
    return next((f"{number.written} / {new.written}" for number, new in pairs if number.excludes(new)), "")


def _names(one: Sentence, other: Sentence) -> str:
    gone = [name for name in one.names if name not in other.names and name not in other.words]
    come = [name for name in other.names if name not in one.names and name not in one.words]
    if not gone or not come or _initials(gone, come) or _initials(come, gone):
        return ""
    return f"{' '.join(one.names[name] for name in gone)} / {' '.join(other.names[name] for name in come)}"


def _initials(long: list[str], short: list[str]) -> bool:
    """Say whether a name is the initials of the other: United States, US."""
    return len(short) == 1 and len(long) > 1 and "".join(name[0] for name in long).startswith(short[0][:2])


def _other_number(left: tuple[Sentence, ...], right: tuple[Sentence, ...], one: str, other: str) -> str:
    """Return the numbers of two answers, otherwise worded, that each have one of the same unit."""
    if max(all_words(one).total(), all_words(other).total()) > CLOSE_WORDS:
        return ""
    found = [{number.key: number for sentence in side for number in sentence.numbers} for side in (left, right)]
    if len(found[0]) != 1 or len(found[1]) != 1:
        return ""
    number, new = (next(iter(side.values())) for side in found)
    return (
        f"{number.written} / {new.written}" if number.unit and number.unit == new.unit and number.excludes(new) else ""
    )


def _other_value(prompt: str, left: tuple[Sentence, ...], right: tuple[Sentence, ...], alike: float) -> str:
    """Return both answers where each is a value, what the prompt says left out, and neither holds the other.

    A value is an answer of three words, or what stands at one place of two sentences that are the same elsewhere.
    """
    if len(left) != 1 or len(right) != 1:
        return ""
    sizes = [all_words(side[0].text).total() for side in (left, right)]
    if max(sizes) > BARE and alike < SAME_FRAME and not (min(sizes) <= BARE and max(sizes) <= SHORT):
        return ""
    asked = {word for sentence in sentences(prompt) for word in (*sentence.words, *sentence.names)}
    cores = [_core(side[0], asked, left[0].numbers) for side in (left, right)]
    if not all(0 < len(core) <= SHORT for core in cores) or cores[0] <= cores[1] or cores[1] <= cores[0]:
        return ""
    gone, come = cores[0] - cores[1], cores[1] - cores[0]
    if any(near_words(word, new) or opposed(word, new) for word in gone for new in come):
        return ""  # opposites that turned nothing stand beside a negation
    names = left[0].names.keys(), right[0].names.keys()
    if cores[0] & cores[1] & names[0] & names[1] and not (gone & names[0] and come & names[1]):
        return ""
    return f"{left[0].text[:40]} / {right[0].text[:40]}"


def _core(sentence: Sentence, asked: set[str], known: Sequence[Number]) -> set[str]:
    """Return what a sentence says beyond what was asked; a number as one of those ``known`` that is the same."""
    values = {next(filter(number.same, known), number).key for number in sentence.numbers}
    return ({*sentence.words, *sentence.names} - asked) | values


def _dice(one: Counter[str], other: Counter[str]) -> float:
    total = one.total() + other.total()
    few, many = (one, other) if len(one) < len(other) else (other, one)
    return 2 * sum(min(count, many.get(word, 0)) for word, count in few.items()) / total if total else 1.0
