"""Arithmetic: sums, products, remainders, brackets, percentages, and short stories of quantities."""

from __future__ import annotations

from random import Random

from evalkit.suites.procedural.words import names, nouns
from evalkit.suites.suite import Made, Suite

_END = " Reply with the number alone."


def _made(kind: str, prompt: str, value: int) -> Made:
    return Made(kind, prompt + _END, str(value), ({"is": "number", "value": value},))


def _sum(draw: Random) -> Made:
    a, b = draw.randint(1_000, 99_999), draw.randint(1_000, 99_999)
    if draw.random() < 0.5:
        return _made("sum", f"What is {a} + {b}?", a + b)
    return _made("sum", f"What is {max(a, b)} - {min(a, b)}?", max(a, b) - min(a, b))


def _product(draw: Random) -> Made:
    a, b = draw.randint(12, 9_999), draw.randint(12, 999)
    return _made("product", f"What is {a} * {b}?", a * b)


def _remainder(draw: Random) -> Made:
    a, b = draw.randint(1_000, 99_999), draw.randint(7, 199)
    return _made("remainder", f"What is the remainder when {a} is divided by {b}?", a % b)


def _brackets(draw: Random) -> Made:
    a, b, c, d = (draw.randint(2, 99) for _ in range(4))
    return _made("brackets", f"What is ({a} + {b}) * {c} - {d}?", (a + b) * c - d)


def _percent(draw: Random) -> Made:
    share, hundreds = draw.randint(1, 99), draw.randint(11, 99_999)
    return _made("percent", f"What is {share}% of {hundreds * 100}?", share * hundreds)


def _story(draw: Random) -> Made:
    (who, other), (thing,) = names(draw, 2), nouns(draw, 1)
    boxes, each, given = draw.randint(3, 40), draw.randint(6, 60), draw.randint(2, 17)
    text = (
        f"{who} has {boxes} boxes with {each} {thing} stickers in each. {who} gives {given} stickers to {other}. "
        f"How many stickers does {who} have left?"
    )
    return _made("story", text, boxes * each - given)


_KINDS = (_sum, _product, _remainder, _brackets, _percent, _story)


def _make(draw: Random) -> Made:
    return draw.choice(_KINDS)(draw)


ARITHMETIC = Suite(
    "arithmetic", "procedural", "reckoning with whole numbers, alone and in a short story", "ours", None, make=_make
)
