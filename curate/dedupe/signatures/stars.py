"""Asterisks that say something: those of products, powers, pointers and globs, not those of bold type and lists."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from curate.dedupe.signatures.digits import DIGITS

WORD = "0-9A-Za-z_\x80-\U0010ffff"  # in the class of a pattern: what words are made of
_OF_WORD = re.compile(f"[{WORD}]")
_LINE = re.compile(r"[^\n]+")
_RUN = re.compile(r"(?<!\*)\*{1,3}(?!\*)")
_POWER = re.compile(rf"(?<=[{DIGITS}A-Za-z_)\]}}])\*\*(?=[{DIGITS}A-Za-z_(])|(?<=[^\x00-\x20] )\*\*(?= )")


class _Run(NamedTuple):
    """One to three asterisks, which may open emphasis, or close it, or say something by themselves."""

    places: range
    opens: bool
    closes: bool
    works: bool


def stars(text: str) -> frozenset[int]:
    """Return where the asterisks stand that are signs; ``curate/native/stars.h`` has the rule."""
    found: set[int] = set()
    for line in _LINE.finditer(text):
        emphasis = defaultdict(list)
        for mark in _RUN.finditer(text, *line.span()):
            run = _run(text, *mark.span())
            if run.works:
                found.update(run.places)
            elif run.opens or run.closes:
                emphasis[len(run.places)].append(run)
        for runs in emphasis.values():
            found.update(*_alone(runs))
    return frozenset(found)


def opens_line(text: str, at: int) -> bool:
    """Say whether nothing but spaces stands between the start of a line and a place: it may open an item of a list."""
    while at and text[at - 1] in " \t":
        at -= 1
    return not at or text[at - 1] == "\n"


def _run(text: str, start: int, end: int) -> _Run:
    before, after = text[start - 1 : start] or "\n", text[end : end + 1] or "\n"
    behind, ahead = _OF_WORD.match(before) is not None, _OF_WORD.match(after) is not None
    one = end - start == 1
    works = behind == ahead if one else _POWER.match(text, start) is not None
    item = one and works and after == " " and opens_line(text, start)
    return _Run(
        range(start, end),
        opens=after > " " and (ahead or not behind),
        closes=before > " " and (behind or not ahead),
        works=works and not item,
    )


def _alone(runs: list[_Run]) -> Iterator[range]:
    """Return the places of runs of as many asterisks on a line that have no partner beside them."""
    paired = {run.places for pair in pairwise(runs) if pair[0].opens and pair[1].closes for run in pair}
    return (run.places for run in runs if run.places not in paired)
