"""Items out of a file: rows of a known layout, a suite's items, or any rows whose fields are named."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from curate.core.chat.parse import are_calls
from curate.core.command.words import path_word
from curate.core.read.decode import Record
from curate.core.read.layouts import Message, layout_of
from curate.core.read.layouts.messages import write_messages
from curate.core.record.digest import line_digest
from curate.core.record.fields import field_of
from curate.core.run.errors import InputError, nearest
from evalkit.answers.item import Item
from evalkit.predictions import as_references, as_text
from evalkit.read.records import InputFile, rows_and_lines


@dataclass(frozen=True)
class ItemFields:
    """The names of fields, where they are not those of a layout or a suite; a dot leads into an object."""

    id: str | None = None
    prompt: str | None = None
    reference: str | None = None
    choices: str | None = None
    answer: str | None = None
    cluster: str | None = None
    slices: tuple[str, ...] = ()


def read_items(
    file: InputFile, fields: ItemFields, clusters: Mapping[str, str | None] | None = None, limit: int | None = None
) -> list[Item]:
    """Return the items of a file, in its order; ``clusters`` (id to cluster) wins over a field.

    Raises:
        InputError: a row cannot be read or is no item, an id stands twice, or no row has a field that was named.
    """
    items: list[Item] = []
    places: dict[str, int] = {}
    unseen = {name for name in (*fields.slices, fields.cluster) if name is not None}
    refuse_missing(file.path)
    for line, record, raw in rows_and_lines(file, f"thresher check {path_word(file.name)} lists all such rows"):
        digest = line_digest(raw)
        unseen = {name for name in unseen if field_of(record, name) is None and name not in record}
        item = _item(record, fields, file.at(line), digest, clusters or {})
        if item.id in places:
            raise InputError(
                f"the id {item.id[:80]!r} stands twice in {file.name}",
                f"{file.word} {places[item.id]} and {file.word} {line}",
                hint="answers are paired by id; name a field whose values are unique: --id-field FIELD",
            )
        places[item.id] = line
        items.append(item)
    if not items:
        raise InputError(f"{file.name} holds no rows", hint='an item a line: {"prompt": ..., "reference": ...}')
    if clusters and not clusters.keys() & places.keys():
        raise InputError(
            f"the ledger knows none of the {len(items):,} ids of {file.name}",
            f"an id here: {items[0].id[:80]!r}",
            hint="name the folder of the curation run that wrote this file",
        )
    for name in sorted(unseen):
        raise InputError(f"no row of {file.name} has a field {name!r}", hint="check --slice and --cluster-field")
    return items if limit is None else items[:limit]


def refuse_missing(path: Path) -> None:
    """Refuse a file of items that is not there.

    Raises:
        InputError: it is not.
    """
    if not path.exists() or path.is_dir():
        raise InputError(f"there is no file {path.as_posix()!r}", hint="--data takes one file of JSON Lines")


def _item(record: Record, fields: ItemFields, place: str, digest: str, clusters: Mapping[str, str | None]) -> Item:
    named = fields.prompt is not None or fields.reference is not None
    is_suite = "prompt" in record and "completion" not in record and "chosen" not in record
    is_suite = is_suite or ("messages" in record and ("reference" in record or "references" in record))
    made = _given(record, fields, place) if named or is_suite else _of_layout(record, place)
    name = _name(record, fields.id, digest, place)
    told = record.get("slices")
    own: dict[str, Any] = dict(told) if isinstance(told, dict) else {}
    slices = own | {field: field_of(record, field) for field in fields.slices}
    cluster = as_text(field_of(record, fields.cluster or "cluster"))
    choices, gold = _choices(record, fields, place)
    if choices and gold is not None:
        made["references"], made["several"] = (choices[gold],), False
    return Item(
        id=name,
        choices=choices,
        gold=gold,
        schema=record.get("schema"),
        check=record.get("check"),
        slices={key: value for key, value in slices.items() if value is not None},
        cluster=clusters.get(name) or cluster,
        **made,
    )


def _name(record: Record, named: str | None, digest: str, place: str) -> str:
    value = field_of(record, named or "id")
    if value is None and named is None:
        return digest
    if isinstance(value, str) or (isinstance(value, int) and not isinstance(value, bool)):
        return str(value)
    raise InputError(f"{place} has neither text nor a whole number in {named or 'id'!r}", hint="--id-field FIELD")


def _given(record: Record, fields: ItemFields, place: str) -> dict[str, Any]:
    """Return what is asked and wanted by a row that names both."""
    field = fields.prompt or ("messages" if "messages" in record else "prompt")
    asked = field_of(record, field)
    if fields.reference is not None:
        wanted = field_of(record, fields.reference)
    else:
        wanted = record.get("references", record.get("reference"))
        if wanted == [] and "references" in record:  # none is known; an empty "reference" is an empty list
            wanted = None
    references = as_references(wanted) or []
    made: dict[str, Any] = {"references": tuple(references), "several": isinstance(wanted, list)}
    made["tools"] = _tools(record.get("tools"), place)
    if isinstance(asked, list):
        return made | {"messages": _messages(asked, place)}
    if isinstance(asked, str):
        return made | {"prompt": asked}
    near = "" if field in record else nearest(field, list(record)).partition("; there is")[0]
    raise InputError(
        f"{place} has neither a text nor messages in {field!r}{near}",
        f"the row has: {', '.join(record)}",
        hint="--prompt-field FIELD",
    )


def _tools(value: Any, place: str) -> tuple[Any, ...]:
    if value is not None and not isinstance(value, list):
        raise InputError(f"{place} has tools that are no list", hint='"tools": [{"type": "function", ...}]')
    return tuple(value or ())


def _messages(value: Sequence[Any], place: str) -> tuple[Mapping[str, Any], ...]:
    for message in value:
        if not isinstance(message, dict) or not isinstance(message.get("role"), str):
            raise InputError(f"{place} has a message without a role", hint='{"role": "user", "content": "Hi"}')
    return tuple(value)


def _of_layout(record: Record, place: str) -> dict[str, Any]:
    """Return the turns before the last answer, and that answer, of a row of a layout."""
    layout = layout_of(record)
    if layout is None:
        raise InputError(
            f"{place} is of no layout, and has no 'prompt'",
            f"the row has: {', '.join(record)}",
            hint="name the fields: --prompt-field FIELD --reference-field FIELD",
        )
    draft = layout.sound(record)
    if draft is None:
        raise InputError(
            f"{place} is no sound row of layout {layout.name}", hint="thresher check says what is wrong with it"
        )
    turns = [Message._make(turn) for turn in draft.messages]
    last = turns.pop() if turns and turns[-1].role == "assistant" else None
    tools = orjson.loads(draft.tools) if draft.tools else []
    made: dict[str, Any] = {"tools": tuple(tools), "references": () if last is None else _wanted(last, place)}
    if layout.name in ("prompt_completion", "classification", "text") and len(turns) < 2:
        return made | {"prompt": (turns[0].text or "") if turns else ""}
    return made | {"messages": tuple(write_messages([turn._replace(weight=None) for turn in turns]))}


def _wanted(turn: Message, place: str) -> tuple[str, ...]:
    """Return the reference that a last turn is: its text, or its tool calls as JSON."""
    if turn.text is not None or turn.calls is None:
        return (turn.text or "",)
    calls = orjson.loads(turn.calls)
    if not are_calls(calls):
        raise InputError(f"{place} has tool calls that are none", hint="thresher check says what is wrong with them")
    return (spelt_calls(calls),)


def spelt_calls(calls: Sequence[Any]) -> str:
    """Return tool calls as the metric ``tool_calls`` reads them."""
    made = [call.get("function", call) for call in calls]
    return orjson.dumps([{"name": one.get("name"), "arguments": one.get("arguments")} for one in made]).decode()


def _choices(record: Record, fields: ItemFields, place: str) -> tuple[tuple[str, ...], int | None]:
    """Return the choices of a row and the place of the right one, told as a place, a letter, or its text."""
    found = field_of(record, fields.choices or "choices")
    if found is None:
        return (), None
    if not isinstance(found, list) or len(found) < 2 or not all(isinstance(one, str) and one for one in found):
        raise InputError(f"{place} has choices that are no list of two texts or more", hint="--choices-field FIELD")
    if fields.answer is not None:
        told = field_of(record, fields.answer)
    else:
        told = next((record[name] for name in ("gold", "answer") if name in record), None)
    if isinstance(told, str) and told in found:
        return tuple(found), found.index(told)
    if isinstance(told, str) and len(told) == 1 and told.isalpha():
        told = ord(told.upper()) - ord("A")
    if isinstance(told, int) and not isinstance(told, bool) and 0 <= told < len(found):
        return tuple(found), told
    raise InputError(
        f"{place} does not say which of its {len(found)} choices is right: {told!r}",
        hint="its place from 0, its letter, or its text, in 'answer': --answer-field FIELD",
    )
