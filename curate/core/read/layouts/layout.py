"""What a layout is: how a line's fields become messages, and messages fields again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import orjson

from curate.core.record.exact import written

Record = dict[str, Any]
Path = tuple[str | int, ...]


class Message(NamedTuple):
    """One turn, in the order of the block's fields."""

    role: str
    text: str | None
    parts: bytes | None = None
    calls: bytes | None = None
    call_id: str | None = None
    name: str | None = None
    weight: int | None = None


class Draft(NamedTuple):
    """A record as every layout gives it: what the block's columns are built from."""

    messages: Sequence[tuple[Any, ...]]  # each in the order of Message
    tools: bytes | None = None
    rejected: str | None = None
    label: str | None = None


class Layout(NamedTuple):
    """The shape of a line. ``own`` are its field names; any other field is carried along."""

    name: str
    shape: str  # its fields in words, for messages to the user
    own: frozenset[str]
    fits: Callable[[Record], bool]
    read: Callable[[Record], Draft]  # of a record that has no structural error
    strings: Callable[[Record], list[list[Path]]]  # for each message the places of the strings that make its text
    write: Callable[[Draft], Record | None]  # None: this layout cannot hold the record

    def sound(self, record: Record) -> Draft | None:
        """Return a record that nothing has checked as a draft; None where its values are not what they should be."""
        try:
            draft = self.read(record)
            fits = all(isinstance(turn[0], str) and isinstance(turn[1], str | None) for turn in draft.messages)
        except (KeyError, TypeError, AttributeError, ValueError, IndexError):
            return None
        return draft if fits else None


def has(*names: str) -> Callable[[Record], bool]:
    """Return what says whether a record has all these fields; a null one is absent, as in rows of merged sets."""
    if len(names) == 1:
        (name,) = names
        return lambda record: record.get(name) is not None
    return lambda record: all(record.get(name) is not None for name in names)


def is_bare(turn: Message) -> bool:
    """Say whether a turn is a role and a text alone, which any layout can hold."""
    return turn.text is not None and all(value is None for value in turn[2:])


INSTRUCTING = ("system", "developer")  # roles of turns that are no part of what is said
JOINT = "\n\n"  # between strings of a record that make one text: an instruction and its input
PART_JOINT = "\n"  # between text parts of one content


def text_of(content: Any) -> str | None:
    """Return the text of a content: a string, the text of its parts, or null."""
    if content is None or isinstance(content, str):
        return content
    texts = [part["text"] for part in content if isinstance(part, dict) and isinstance(part.get("text"), str)]
    return PART_JOINT.join(texts) if texts else None


def content_paths(content: Any, at: Path) -> list[Path]:
    """Return the places of the strings that ``text_of`` joins."""
    if isinstance(content, str):
        return [at]
    if not isinstance(content, list):
        return []
    return [
        (*at, index, "text")
        for index, part in enumerate(content)
        if isinstance(part, dict) and isinstance(part.get("text"), str)
    ]


def as_bytes(value: Any) -> bytes | None:
    """Return tools as JSON bytes, whether they came as JSON or as a string of JSON; null where there are none."""
    if value in (None, "", []):
        return None
    if isinstance(value, str):
        try:
            return as_bytes(orjson.loads(value))
        except (orjson.JSONDecodeError, orjson.JSONEncodeError):  # no JSON, or nested too deep to be written
            return value.encode()
    return written(value)


def renamed(record: Record, fields: Mapping[str, str]) -> Record:
    """Return the record with the user's field names turned into ours (``{"prompt": "question"}``: ours to theirs)."""
    if not fields:
        return record
    ours = {theirs: name for name, theirs in fields.items()}
    return {ours.get(key, key): value for key, value in record.items() if key in ours or key not in fields}
