"""Table reading: a cell, a maximum, a count or a sum of a table that the prompt gives as Markdown or CSV."""

from __future__ import annotations

from random import Random

from evalkit.suites.procedural.words import CITIES, nouns
from evalkit.suites.suite import Made, Suite

_HEADS = ("item", "city", "price", "stock")
Row = tuple[str, str, int, int]


def _make(draw: Random) -> Made:
    rows = [
        (thing, draw.choice(CITIES[:6]), price, draw.randint(1, 300))
        for thing, price in zip(nouns(draw, 7), draw.sample(range(3, 900), 7), strict=True)
    ]
    prompt, kind, value = draw.choice((_cell, _most, _count, _sum))(draw, rows)
    text = f"{_shown(draw, rows)}\n\n{prompt}"
    if isinstance(value, int):
        return Made(kind, f"{text} Reply with the number alone.", str(value), ({"is": "number", "value": value},))
    return Made(kind, f"{text} Reply with the name alone.", value, ({"is": "short", "values": [value]},))


def _shown(draw: Random, rows: list[Row]) -> str:
    lines = [[str(cell) for cell in row] for row in rows]
    if draw.random() < 0.5:
        return "\n".join(",".join(line) for line in [list(_HEADS), *lines])
    return "\n".join(f"| {' | '.join(line)} |" for line in [list(_HEADS), ["---"] * len(_HEADS), *lines])


def _cell(draw: Random, rows: list[Row]) -> tuple[str, str, str | int]:
    row = draw.choice(rows)
    at = draw.choice((1, 2, 3))
    return f"What is the {_HEADS[at]} of the {row[0]}?", "cell", row[at]


def _most(draw: Random, rows: list[Row]) -> tuple[str, str, str | int]:
    if draw.random() < 0.5:
        return "Which item has the highest price?", "most", max(rows, key=lambda row: row[2])[0]
    return "Which item has the lowest price?", "most", min(rows, key=lambda row: row[2])[0]


def _count(draw: Random, rows: list[Row]) -> tuple[str, str, str | int]:
    least = draw.randint(20, 280)
    return f"How many items have a stock above {least}?", "count", sum(row[3] > least for row in rows)


def _sum(draw: Random, rows: list[Row]) -> tuple[str, str, str | int]:
    one, other = draw.sample(rows, 2)
    return f"What do one {one[0]} and one {other[0]} cost together?", "sum", one[2] + other[2]


TABLES = Suite("tables", "procedural", "reading tables in Markdown and CSV", "ours", None, make=_make)
