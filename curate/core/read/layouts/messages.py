"""``{"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}]}``: OpenAI chat."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson

from curate.core.read.layouts.cut import with_text
from curate.core.read.layouts.layout import Draft, Layout, Message, Path, Record, as_bytes, content_paths, has, text_of
from curate.core.record.exact import written

ROLES = ("system", "developer", "user", "assistant", "tool", "function")


def read_messages(messages: Sequence[dict[str, Any]]) -> list[tuple[Any, ...]]:
    """Return the turns of a chat, each in the order of ``Message``."""
    turns: list[tuple[Any, ...]] = []
    for message in messages:
        content = message.get("content")
        if len(message) == 2 and content.__class__ is str:
            turns.append((message["role"], content, None, None, None, None, None))
        else:
            turns.append(_full(message, content))
    return turns


def _full(message: dict[str, Any], content: Any) -> Message:
    calls = message.get("tool_calls")
    if not calls and isinstance(message.get("function_call"), dict):
        calls = [{"type": "function", "function": message["function_call"]}]
    name, call_id, weight = message.get("name"), message.get("tool_call_id"), message.get("weight")
    return Message(
        role=message["role"],
        text=text_of(content),
        parts=written(content) if isinstance(content, list) else None,
        calls=written(calls) if calls else None,
        call_id=call_id if isinstance(call_id, str) else None,
        name=name if isinstance(name, str) else None,
        weight=int(weight) if weight in (0, 1) else None,
    )


def read(record: Record) -> Draft:
    """Return the turns, with ``tools`` (or the older ``functions``) as JSON bytes."""
    if len(record) == 1:
        return Draft(read_messages(record["messages"]))
    label = record.get("label")
    return Draft(
        read_messages(record["messages"]),
        tools=as_bytes(record.get("tools") or record.get("functions")),
        label=str(label).lower() if isinstance(label, bool) else label if isinstance(label, str) else None,
    )


def message_paths(messages: Sequence[dict[str, Any]], at: Path) -> list[list[Path]]:
    """Return the places of the strings of each message."""
    return [content_paths(message.get("content"), (*at, i, "content")) for i, message in enumerate(messages)]


def strings(record: Record) -> list[list[Path]]:
    """Return the places of the contents."""
    return message_paths(record["messages"], ("messages",))


def write_messages(messages: Sequence[tuple[Any, ...]]) -> list[dict[str, Any]]:
    """Return the turns as OpenAI messages."""
    written = []
    for turn in map(Message._make, messages):
        content = with_text(orjson.loads(turn.parts), turn.text) if turn.parts is not None else turn.text
        message: dict[str, Any] = {"role": turn.role}
        if content is not None or turn.calls is None:
            message["content"] = content
        if turn.calls is not None:
            message["tool_calls"] = orjson.loads(turn.calls)
        extra = {"tool_call_id": turn.call_id, "name": turn.name, "weight": turn.weight}
        written.append(message | {key: value for key, value in extra.items() if value is not None})
    return written


def write(draft: Draft) -> Record | None:
    """Return the record; None for a preference pair, whose rejected answer has no place here."""
    if draft.rejected is not None:
        return None
    record: Record = {"messages": write_messages(draft.messages)}
    if draft.tools is not None:
        record["tools"] = orjson.loads(draft.tools)
    return record


MESSAGES = Layout(
    "messages", "messages", frozenset({"messages", "tools", "functions"}), has("messages"), read, strings, write
)
