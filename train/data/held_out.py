"""Training rows that stand in files which must stay unseen: by their prompt, or whole."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from curate.core.items.read import read_items
from curate.core.read.layouts.layout import INSTRUCTING
from curate.core.run.errors import InputError
from train.data.curated import run_of
from train.data.rows import Row, read_rows


class Held(NamedTuple):
    """An item that must stay unseen, and its right answers, made comparable."""

    source: str
    id: str
    answers: frozenset[str]


class Seen(NamedTuple):
    """A training row that shows an item: ``whole`` where it has the answer too."""

    at: int  # of the row
    item: Held
    whole: bool


def read_held(files: Sequence[Path]) -> dict[str, Held]:
    """Return the items of some files by their questions: test splits in any layout, or evaluation sets.

    Raises:
        InputError: a file cannot be read, or is of no layout of items.
    """
    held: dict[str, Held] = {}
    for file in files:
        for name, question, answers in _items(file):
            if question:
                held.setdefault(question, Held(file.as_posix(), name, frozenset(answers)))
    return held


Told = tuple[str, str, list[str]]  # name, question, answers


def _items(file: Path) -> list[Told]:
    first, second = (_of_rows, _of_items) if run_of(file) else (_of_items, _of_rows)
    try:
        return first(file)
    except InputError as error:
        try:
            return second(file)
        except InputError:
            raise error from None


def _of_items(file: Path) -> list[Told]:
    """Return the items of an evaluation set, or of a file of one layout."""
    return [
        (item.id, comparable(item.question), [comparable(answer) for answer in item.answers])
        for item in read_items(str(file), Path()).items
    ]


def _of_rows(file: Path) -> list[Told]:
    """Return the last question and answer of rows, which may be of several layouts, as a split's are."""
    return [
        (row.place.id, question, [answer]) for row in read_rows([file]) for question, answer in list(_asked(row))[-1:]
    ]


def find_seen(rows: Sequence[Row], held: dict[str, Held]) -> Iterator[Seen]:
    """Yield each row in which one of the items stands, once.

    Case and white space aside, what a row asks before one of its answers must be what the item asks. System prompts
    do not count: a question that was seen under another one was seen.
    """
    for at, row in enumerate(rows):
        for question, answer in _asked(row):
            item = held.get(question)
            if item is not None:
                yield Seen(at, item, not item.answers or answer in item.answers)
                break


def comparable(text: str) -> str:
    """Return a text without what makes no other text of it: case, and how much white space."""
    return " ".join(text.casefold().split())


def _asked(row: Row) -> Iterator[tuple[str, str]]:
    """Yield what is asked before each answer of a row, and that answer."""
    if row.text is not None:
        yield comparable(row.text), ""
        return
    said: list[str] = []
    for turn in row.messages:
        content = comparable(turn.get("content") or "")
        if turn["role"] == "assistant" and said:
            yield " ".join(said), content
        if turn["role"] not in INSTRUCTING and content:
            said.append(content)
