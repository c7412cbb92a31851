"""Which words turn what a sentence says: opposites, and others of the same class; and which are one word."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from curate.contradictions.lexicon import CLASSES, OPPOSITES, PREFIXES, SUFFIXES, UNITS
from curate.contradictions.words import stem

_CLASSES = {stem(word): name for word, name in CLASSES.items()}
_LEAST = 4  # letters of a word that a prefix turns


def swapped(gone: Iterable[str], come: Iterable[str]) -> int:
    """Return how many stems of one sentence an opposite, or another of their class, takes the place of in the other."""
    new = frozenset(come)
    classes = {_CLASSES[word] for word in new if word in _CLASSES}
    initials = {word[:1] for word in new if word in UNITS}
    return sum(
        1
        for word in gone
        if not opposites(word).isdisjoint(new)
        or (classes and _CLASSES.get(word) in classes)
        or (initials and word in UNITS and not initials <= {word[:1]})
    )


def opposed(word: str, other: str) -> bool:
    """Say whether two stems are opposites: by the table, or one is the other with a prefix such as un-."""
    return other in opposites(word)


@lru_cache(maxsize=1 << 16)
def opposites(word: str) -> frozenset[str]:
    """Return the stems that are opposites of one."""
    long = {prefix + word for prefix in PREFIXES} if len(word) >= _LEAST else set()
    rest = {word[len(prefix) :] for prefix in PREFIXES if word.startswith(prefix)}
    ends = {word[: -len(end)] + other for end, other in SUFFIXES if word.endswith(end)}
    return frozenset({*_table().get(word, ()), *long, *(short for short in rest if len(short) >= _LEAST), *ends})


@lru_cache(maxsize=1)
def _table() -> dict[str, set[str]]:
    table: dict[str, set[str]] = {}
    for one, other in (map(stem, pair) for pair in OPPOSITES):
        table.setdefault(one, set()).add(other)
        table.setdefault(other, set()).add(one)
    return table


def same_class(word: str, other: str) -> bool:
    """Say whether two stems are two of a class, of which one holds at a time: days, colours, units."""
    kind = _CLASSES.get(word)
    return word != other and (
        (kind is not None and kind == _CLASSES.get(other))
        or (word in UNITS and other in UNITS and word[:1] != other[:1])
    )


def near_words(word: str, other: str) -> bool:
    """Say whether two stems are one word, inflected or misspelt: a letter too many, two that changed place."""
    short, long = sorted((word, other), key=len)
    if len(short) >= 4 and (long.startswith(short[:-1]) or short.startswith(long[:-1])):
        return True
    if len(long) < 5 or len(long) - len(short) > 1:
        return False
    at = next((at for at, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short))
    if len(short) < len(long):
        return short[at:] == long[at + 1 :]
    return short[at : at + 2] == long[at : at + 2][::-1] and short[at + 2 :] == long[at + 2 :]
