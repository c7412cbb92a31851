"""Simple logic: truth values, orders, and rules that chain, each with one right answer."""

from __future__ import annotations

from itertools import pairwise
from random import Random

from evalkit.suites.procedural.words import names, nouns
from evalkit.suites.suite import Made, Suite


def _short(kind: str, prompt: str, value: str) -> Made:
    return Made(kind, prompt, value, ({"is": "short", "values": [value]},))


def _truth(draw: Random) -> Made:
    words = nouns(draw, 4)
    values = [draw.random() < 0.5 for _ in words]
    told = ", ".join(f"{word} is {str(value).lower()}" for word, value in zip(words, values, strict=True))
    a, b, c, d = words
    va, vb, vc, vd = values
    text = f"Let {told}. Is ({a} and {b}) or (not {c} and {d}) true or false? Reply with one word."
    return _short("truth", text, str((va and vb) or (not vc and vd)).lower())


def _order(draw: Random) -> Made:
    people = names(draw, draw.randint(4, 6))  # from the tallest to the shortest
    facts = [f"{one} is taller than {other}." for one, other in pairwise(people)]
    draw.shuffle(facts)
    most, value = draw.choice((("tallest", people[0]), ("shortest", people[-1]), ("second tallest", people[1])))
    return _short("order", f"{' '.join(facts)} Who is the {most}? Reply with the name alone.", value)


def _chain(draw: Random) -> Made:
    things = nouns(draw, draw.randint(4, 6))
    (who,) = names(draw, 1)
    links = list(pairwise(things))
    cut = draw.randrange(1, len(links)) if draw.random() < 0.5 else None
    rules = [f"Everyone who has a {a} has a {b}." for at, (a, b) in enumerate(links) if at != cut]
    draw.shuffle(rules)
    asked = (
        f"{' '.join(rules)} {who} has a {things[0]}. From this alone, does it follow that {who} has a {things[-1]}? "
        "Reply with yes or no."
    )
    return _short("chain", asked, "yes" if cut is None else "no")


def _make(draw: Random) -> Made:
    return draw.choice((_truth, _order, _chain))(draw)


LOGIC = Suite(
    "logic", "procedural", "simple inference: truth values, orders, chains of rules", "ours", None, make=_make
)
