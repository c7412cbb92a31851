"""Names in drawings, which have no line breaks: as much of a name as has room, by the width of its letters."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from markupsafe import Markup

from reports.charts.svg import text
from reports.text import plain

ROOMS = (90, 51, 37)  # widths that a line has: of a whole page, of half of one, on a phone; see .chart in report.css
LEVELS = ("no-wide", "no-middle", "no-narrow")  # classes of what is not shown there
BROAD, SLIM = "WM@%mw—", " fijlrtI.,:;!|'()[]"


def width_of(name: str) -> float:
    """Return how wide a name is drawn, about: a Chinese letter is 2, an e half of it, an accent nothing."""
    return sum(map(_width, name))


def shortened(name: str, room: float) -> str:
    """Return the name on one line; where it is wider than its room, without its middle.

    Names of a kind begin alike ("f1 on topic=..."), and what tells them apart often stands at their end.
    """
    whole = plain(name, len(name))
    if width_of(whole) <= room:
        return whole
    head = _fitting(whole, (room - 1) / 2)
    tail = _fitting(whole[::-1], room - 1 - width_of(head))[::-1]
    while tail and not _width(tail[0]):
        tail = tail[1:]  # what stands on a letter that is gone
    return f"{head}…{tail}"


def name_of(y: float, name: str, rooms: Sequence[float] = ROOMS, class_: str = "small strong") -> list[Markup]:
    """Return a name at the left edge, once for each way that it is shortened where there is less room."""
    found: dict[str, list[str]] = {}
    for room, level in zip(rooms, LEVELS, strict=True):
        found.setdefault(shortened(name, room), []).append(level)
    return [
        text(0, y, words, " ".join([class_, *(level for level in LEVELS if level not in own)]))
        for words, own in found.items()
    ]


def _width(letter: str) -> float:
    if unicodedata.combining(letter) or unicodedata.category(letter) in ("Mn", "Me", "Cf"):
        return 0
    if unicodedata.east_asian_width(letter) in "WF":
        return 2
    if letter in SLIM:
        return 0.65
    return 2 if letter in BROAD else 1.3 if letter.isupper() else 1.12


def _fitting(letters: str, room: float) -> str:
    taken = 0.0
    for place, letter in enumerate(letters):
        taken += _width(letter)
        if taken > room:
            return letters[:place]
    return letters
