"""A text as what can contradict: numbers with their units, names, negations, and the words around them."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass, field
from functools import lru_cache

from curate.contradictions.lexicon import (
    AUXILIARY,
    LIGHT,
    NEGATIONS,
    NEGATIVE_ENDING,
    UNPOINTED,
)
from curate.contradictions.numbers import Number, numbers
from curate.contradictions.spelling import STROKE, spelt

MOST_SENTENCES = 40
_SENTENCE_END = re.compile(r"(?<=[.!?。！？])\s+|\n+|(?<=[。！？])")
_MARKER = re.compile(r"^\s*(?:\d{1,3}[.)]|[-*\u2022]|#+)\s+")  # of a list: no number of the text
_COUNTED = re.compile(r"(?:^|(?<=\s))\d{1,2}[.)]\s+(?=\S)")  # the same, inside a line
_TOKEN = re.compile(
    rf"\d+{STROKE}\d+|(?:(?<!\w)[-\u2212])?\d+(?:[.,]\d+)*(?:st|nd|rd|th|[eE][-+]?\d\d?)?\b|\d+(?:[.,]\d+)*"
    r"|[\u3400-\u9fff]|[^\W\d_]+(?:['’][^\W\d_]+)*|[%$€£°]"
)
_ABBREVIATION = re.compile(r"(?<=\b[A-Za-z])\.(?=[A-Za-z]\b)")  # U.S. is one word


@dataclass
class Sentence:
    """What a sentence says; words are in lower case, stemmed where they are no values."""

    text: str = ""
    words: Counter[str] = field(default_factory=Counter)  # content, without what stands in the other fields
    names: dict[str, str] = field(default_factory=dict)  # as compared: as written
    numbers: tuple[Number, ...] = ()
    negations: list[str] = field(default_factory=list)

    @property
    def values(self) -> int:
        """Return how many words carry meaning."""
        return self.words.total() + len(self.names) + len(self.numbers)


@lru_cache(maxsize=4096)
def sentences(text: str) -> tuple[Sentence, ...]:
    """Return the sentences of a text, of the first forty of them."""
    text = _ABBREVIATION.sub("", spelt(text))
    if len({found.group().strip() for found in _COUNTED.finditer(text)} & {"1.", "2.", "1)", "2)"}) == 2:
        text = _COUNTED.sub("\n", text)
    parts = (_MARKER.sub("", part).strip() for part in _SENTENCE_END.split(text))
    return tuple(_sentence(part) for part in [part for part in parts if part][:MOST_SENTENCES])


@lru_cache(maxsize=4096)
def all_words(text: str) -> Counter[str]:
    """Return how often each word, number or sign stands in a text, light words among them."""
    return Counter(token.lower() for token in _TOKEN.findall(unicodedata.normalize("NFKC", text)))


@lru_cache(maxsize=4096)
def content(text: str) -> Counter[str]:
    """Return how often the stem of each word stands that carries meaning; all words where none does."""
    words = all_words(text)
    found: Counter[str] = Counter()
    for word, count in words.items():
        if word in NEGATIONS or word not in LIGHT:
            found[stem(word)] += count
    return found or words


@lru_cache(maxsize=1 << 16)
def stem(word: str) -> str:
    """Return a word without its commonest endings: opens, opened, opening and open are one."""
    word = word.removesuffix("'s").removesuffix("'")
    for ending, rest, least in (
        ("ies", "y", 5),
        ("ing", "", 6),
        ("ed", "", 5),
        ("ly", "", 5),
        ("es", "", 5),
        ("s", "", 4),
    ):
        if word.endswith(ending) and len(word) >= least and not word.endswith("ss"):
            word = word[: -len(ending)] + rest
            break
    if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "aeiouls":
        word = word[:-1]  # stopped, stop
    return word[:-1] if len(word) > 3 and word.endswith("e") else word


def _sentence(text: str) -> Sentence:
    tokens = _TOKEN.findall(text)
    found = Sentence(text, numbers=tuple(numbers(tokens)))
    counted = {at for number in found.numbers for at in range(number.start, number.end)} if found.numbers else ()
    for at, token in enumerate(tokens):
        low = token.lower()
        if at in counted:
            continue
        if low in NEGATIONS or low in UNPOINTED or low.endswith(NEGATIVE_ENDING):
            found.negations.append(low)
        elif _is_name(tokens, at):
            found.names[stem(low)] = token
        elif low not in LIGHT and low not in "$€£%°":
            found.words[stem(low)] += 1
    _settle(found, text)
    return found


def _settle(found: Sentence, text: str) -> None:
    """Take back what is no negation: "not only ... but also" states both."""
    if re.search(r"\bnot (only|just|merely)\b", text, re.IGNORECASE):
        found.negations.remove("not") if "not" in found.negations else None


def _is_name(tokens: list[str], at: int) -> bool:
    """Say whether a token is a name: capital letters inside a sentence, or at its start before a verb form of to be."""
    token = tokens[at]
    if not token[:1].isupper() or token.lower() in LIGHT:
        return False
    if at > 0 or len(tokens) == 1:
        return True
    after = tokens[1]
    return after.lower() in AUXILIARY or (after[:1].isupper() and after.lower() not in LIGHT)
