"""What texts of a block are made of: the strings of a record between joints, each of which is edited by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

import orjson
import polars as pl

from curate.core.read.layouts.layout import JOINT, PART_JOINT
from curate.core.read.layouts.preference import rejected_turns


class Piece(NamedTuple):
    """A string of a record, or what stands between two of them and is no one's to edit."""

    text: str
    fixed: bool = False


def edited_texts(
    texts: pl.Series, made: Mapping[int, list[Piece]], clean: Callable[[pl.Series], pl.Series]
) -> pl.Series:
    """Return the texts cleaned, those that are ``made`` of several strings (by position) string by string."""
    strings = [piece.text for pieces in made.values() for piece in pieces if not piece.fixed]
    cleaned = iter(clean(pl.Series(strings, dtype=pl.String)).to_list())
    new = ["".join(one.text if one.fixed else next(cleaned) for one in pieces) for pieces in made.values()]
    whole = clean(texts)
    return whole.scatter(list(made), new) if made else whole


def parts_of(parts: bytes) -> list[Piece]:
    """Return the pieces of a content that came as parts."""
    texts = [
        part["text"] for part in orjson.loads(parts) if isinstance(part, dict) and isinstance(part.get("text"), str)
    ]
    return list(_joined([[Piece(text)] for text in texts], PART_JOINT))


def question_of(raw: bytes, text: str) -> list[Piece] | None:
    """Return the instruction and the input that make the question ``text`` of an alpaca row; None where one alone does.

    Under other names they are the two strings of the row that make it. Where several do, None too: an edit of the
    whole text cannot be cut again, and is told of.
    """
    record = orjson.loads(raw)
    asked = [record.get("instruction"), record.get("input")]
    if asked[0] == text:
        return None
    if not all(isinstance(one, str) and one for one in asked) or JOINT.join(asked) != text:
        values = {value for value in record.values() if isinstance(value, str) and value}
        cuts = [[one, text[len(one + JOINT) :]] for one in values if text.startswith(one + JOINT)]
        found = [cut for cut in cuts if cut[1] in values]
        if len(found) != 1 or text in values:
            return None
        asked = found[0]
    return list(_joined([[Piece(one)] for one in asked], JOINT))


def rejected_of(raw: bytes, text: str) -> list[Piece] | None:
    """Return the pieces of the other answer of a pair, whatever its field is called; None where it is not found."""
    record = orjson.loads(raw)
    for value in (record.get("rejected"), record.get("non_preferred_output"), *record.values()):
        turns = _turns(value)
        if JOINT.join(said for said, _ in turns) == text:
            return list(_joined([_strings(value, *turn) for turn in turns], JOINT))
    return None


def _turns(value: Any) -> list[tuple[str, list[Any]]]:
    try:
        return rejected_turns({"chosen": None, "rejected": value})
    except (KeyError, TypeError, AttributeError, ValueError):  # no answer: a field of the user's
        return []


def _strings(value: Any, text: str, places: list[Any]) -> list[Piece]:
    """Return the pieces of one turn of the answer ``value``; what only stands for calls is fixed."""
    if not places:
        return [Piece(text, fixed=True)]
    strings = []
    for _, *path in places:
        found = value
        for step in path:
            found = found[step]
        strings.append([Piece(found)])
    return list(_joined(strings, PART_JOINT))


def _joined(groups: list[list[Piece]], joint: str) -> Iterator[Piece]:
    for at, group in enumerate(groups):
        yield from [Piece(joint, fixed=True), *group] if at else group
