"""Files of training data to rows: messages as chat templates take them, or a text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from curate.core.command.words import path_word
from curate.core.read.fault import Fault, shown
from curate.core.read.layouts import LAYOUTS, Layout, Message, Record, layout_of, renamed
from curate.core.read.layouts.beside import MEDIA
from curate.core.read.layouts.messages import ROLES
from curate.core.read.layouts.shapes import Shape
from curate.core.read.records import LAYOUT_FAULTS, Batch, read_records
from curate.core.read.rows import Seen
from curate.core.read.source import Source, Wanted, find_sources
from curate.core.record.digest import line_digest
from curate.core.run.errors import InputError
from evalkit.answers.local.calls import parsed
from train.data.curated import field_names, run_of, shapes_of
from train.data.written import extras, written_turns
from train.examples import Place

_NOTHING: tuple[Any, ...] = (None, "", [], {})


class Row(NamedTuple):
    """One training example: ``text`` where it is a text alone, trained whole, else ``messages``.

    A message may have a ``weight``: 0 takes an answer out of the loss. ``digest`` is of the line; draws use it.
    """

    place: Place
    messages: list[dict[str, Any]]
    tools: list[Any] | None = None
    text: str | None = None
    digest: int = 0

    @property
    def turns(self) -> list[dict[str, Any]]:
        """Return the messages without their weights, which are no template's business."""
        return [{key: value for key, value in turn.items() if key != "weight"} for turn in self.messages]


def read_rows(files: Sequence[Path]) -> list[Row]:
    """Return the rows of some files, in the files' order; rows of a file may be of several layouts.

    Raises:
        InputError: a file is not there, or a row cannot be read: a row that is lost would go unseen.
    """
    return [row for file in files for row in _of_file(file)]


def _of_file(file: Path) -> Iterator[Row]:
    for source in find_sources([Wanted(str(file))], Path()):
        run = run_of(source.path)
        names = [] if run is None else field_names(run)
        shapes = None if run is None else shapes_of(run, source.path)
        for batch in read_records(source, Seen(), hashing=False):
            yield from _of_batch(batch, source, names, shapes)


def _of_batch(
    batch: Batch, source: Source, names: Sequence[dict[str, str]], shapes: Sequence[Shape] | None
) -> Iterator[Row]:
    for index, record in enumerate(batch.records):
        faults = batch.faults.get(index, ())
        place = f"{source.name}:{batch.lines.number(index)}"
        if record is None:
            if faults:
                raise _unreadable(place, faults[0].message, source.name)
            continue  # a blank line
        told = [fault for fault in faults if fault.slug in LAYOUT_FAULTS]
        if shapes is None:
            shape = _shape(record, batch.layout, told, names)
        else:
            written = shapes[batch.lines.number(index) - 1]
            shape = LAYOUTS[written.layout], written.ours(record)
        if shape is None:
            raise _unreadable(place, told[0].message, source.name)
        digest = line_digest(batch.lines.rows[index])
        own = record.get("id")
        named = isinstance(own, str) or (isinstance(own, int) and not isinstance(own, bool))
        name = Place(source.name, batch.lines.number(index), str(own) if named else digest)
        yield _row(*shape, name, int(digest, 16))


def _shape(
    record: Record, layout: Layout | None, told: Sequence[Fault], names: Sequence[dict[str, str]]
) -> tuple[Layout, Record] | None:
    """Return the layout of a record, and the record under our names; None where no layout has its fields.

    A row of another layout than the file's is no fault here: a split of a curation run holds rows of all its sources.
    """
    if layout is not None and not told:
        return layout, record
    for fields in names or [{}]:
        ours = renamed(record, fields)
        found = layout_of(ours)
        if found is not None:
            return found, ours
    return None


