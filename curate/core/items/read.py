"""A file of evaluation items to items: JSON Lines, ``.json``, CSV or Parquet, packed or not."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from curate.core.command.words import path_word
from curate.core.items import ITEM_LAYOUTS, item_layout_of
from curate.core.items.layout import ItemLayout, Record
from curate.core.items.plain import fields_layout
from curate.core.read.bytestream import open_bytes
from curate.core.read.fault import shown
from curate.core.read.source import Source
from curate.core.record.digest import line_digest
from curate.core.record.fields import field_of
from curate.core.run.errors import ConfigError, InputError, nearest

_PACKED = (".gz", ".zst")


class Item(NamedTuple):
    """One item: its own id, or the first 16 hex digits of its record's sha256; its question; its right answers."""

    id: str
    question: str
    answers: tuple[str, ...]


class ItemFile(NamedTuple):
    """The items of a file, and what it is."""

    suite: str
    path: str  # as it was named
    layout: str
    sha256: str
    bytes: int
    items: list[Item]


class Asking(NamedTuple):
    """What is special about a file of items; absent, it is told from the file."""

    suite: str | None = None
    layout: str | None = None
    question: str | None = None
    answer: str | None = None
    id: str | None = None


_AS_FOUND = Asking()


def read_items(name: str, base: Path, asking: Asking = _AS_FOUND) -> ItemFile:
    """Return the items of a file; ``name`` is relative to ``base``.

    Raises:
        InputError: it cannot be read, a record is none, has no known layout or another than the first.
        ConfigError: no layout is called so, or fields are named beside a layout.
    """
    layout = _asked_layout(asking)
    path = base / name
    with open_bytes(Source(0, name, path)) as opened:
        data = opened.stream.read()
        opened.drain()
        hashed = opened.hashed
    items = []
    for place, record, raw in records(name, data):
        layout = layout or _told_layout(name, place, record)
        if not layout.fits(record):
            problem = f"{name}, {place}: no item of layout {layout.name} ({layout.shape}): {_fields(record)}"
            raise InputError(problem, hint="a file of items has one layout: split it, or name its question field")
        items.append(_item(name, place, record, raw, layout, asking.id))
    if not items or layout is None:
        raise InputError(f"{name} holds no items", hint="name the file of the evaluation set itself")
    return ItemFile(asking.suite or _stem(name), name, layout.name, hashed.sha256, hashed.bytes, items)


def _asked_layout(asking: Asking) -> ItemLayout | None:
    if asking.question is not None:
        if asking.layout is not None:
            raise ConfigError("an evaluation set has a layout or a question field, not both")
        return fields_layout(asking.question, asking.answer, asking.id)
    if asking.answer is not None:
        raise ConfigError("an evaluation set with an answer field needs its question field", hint='question = "FIELD"')
    if asking.layout is not None and asking.layout not in ITEM_LAYOUTS:
        raise ConfigError(f"no layout of items is called {asking.layout!r}{nearest(asking.layout, list(ITEM_LAYOUTS))}")
    return None if asking.layout is None else ITEM_LAYOUTS[asking.layout]


def _told_layout(name: str, place: str, record: Record) -> ItemLayout:
    layout = item_layout_of(record)
    if layout is None:
        known = [f"{one.name}: {one.shape}" for one in ITEM_LAYOUTS.values()]
        hint = f'name its fields: {{ path = "{name}", question = "FIELD", answer = "FIELD" }}'
        raise InputError(f"{name}, {place}: no layout of items has {_fields(record)}", *known, hint=hint)
    return layout


def _item(name: str, place: str, record: Record, raw: bytes, layout: ItemLayout, named_by: str | None) -> Item:
    try:
        asked = layout.read(record)
    except (KeyError, TypeError, AttributeError, IndexError, ValueError) as error:
        problem = f"{name}, {place}: no item of layout {layout.name} ({layout.shape})"
        raise InputError(problem, hint=f"thresher check {path_word(name)} says what is wrong with a row") from error
    own = field_of(record, named_by or layout.named_by)
    named = isinstance(own, (str, int)) and not isinstance(own, bool) and own != ""
    return Item(str(own) if named else line_digest(raw), asked.question, asked.answers)


def _fields(record: Record) -> str:
    return f"the fields {shown(list(record), 120)}"


def _stem(name: str) -> str:
    for ending in _PACKED:
        name = name.removesuffix(ending)
    return Path(name).stem


def records(name: str, data: bytes) -> Iterator[tuple[str, Record, bytes]]:
    """Yield each record with its place in words and the bytes that its id may be made of."""
    bare = name.lower().removesuffix(".gz").removesuffix(".zst")
    if bare.endswith(".parquet"):
        import polars as pl  # noqa: PLC0415 - most files of items need none of it

        values: list[Any] = pl.read_parquet(io.BytesIO(data)).to_dicts()
    elif bare.endswith(".csv"):
        values = _csv(name, data)
    elif bare.endswith(".json") and (listed := _listed(data)) is not None:
        values = listed
    else:
        yield from _lines(name, data)
        return
    for number, value in enumerate(values, start=1):
        yield f"item {number}", _object(name, f"item {number}", value), orjson.dumps(value, default=str)


def _lines(name: str, data: bytes) -> Iterator[tuple[str, Record, bytes]]:
    for number, line in enumerate(data.removeprefix(b"\xef\xbb\xbf").split(b"\n"), start=1):
        line = line.removesuffix(b"\r")
        if line.strip():
            try:
                value = orjson.loads(line)
            except orjson.JSONDecodeError as error:
                problem = f"{name}, line {number} is no JSON: {error}"
                raise InputError(
                    problem, hint=f"thresher check {path_word(name)} says what is wrong with it"
                ) from error
            yield f"line {number}", _object(name, f"line {number}", value), line


def _object(name: str, place: str, value: Any) -> Record:
    if not isinstance(value, dict):
        raise InputError(f"{name}, {place}: {shown(value)} is no object", hint="an item is a JSON object")
    return value


def _csv(name: str, data: bytes) -> list[Any]:
    try:
        return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True))
    except (csv.Error, UnicodeDecodeError) as error:
        raise InputError(f"{name} is no CSV in UTF-8: {error}", hint="write it as JSON Lines") from error


def _listed(data: bytes) -> list[Any] | None:
    """Return the elements of an array, or of the one list of objects in an object (BBH's ``examples``); else None."""
    try:
        whole = orjson.loads(data.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError:
        return None  # JSON Lines, or broken: who reads the lines will say
    if isinstance(whole, dict):
        lists = [value for value in whole.values() if isinstance(value, list) and value and isinstance(value[0], dict)]
        whole = lists[0] if len(lists) == 1 and item_layout_of(whole) is None else [whole]
    return whole if isinstance(whole, list) else [whole]
