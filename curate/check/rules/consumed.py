"""Are the fields of a row those that a consumer reads, of a layout that it takes? Findings of the profiles."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from curate.check.rules.structure import kind
from curate.core.read.fault import Fault, pointer, shown
from curate.core.read.layouts import Record
from curate.core.read.layouts.preference import OPENAI_PAIR, PAIR, is_sharegpt


def openai_fields(record: Record, layout: str) -> Iterator[Fault]:
    """Yield what the fine-tuning API does not read: pairs are messages under its own names, completions strings."""
    if layout == "prompt_completion":
        for name in ("prompt", "completion"):
            if not isinstance(record[name], str):
                yield _fault(f"{name} is {kind(record[name])}, not a string", name)
    if layout != "preference":
        return
    if not isinstance(record.get("input"), dict):
        yield _fault("the row has no object 'input' that holds its messages", "input")
    for name in OPENAI_PAIR:
        if not isinstance(record.get(name), list) or is_sharegpt(record[name]):
            yield _fault(f"the row has no array of messages {name!r}", name)
            continue
        for index, message in enumerate(record[name]):
            role = message.get("role") if isinstance(message, dict) else None
            if not isinstance(role, str):  # where another pair is read, nobody has looked at these
                yield _fault(f"an answer holds {kind(message)} that is no message", name, index)
            elif role not in ("assistant", "tool"):
                yield _fault(f"a turn of the {role} stands in an answer", name, index, "role")


def trl_fields(record: Record, layout: str) -> Iterator[Fault]:
    """Yield what TRL's preference trainers do not read: ``prompt``, ``chosen``, ``rejected`` are strings or messages.

    Where the answers are whole chats they hold their prompt.
    """
    if layout != "preference":
        return
    for name in PAIR:
        if not _is_read(record.get(name)):
            yield _fault(f"the row has no string and no array of messages {name!r}", name)
    if record.get("prompt") is None:
        chosen: Any = record.get("chosen")
        if isinstance(chosen, str) or (_is_read(chosen) and chosen[0]["role"] == "assistant"):
            yield _fault(f"the row has no 'prompt', only {shown(list(record))}", "prompt")
    elif not _is_read(record["prompt"]):
        yield _fault(f"prompt is {kind(record['prompt'])}, not a string or an array of messages", "prompt")


def _is_read(value: Any) -> bool:
    return isinstance(value, str) or (isinstance(value, list) and not is_sharegpt(value))


def _fault(message: str, *at: str | int) -> Fault:
    return Fault("profile_fields", message, pointer(*at))
