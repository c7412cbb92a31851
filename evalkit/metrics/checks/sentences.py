"""How many sentences a text has, by stops and what follows them: for English."""

from __future__ import annotations

from itertools import pairwise

_CLOSING = ")]\"'*"
_ABBREVIATED = frozenset(
    "mr mrs ms dr prof st jr sr vs etc e.g i.e inc ltd co corp u.s u.k a.m p.m p.s gen col sgt rev hon no".split()
)


def count_sentences(text: str) -> int:
    """Return the number of sentences; a line break alone ends none, as the tokenisers of English prose have it."""
    words = text.split()
    return bool(words) + sum(_ends(word, after) for word, after in pairwise(words))


def _ends(word: str, after: str) -> bool:
    """Say whether a word ends a sentence, from the word itself and the one after it."""
    bare = word.rstrip(_CLOSING)
    if not bare.endswith("."):
        return bare.endswith(("!", "?"))
    stem = bare.rstrip(".").lstrip("([\"'*").lower()
    first = after.lstrip("([\"'*")[:1]
    if bare.endswith("..") or stem in _ABBREVIATED:
        return False if stem in _ABBREVIATED else first.isupper()
    if len(stem) == 1 and stem.isalpha():  # an initial
        return False
    return not first.islower() or len(stem) > 1
