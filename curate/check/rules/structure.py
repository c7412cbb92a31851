"""Is a record, field by field, what its layout says? Faults of the family TH2."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from curate.core.read.fault import Fault, pointer, shown
from curate.core.read.layouts import Record
from curate.core.read.layouts.layout import Path
from curate.core.read.layouts.messages import ROLES
from curate.core.read.layouts.preference import context_field, is_sharegpt, pair_fields
from curate.core.read.layouts.sharegpt import ROLES as SHAREGPT_ROLES

_JSON_NAMES = {dict: "an object", list: "an array", str: "a string", bool: "true or false", type(None): "null"}


def kind(value: Any) -> str:
    """Return the JSON type of a value, in words."""
    return _JSON_NAMES.get(type(value), "a number")


def check_messages(messages: Any, at: Path) -> Iterator[Fault]:
    """Yield what is wrong with a list of chat messages."""
    if not isinstance(messages, list):
        yield Fault("wrong_type", f"{at[-1]} is {kind(messages)}, not an array of messages", pointer(*at))
        return
    if not messages:
        yield Fault("no_messages", f"{at[-1]} is empty", pointer(*at))
    for index, message in enumerate(messages):
        yield from _message(message, (*at, index))


def _message(message: Any, at: Path) -> Iterator[Fault]:
    if not isinstance(message, dict):
        yield Fault("wrong_type", f"a message is {kind(message)}, not an object", pointer(*at))
        return
    role = message.get("role")
    if role is None:
        yield Fault("missing_role", f"the message has only {shown(list(message))}", pointer(*at))
    elif role not in ROLES:
        yield Fault("unknown_role", f"{shown(role)} is no role", pointer(*at, "role"))
    calls = bool(message.get("tool_calls") or message.get("function_call")) and role == "assistant"
    yield from _content(message, at, optional=calls or bool(message.get("refusal")) or bool(message.get("audio")))
    for name in ("name", "tool_call_id"):
        if not isinstance(message.get(name), str | None):
            yield Fault("wrong_type", f"{name} is {kind(message[name])}, not a string", pointer(*at, name))
    weight = message.get("weight")
    if weight is not None and (isinstance(weight, bool) or weight not in (0, 1)):
        yield Fault("bad_weight", f"weight is {shown(weight)}", pointer(*at, "weight"))


def _content(message: Record, at: Path, *, optional: bool) -> Iterator[Fault]:
    content = message.get("content")
    if content is None:
        if not optional:
            word = "null" if "content" in message else "missing"
            yield Fault("missing_content", f"content is {word}", pointer(*at))
    elif isinstance(content, list):
        if not content and not optional:
            yield Fault("missing_content", "content is an empty array", pointer(*at, "content"))
        for index, part in enumerate(content):
            yield from _part(part, (*at, "content", index))
    elif not isinstance(content, str):
        yield Fault("wrong_type", f"content is {kind(content)}, not a string or parts", pointer(*at, "content"))


def _part(part: Any, at: Path) -> Iterator[Fault]:
    if not isinstance(part, dict) or not isinstance(part.get("type"), str):
        yield Fault("bad_part", f"{shown(part)} has no type", pointer(*at))
    elif part["type"] == "text" and not isinstance(part.get("text"), str):
        yield Fault("bad_part", "a text part without a text", pointer(*at))


def _sharegpt(record: Record) -> Iterator[Fault]:
    yield from _turns(record["conversations"], ("conversations",))
    yield from _strings(record, optional=("system",))


def _turns(turns: Any, at: Path) -> Iterator[Fault]:
    if not isinstance(turns, list):
        yield Fault("wrong_type", f"{at[-1]} is {kind(turns)}, not an array", pointer(*at))
        return
    if not turns:
        yield Fault("no_messages", f"{at[-1]} is empty", pointer(*at))
    for index, turn in enumerate(turns):
        yield from _turn(turn, (*at, index))


def _turn(turn: Any, at: Path) -> Iterator[Fault]:
    if not isinstance(turn, dict):
        yield Fault("wrong_type", f"a turn is {kind(turn)}, not an object", pointer(*at))
        return
    speaker = turn.get("from")
    if speaker is None:
        yield Fault("missing_role", f"the turn has only {shown(list(turn))}, no 'from'", pointer(*at))
    elif not isinstance(speaker, str) or speaker not in SHAREGPT_ROLES:
        yield Fault("unknown_role", f"{shown(speaker)} is no speaker; use human or gpt", pointer(*at, "from"))
    if "value" not in turn:
        yield Fault("missing_content", "the turn has no 'value'", pointer(*at))
    elif not isinstance(turn["value"], str):
        yield Fault("wrong_type", f"value is {kind(turn['value'])}, not a string", pointer(*at, "value"))


def _strings(record: Record, required: tuple[str, ...] = (), optional: tuple[str, ...] = ()) -> Iterator[Fault]:
    for name in required:
        if not isinstance(record[name], str):
            yield Fault("wrong_type", f"{name} is {kind(record[name])}, not a string", pointer(name))
    for name in optional:
        if not isinstance(record.get(name), str | None):
            yield Fault("wrong_type", f"{name} is {kind(record[name])}, not a string", pointer(name))


def _alpaca(record: Record) -> Iterator[Fault]:
    yield from _strings(record, ("instruction", "output"), ("input", "system"))
    yield from _history(record)


def _history(record: Record) -> Iterator[Fault]:
    history = record.get("history")
    pairs = isinstance(history, list) and all(
        isinstance(pair, list) and len(pair) == 2 and all(isinstance(text, str) for text in pair) for pair in history
    )
    if history is not None and not pairs:
        yield Fault("wrong_type", "history is no array of [question, answer] pairs", "/history")


def _prompt_completion(record: Record) -> Iterator[Fault]:
    for name in ("prompt", "completion"):
        if not isinstance(record[name], str):
            yield from check_messages(record[name], (name,))


def _preference(record: Record) -> Iterator[Fault]:
    if "preferred_completion" in record:
        yield Fault("preferred_completion", "the row has 'preferred_completion'", "/preferred_completion")
        return
    good, bad = pair_fields(record)
    context = context_field(record)
    value = None if context is None else record[context]
    if context is None:
        if isinstance(record.get(good), str):
            yield Fault("missing_field", "a preference pair needs 'prompt', 'instruction', 'messages' or 'input'")
    elif isinstance(value, dict):
        if "messages" in value:
            yield from check_messages(value["messages"], (context, "messages"))
        else:
            yield Fault("missing_field", f"{context} has no field 'messages'", pointer(context))
    elif not isinstance(value, str):
        yield from _chat(value, (context,))
    elif context == "instruction":
        yield from _history(record)
    for name in (good, bad):
        answer = record.get(name)
        if answer is None:
            yield Fault("missing_field", f"{name} is missing", pointer(name))
        elif not isinstance(answer, str):
            yield from _chat(answer, (name,))


def _chat(value: Any, at: Path) -> Iterator[Fault]:
    """Yield what is wrong with a turn or a list of turns, in the words of either kind of chat."""
    if isinstance(value, dict):
        yield from _turn(value, at) if is_sharegpt(value) else _message(value, at)
    else:
        yield from _turns(value, at) if is_sharegpt(value) else check_messages(value, at)


def _classification(record: Record) -> Iterator[Fault]:
    yield from _strings(record, ("text",))
    if not isinstance(record["label"], str | int):
        yield Fault("wrong_type", f"label is {kind(record['label'])}, not a string or an integer", "/label")


STRUCTURE: dict[str, Callable[[Record], Iterator[Fault]]] = {
    "messages": lambda record: check_messages(record["messages"], ("messages",)),
    "sharegpt": _sharegpt,
    "preference": _preference,
    "alpaca": _alpaca,
    "prompt_completion": _prompt_completion,
    "input_output": lambda record: _strings(record, ("input", "output"), ("system_prompt",)),
    "classification": _classification,
    "text": lambda record: _strings(record, ("text",)),
}
