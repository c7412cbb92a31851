"""``{"prompt": "Hi", "chosen": "Hello", "rejected": "Go away"}``: a preference pair (DPO), in the forms in use.

OpenAI: ``{"input": {"messages": [...]}, "preferred_output": [...], "non_preferred_output": [...]}``.
TRL: ``prompt``, ``chosen`` and ``rejected`` as strings or as lists of messages. LLaMA-Factory: ``messages`` or
``conversations`` with ``chosen`` and ``rejected`` as strings, messages, or turns in ShareGPT's words.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson

from curate.core.read.layouts.layout import Draft, Layout, Message, Path, Record, as_bytes, content_paths
from curate.core.read.layouts.messages import message_paths, read_messages, write_messages
from curate.core.read.layouts.sharegpt import read_turns

PAIR = ("chosen", "rejected")
OPENAI_PAIR = ("preferred_output", "non_preferred_output")


def fits(record: Record) -> bool:
    """Say whether the record is a pair: ``chosen`` with ``rejected``, or OpenAI's names."""
    return (
        ("chosen" in record and "rejected" in record)
        or "preferred_output" in record
        or "preferred_completion" in record
    )


def context_field(record: Record) -> str:
    """Return the name of the field that comes before the answers."""
    return next((name for name in ("messages", "conversations", "input", "prompt") if name in record), "prompt")


def pair_fields(record: Record) -> tuple[str, str]:
    """Return the names of the preferred and of the other answer."""
    return PAIR if "chosen" in record else OPENAI_PAIR


def is_sharegpt(chat: Any) -> bool:
    """Say whether a turn, or the first of a list of turns, is in ShareGPT's words (``from`` and ``value``)."""
    first = chat[0] if isinstance(chat, list) and chat else chat
    return isinstance(first, dict) and "from" in first and "role" not in first


def _chat(value: Any, role: str) -> Sequence[tuple[Any, ...]]:
    """Return the turns of a context or an answer: a string, a turn, a list of turns, or null."""
    if value is None or isinstance(value, str):
        return [] if value is None else [Message(role, value)]
    turns = [value] if isinstance(value, dict) else value
    return read_turns(turns) if is_sharegpt(turns) else read_messages(turns)


def _places(value: Any, at: Path) -> list[list[Path]]:
    if value is None or isinstance(value, str):
        return [] if value is None else [[at]]
    if is_sharegpt(value):
        return [[(*at, "value")]] if isinstance(value, dict) else [[(*at, i, "value")] for i in range(len(value))]
    if isinstance(value, dict):
        return [content_paths(value.get("content"), (*at, "content"))]
    return message_paths(value, at)


def _context(record: Record) -> Any:
    value = record.get(context_field(record))
    return value.get("messages") if isinstance(value, dict) else value


def read(record: Record) -> Draft:
    """Return the context with the preferred answer as its last turn; the other answer's text as ``rejected``."""
    good, bad = pair_fields(record)
    rejected = "\n\n".join(turn[1] or (turn[3] or b"").decode() for turn in _chat(record[bad], "assistant"))
    holder = record["input"] if isinstance(record.get("input"), dict) else record
    turns = [*_chat(_context(record), "user"), *_chat(record[good], "assistant")]
    return Draft(turns, tools=as_bytes(holder.get("tools")), rejected=rejected)


def strings(record: Record) -> list[list[Path]]:
    """Return the places of the context's texts and of the preferred answer's."""
    field, (good, _) = context_field(record), pair_fields(record)
    at: Path = (field, "messages") if isinstance(record.get(field), dict) else (field,)
    return _places(_context(record), at) + _places(record[good], (good,))


def rejected_turns(record: Record) -> list[tuple[str, list[Path]]]:
    """Return the turns of the other answer, as ``rejected`` joins them: each one's text, and the places of its strings.

    What stands for a turn that only calls has no place.
    """
    bad = pair_fields(record)[1]
    turns, places = _chat(record[bad], "assistant"), _places(record[bad], (bad,))
    told = zip(turns, places, strict=True)
    return [(turn[1] or (turn[3] or b"").decode(), own if turn[1] else []) for turn, own in told]


def write(draft: Draft) -> Record | None:
    """Return the pair as lists of messages; None for a record that is no pair."""
    if draft.rejected is None:
        return None
    roles = [message[0] for message in draft.messages]
    cut = len(roles) - 1
    while cut > 0 and roles[cut - 1] in ("assistant", "tool"):
        cut -= 1
    record: Record = {"prompt": write_messages(draft.messages[:cut])} if cut > 0 else {}
    record |= {
        "chosen": write_messages(draft.messages[cut:]),
        "rejected": [{"role": "assistant", "content": draft.rejected}],
    }
    if draft.tools is not None:
        record["tools"] = orjson.loads(draft.tools)
    return record


PREFERENCE = Layout(
    "preference",
    "chosen + rejected with prompt or messages; or input + preferred_output + non_preferred_output",
    frozenset({"prompt", "messages", "conversations", "input", "tools", *PAIR, *OPENAI_PAIR}),
    fits,
    read,
    strings,
    write,
)
