"""``{"conversations": [{"from": "human", "value": "Hi"}, {"from": "gpt", "value": "Hello"}]}``: ShareGPT."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson

from curate.core.read.layouts.layout import Draft, Layout, Message, Path, Record, as_bytes, has, is_bare

ROLES = {
    "human": "user",
    "user": "user",
    "gpt": "assistant",
    "chatgpt": "assistant",
    "bing": "assistant",
    "bard": "assistant",
    "assistant": "assistant",
    "model": "assistant",
    "system": "system",
    "developer": "developer",
    "function_call": "assistant",
    "tool_call": "assistant",
    "observation": "tool",
    "function_response": "tool",
    "tool_response": "tool",
    "tool": "tool",
    "function": "function",
}
_NAMES = {"user": "human", "assistant": "gpt", "system": "system", "tool": "observation", "function": "function"}


def _system(record: Record) -> list[Message]:
    system = record.get("system")
    return [Message("system", system)] if isinstance(system, str) and system else []


def read_turns(turns: Sequence[dict[str, Any]]) -> list[Message]:
    """Return the turns; a ``function_call`` turn stays text of the assistant, as trainers read it."""
    return [Message(ROLES[turn["from"]], turn["value"]) for turn in turns]


def read(record: Record) -> Draft:
    """Return the turns, the system prompt first where there is one."""
    return Draft(_system(record) + read_turns(record["conversations"]), tools=as_bytes(record.get("tools")))


def strings(record: Record) -> list[list[Path]]:
    """Return the places of the values."""
    places: list[list[Path]] = [[("system",)]] if _system(record) else []
    return places + [[("conversations", i, "value")] for i in range(len(record["conversations"]))]


def write(draft: Draft) -> Record | None:
    """Return the record; None where a turn has more than a text, or the record is a preference pair."""
    turns = [Message._make(message) for message in draft.messages]
    if draft.rejected is not None or any(turn.role not in _NAMES or not is_bare(turn) for turn in turns):
        return None
    record: Record = {"conversations": [{"from": _NAMES[turn.role], "value": turn.text} for turn in turns]}
    if draft.tools is not None:
        record["tools"] = orjson.dumps(orjson.loads(draft.tools)).decode()
    return record


SHAREGPT = Layout(
    "sharegpt",
    "conversations",
    frozenset({"conversations", "system", "tools"}),
    has("conversations"),
    read,
    strings,
    write,
)
