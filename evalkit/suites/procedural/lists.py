"""List manipulation: sorting, filtering, reversing and counting items that the prompt gives."""

from __future__ import annotations

from random import Random

from evalkit.suites.procedural.words import nouns
from evalkit.suites.suite import Made, Suite

_END = " Reply with the list alone, on one line, parted by commas."


def _list(kind: str, prompt: str, values: list[str]) -> Made:
    return Made(kind, prompt + _END, ", ".join(values), ({"is": "list", "values": values},))


def _numbers(draw: Random) -> list[int]:
    return draw.sample(range(1, 1000), draw.randint(6, 9))


def _sort_numbers(draw: Random) -> Made:
    given = _numbers(draw)
    down = draw.random() < 0.5
    order = "largest to smallest" if down else "smallest to largest"
    return _list("sort", f"Sort {_told(given)} from {order}.", [str(one) for one in sorted(given, reverse=down)])


def _sort_words(draw: Random) -> Made:
    given = nouns(draw, draw.randint(5, 8))
    return _list("sort_words", f"Sort {', '.join(given)} in alphabetical order.", sorted(given))


def _reverse(draw: Random) -> Made:
    given = nouns(draw, draw.randint(5, 8))
    return _list("reverse", f"Write {', '.join(given)} in reverse order.", given[::-1])


def _filter(draw: Random) -> Made:
    given = _numbers(draw)
    least = sorted(given)[draw.randint(1, len(given) - 3)]
    text = f"Of {_told(given)}, keep the numbers greater than {least}, in the order given."
    return _list("filter", text, [str(one) for one in given if one > least])


def _every_other(draw: Random) -> Made:
    given = nouns(draw, draw.randint(6, 9))
    return _list("every_other", f"Take every second item of {', '.join(given)}, beginning with the first.", given[::2])


def _largest(draw: Random) -> Made:
    given = _numbers(draw)
    prompt = f"What is the second largest number of {_told(given)}? Reply with the number alone."
    value = sorted(given)[-2]
    return Made("second_largest", prompt, str(value), ({"is": "number", "value": value},))


def _told(given: list[int]) -> str:
    return ", ".join(str(one) for one in given)


_KINDS = (_sort_numbers, _sort_words, _reverse, _filter, _every_other, _largest)


def _make(draw: Random) -> Made:
    return draw.choice(_KINDS)(draw)


LISTS = Suite(
    "lists", "procedural", "sorting, filtering and reordering of what the prompt lists", "ours", None, make=_make
)
