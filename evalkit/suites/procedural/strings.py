"""String manipulation: reversing, replacing, counting and taking letters of codes and words."""

from __future__ import annotations

from random import Random

from evalkit.suites.procedural.words import code, nouns
from evalkit.suites.suite import Made, Suite

_END = " Reply with the result alone."


def _text(kind: str, prompt: str, value: str) -> Made:
    return Made(kind, prompt + _END, value, ({"is": "short", "values": [value], "case": True},))


def _number(kind: str, prompt: str, value: int) -> Made:
    return Made(kind, prompt + _END, str(value), ({"is": "number", "value": value},))


def _reverse(draw: Random) -> Made:
    text = code(draw, draw.randint(5, 9))
    return _text("reverse", f'Write "{text}" backwards.', text[::-1])


def _replace(draw: Random) -> Made:
    text = code(draw, draw.randint(6, 10))
    old, new = draw.choice(text), draw.choice("AEU")
    return _text("replace", f'Replace every "{old}" in "{text}" by "{new}".', text.replace(old, new))


def _count(draw: Random) -> Made:
    words = " ".join(nouns(draw, draw.randint(3, 6)))
    letter = draw.choice("aeiorst")
    return _number("count", f'How many times does the letter "{letter}" stand in "{words}"?', words.count(letter))


def _initials(draw: Random) -> Made:
    words = nouns(draw, draw.randint(4, 7))
    value = "".join(word[0] for word in words).upper()
    return _text("initials", f'Write the first letters of "{" ".join(words)}" as one word in capital letters.', value)


def _slice(draw: Random) -> Made:
    text = code(draw, draw.randint(9, 12))
    first = draw.randint(2, 4)
    last = draw.randint(first + 2, first + 4)
    return _text(
        "slice", f'Write the characters {first} to {last} of "{text}", counted from 1.', text[first - 1 : last]
    )


def _join(draw: Random) -> Made:
    words, sign = nouns(draw, draw.randint(3, 5)), draw.choice("-_+/")
    return _text("join", f'Join the words "{" ".join(words)}" with "{sign}" in place of each space.', sign.join(words))


_KINDS = (_reverse, _replace, _count, _initials, _slice, _join)


def _make(draw: Random) -> Made:
    return draw.choice(_KINDS)(draw)


STRINGS = Suite("strings", "procedural", "handling of single characters of a text", "ours", None, make=_make)
