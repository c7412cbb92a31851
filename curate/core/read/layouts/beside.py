"""What a record says beside the texts of its turns: two that differ in it alone are no duplicates.

Pictures, sounds, films and documents are part of what is asked. Who speaks, which call a result answers, reasoning,
refusals, spoken answers, parts that are no text, the calls of a rejected answer, which turns are trained, a system
prompt where the layout has none, and the verdict on an answer (KTO's ``label``) are part of what is taught.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from curate.core.read.layouts.layout import INSTRUCTING, Record
from curate.core.read.layouts.sharegpt import ROLES

MEDIA = ("image", "images", "video", "videos", "audio", "audios")
_ADDRESSES = tuple(
    f"{kind}_{named}{more}"
    for kind in ("image", "video", "audio")
    for named in ("path", "file", "url")
    for more in ("", "s")
)
_SHOWN = (*MEDIA, *_ADDRESSES)
_TAUGHT = ("reasoning_content", "reasoning", "thinking")
_SAID = (*_SHOWN, *_TAUGHT, "refusal")  # of a turn, beside its content
_TRAINED = ("weight", "train")
_ASKED = ("messages", "conversations", "prompt")
_PREFERRED, _REJECTED = ("completion", "chosen", "preferred_output"), ("rejected", "non_preferred_output")
_TEXTS = ("text", "input_text", "output_text")  # types of parts
RATED = ("messages", "sharegpt", "alpaca", "prompt_completion", "input_output")  # with an answer to call good or bad
_VERDICTS = ("label", "kto_tag")
_SYSTEM = ("system", "system_prompt")
_UNREAD = {  # system prompts beside the texts of a layout that has no place for one
    "messages": _SYSTEM,
    "sharegpt": ("system_prompt",),
    "classification": _SYSTEM,
    "text": _SYSTEM,
}
BESIDE = (*_SHOWN, "documents", *_TAUGHT, *_VERDICTS, *_SYSTEM)  # fields of a record that are looked at beside texts
_SPEAKERS = ("user", "assistant")  # who may have a name of their own; that of a tool is part of its call
_OTHER = "rejected "  # before the number of a turn of the other answer
_BYTES = 8


class Beside(NamedTuple):
    """Digests of 64 bits, and a verdict; null where there is nothing."""

    media: int | None  # of what the record, or a turn that asks, names in fields of its own
    shown: int | None  # of the parts of turns that ask, which are no text
    taught: int | None  # of what is answered beside texts
    verdict: bool | None  # on the answer


def beside(record: Record, layout: str) -> Beside:
    """Return what a record of a layout, by its name, says beside its texts."""
    media: list[Any] = _given(record, (*_SHOWN, "documents"))
    shown: list[Any] = []
    taught: list[Any] = _given(record, _TAUGHT)
    taught += _given(record, _UNREAD.get(layout, ()))
    rated = verdict(record, layout)
    if rated is not None:
        taught.append(rated)
    results = _Results()
    for number, turn in _turns(record):
        if str(number).startswith(_OTHER) and (calls := _called(turn)):
            taught.append([number, "calls", calls])  # those of other turns stand in the messages
        role = ROLES.get(str(turn.get("from")), turn.get("role"))
        answers = role == "assistant"
        if role in _SPEAKERS and _says(turn.get("name")):
            taught.append([number, "name", turn["name"]])
        if (call := results.answers(turn)) is not None:
            taught.append([number, "answers call", call])
        (taught if answers else media).extend([number, *found] for found in _given(turn, _SAID))
        (taught if answers else shown).extend([number, part] for part in told_parts(turn.get("content")))
        taught.extend([number, *found] for found in _given(turn, _TRAINED) if found[1] != [1])
    return Beside(_digest(media), _digest(shown), _digest(taught), rated)


class _Results:
    """Tells which call a tool's turn answers, where that is not the next: ids have no other meaning."""

    def __init__(self) -> None:
        self._calls: list[Any] = []
        self._answered = 0

    def answers(self, turn: dict[str, Any]) -> int | None:
        """Return the number of the call, of those made at once, that a turn answers out of order."""
        calls = turn.get("tool_calls")
        if isinstance(calls, list) and calls:
            self._calls = [call.get("id") if isinstance(call, dict) else None for call in calls]
            self._answered = 0
        named = turn.get("tool_call_id")
        if named is None:
            return None
        self._answered += 1
        place = self._calls.index(named) if self._calls.count(named) == 1 else None
        return None if place == self._answered - 1 else place


