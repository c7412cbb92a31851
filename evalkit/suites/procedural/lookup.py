"""In-context lookup: one fact among many that the prompt gives, all of them invented."""

from __future__ import annotations

from random import Random

from evalkit.suites.procedural.words import CITIES, COLOURS, code, names, nouns
from evalkit.suites.suite import Made, Suite


def _codes(draw: Random) -> Made:
    keys = nouns(draw, draw.randint(8, 20))
    told = {key: code(draw) for key in keys}
    key = draw.choice(keys)
    listed = "\n".join(f"{one}: {value}" for one, value in told.items())
    prompt = f"Here is a list of codes.\n\n{listed}\n\nWhat is the code of {key}? Reply with the code alone."
    return Made("codes", prompt, told[key], ({"is": "short", "values": [told[key]], "case": True},))


def _people(draw: Random) -> Made:
    people = names(draw, draw.randint(5, 9))
    cities, things = draw.sample(CITIES, len(people)), nouns(draw, len(people))
    facts = [
        f"{who} lives in {city} and owns a {draw.choice(COLOURS)} {thing}."
        for who, city, thing in zip(people, cities, things, strict=True)
    ]
    at = draw.randrange(len(people))
    if draw.random() < 0.5:
        asked, value = f"In which city does the owner of the {things[at]} live?", cities[at]
    else:
        asked, value = f"Who lives in {cities[at]}?", people[at]
    prompt = f"{' '.join(facts)}\n\n{asked} Reply with the name alone."
    return Made("people", prompt, value, ({"is": "short", "values": [value]},))


def _make(draw: Random) -> Made:
    return draw.choice((_codes, _people))(draw)


LOOKUP = Suite("lookup", "procedural", "finding a fact in the prompt instead of in memory", "ours", None, make=_make)
