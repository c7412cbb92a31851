"""Copying: a text given in the prompt, to be repeated to the letter."""

from __future__ import annotations

from random import Random

from evalkit.suites.procedural.words import CITIES, code, names, nouns
from evalkit.suites.suite import Made, Suite


def _words(draw: Random) -> tuple[str, str]:
    return "words", " ".join(nouns(draw, draw.randint(6, 14)))


def _codes(draw: Random) -> tuple[str, str]:
    return "codes", " ".join(code(draw, draw.randint(4, 8)) for _ in range(draw.randint(2, 4)))


def _sentence(draw: Random) -> tuple[str, str]:
    (who,), (one, two) = names(draw, 1), nouns(draw, 2)
    city, number = draw.choice(CITIES), draw.randint(12, 9_999)
    return "sentence", f"In {city}, {who} traded {number} {one} cards for the {two} (no. {code(draw, 4)})."


_KINDS = (_words, _codes, _sentence)


def _make(draw: Random) -> Made:
    kind, text = draw.choice(_KINDS)(draw)
    prompt = f"Repeat the following line exactly as it is, and write nothing else:\n\n{text}"
    return Made(kind, prompt, text, ({"is": "verbatim", "value": text},))


COPYING = Suite("copying", "procedural", "repeating a text to the letter", "ours", None, make=_make)