def verdict(record: Record, layout: str) -> bool | None:
    """Return whether a record of a layout calls its answer good or bad, as KTO has it; None where it says neither."""
    given = [record.get(name) for name in _VERDICTS] if layout in RATED else []
    return next((value for value in given if isinstance(value, bool)), None)


def told_parts(content: Any) -> list[Any]:
    """Return what the parts of a content hold beside texts, each with the number of its part."""
    found: list[Any] = []
    for number, part in enumerate(content if isinstance(content, list) else ()):
        if not isinstance(part, dict):
            found.append([number, part])
            continue
        is_text = part.get("type", "text") in _TEXTS  # which the text of the turn has
        read = ("type", "text") if is_text and isinstance(part.get("text"), str) else ("type",)
        held = {name: part[name] for name in part if name not in read and _says(part[name])}
        if held or not is_text:
            found.append([number, part.get("type"), held])
    return found


def _turns(record: Record) -> Iterator[tuple[int | str, dict[str, Any]]]:
    """Yield the turns that may say something beside their text, each with its number; those of a rejected answer apart.

    Turns count on from the prompt to the answer; instructions do not count: the same may be asked under another one.
    """
    inner = record.get("input")
    asked = [record.get(name) for name in _ASKED] + [inner.get("messages") if isinstance(inner, dict) else None]
    chats = [[*asked, *(record.get(name) for name in _PREFERRED)], [record.get(name) for name in _REJECTED]]
    for apart, chat in zip(("", _OTHER), chats, strict=True):
        number = 0
        for value in chat:
            for turn in value if isinstance(value, list) else [value]:
                if isinstance(turn, dict) and (len(turn) > 2 or isinstance(turn.get("content"), list)):
                    yield (f"{apart}{number}" if apart else number), turn
                number += isinstance(turn, (dict, str)) and not _instructs(turn)


def _called(turn: dict[str, Any]) -> list[str]:
    """Return what a turn calls, each a name and its arguments; ids, and the order of calls made at once, say nothing.

    Arguments are told by their value, whether they stand as such or as text.
    """
    named, old = turn.get("tool_calls"), turn.get("function_call")
    calls = [one.get("function") for one in (named if isinstance(named, list) else ()) if isinstance(one, dict)]
    functions = [one for one in (*calls, old) if isinstance(one, dict)]
    return sorted(json.dumps([one.get("name"), _value(one.get("arguments"))], sort_keys=True) for one in functions)


def _value(arguments: Any) -> Any:
    try:
        return json.loads(arguments, parse_float=str) if isinstance(arguments, str) else arguments
    except (ValueError, RecursionError):
        return arguments


def _instructs(turn: Any) -> bool:
    return isinstance(turn, dict) and turn.get("role", turn.get("from")) in INSTRUCTING


def _given(values: dict[str, Any], names: Sequence[str]) -> list[list[Any]]:
    """Return the names that have a value that says something, each with it: of one picture, or of a list of them."""
    found = ([name.removesuffix("s"), values[name]] for name in names if name in values and _says(values[name]))
    return [[name, value if isinstance(value, list) else [value]] for name, value in found]


def _says(value: Any) -> bool:
    return value is not None and value not in ("", [], {})


def _digest(found: list[Any]) -> int | None:
    if not found:
        return None
    told = json.dumps(found, sort_keys=True)  # any number, and halves of surrogate pairs
    return int.from_bytes(hashlib.blake2b(told.encode(), digest_size=_BYTES).digest(), "big")