def _row(layout: Layout, record: Record, place: Place, digest: int) -> Row:
    draft = layout.sound(record)
    if draft is None:
        raise _unreadable(str(place), f"it is no sound row of layout {layout.name} ({layout.shape})", place.source)
    written = written_turns(record, layout.name)
    _refuse_named_media(record, written, place)
    _refuse_weights(written, place)
    turns = [Message._make(turn) for turn in draft.messages]
    if layout.name == "text":
        return Row(place, [], None, turns[0].text or "", digest)
    if not turns:
        raise _unreadable(str(place), "it has no messages", place.source)
    for turn in turns:
        if turn.role not in ROLES:
            raise _unreadable(str(place), f"{shown(turn.role)} is no role: {', '.join(ROLES)}", place.source)
    beside = extras(written, len(turns))
    messages = [extra | _message(turn, place) for turn, extra in zip(turns, beside, strict=True)]
    return Row(place, messages, _tools(draft.tools, place), None, digest)


def _message(turn: Message, place: Place) -> dict[str, Any]:
    """Return a turn as templates take it: a content is one text, the arguments of tool calls are objects."""
    if turn.parts is not None:
        _refuse_media(orjson.loads(turn.parts), place)
    made: dict[str, Any] = {"role": turn.role}
    if turn.text is not None or turn.calls is None:
        made["content"] = turn.text or ""
    if turn.calls is not None:
        made = parsed(made | {"tool_calls": _calls(turn.calls, place)})
    extra = {"tool_call_id": turn.call_id, "name": turn.name, "weight": turn.weight}
    return made | {key: value for key, value in extra.items() if value is not None}


def _calls(calls: bytes, place: Place) -> list[dict[str, Any]]:
    found = orjson.loads(calls)
    for call in found if isinstance(found, list) else [found]:
        function = call.get("function") if isinstance(call, dict) else None
        if not isinstance(function, dict) or not isinstance(function.get("name"), str):
            raise _unreadable(str(place), "a tool call has no function with a name", place.source)
    return list(found)


def _refuse_media(parts: Sequence[Any], place: Place) -> None:
    for part in parts:
        if not isinstance(part, dict) or not isinstance(part.get("text"), str):
            told = part.get("type") if isinstance(part, dict) else part
            raise _beyond_text(place, "a message", told)


def _refuse_named_media(record: Record, turns: Sequence[Record], place: Place) -> None:
    """Refuse a row that names pictures, sounds or films, itself or in a turn: its texts alone are another example."""
    for holder, what in ((record, "the row"), *((turn, "a message") for turn in turns)):
        for name in MEDIA:
            if holder.get(name) not in _NOTHING:
                raise _beyond_text(place, what, name)


def _refuse_weights(turns: Sequence[Record], place: Place) -> None:
    """Refuse a weight that is neither 0 nor 1: an answer that someone wanted out of the loss, or half in it."""
    for turn in turns:
        weight = turn.get("weight") if "role" in turn else None  # ShareGPT's turns have none that anyone reads
        if weight is not None and weight not in (0, 1):
            told = f"the weight of a message is {shown(weight)}: 0 takes an answer out of the loss, 1 trains it"
            raise _unreadable(str(place), told, place.source)


def _beyond_text(place: Place, holder: str, told: Any) -> InputError:
    hint = "only texts are trained on: leave such rows out, or what is no text out of them"
    return InputError(f"{place} cannot be trained on: a part of {holder} is no text: {shown(told)}", hint=hint)


def _tools(tools: bytes | None, place: Place) -> list[Any] | None:
    if tools is None:
        return None
    try:
        found = orjson.loads(tools)
    except orjson.JSONDecodeError:
        found = None
    if not isinstance(found, list):
        raise _unreadable(str(place), "its tools are no list", place.source)
    return found


def _unreadable(place: str, problem: str, name: str) -> InputError:
    hint = f"thresher check {path_word(name)} lists all such rows; thresher curate leaves them out, and says so"
    return InputError(f"{place} cannot be trained on: {problem}", hint=hint)
