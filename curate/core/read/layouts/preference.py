"""``{"prompt": "Hi", "chosen": "Hello", "rejected": "Go away"}``: a preference pair (DPO), in the forms in use.

OpenAI: ``{"input": {"messages": [...]}, "preferred_output": [...], "non_preferred_output": [...]}``.
TRL: ``prompt``, ``chosen`` and ``rejected`` as strings or as lists of messages. LLaMA-Factory: ``messages`` with
``chosen`` and ``rejected`` as one message each.
"""

from __future__ import annotations

from typing import Any

import orjson

from curate.core.read.layouts.layout import Draft, Layout, Message, Path, Record, as_bytes
from curate.core.read.layouts.messages import message_paths, read_messages, write_messages

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
    return next((name for name in ("messages", "input", "prompt") if name in record), "prompt")


def pair_fields(record: Record) -> tuple[str, str]:
    """Return the names of the preferred and of the other answer."""
    return PAIR if "chosen" in record else OPENAI_PAIR


def _answer(value: Any) -> list[tuple[Any, ...]]:
    if isinstance(value, dict):
        return read_messages([value])
    return [Message("assistant", value)] if isinstance(value, str) else read_messages(value)


def _context(record: Record) -> Any:
    value = record.get(context_field(record))
    return value.get("messages") if isinstance(value, dict) else value


def read(record: Record) -> Draft:
    """Return the context with the preferred answer as its last turn; the other answer's text as ``rejected``."""
    context = _context(record)
    before = (
        [] if context is None else [Message("user", context)] if isinstance(context, str) else read_messages(context)
    )
    good, bad = pair_fields(record)
    rejected = "\n\n".join(turn[1] or (turn[3] or b"").decode() for turn in _answer(record[bad]))
    holder = record["input"] if isinstance(record.get("input"), dict) else record
    return Draft([*before, *_answer(record[good])], tools=as_bytes(holder.get("tools")), rejected=rejected)


def strings(record: Record) -> list[list[Path]]:
    """Return the places of the context's texts and of the preferred answer's."""
    context, field = _context(record), context_field(record)
    at: Path = (field, "messages") if isinstance(record.get(field), dict) else (field,)
    before = [] if context is None else [[at]] if isinstance(context, str) else message_paths(context, at)
    good = pair_fields(record)[0]
    answer = record[good]
    if isinstance(answer, dict):
        return before + [[(good, *path[2:])] for path, *_ in message_paths([answer], (good,))]
    return before + ([[(good,)]] if isinstance(answer, str) else message_paths(answer, (good,)))


def write(draft: Draft) -> Record | None:
    """Return the pair as lists of messages; None for a record that is no pair."""
    if draft.rejected is None:
        return None
    roles = [message[0] for message in draft.messages]
    cut = len(roles) - 1
    while cut > 0 and roles[cut - 1] in ("assistant", "tool"):
        cut -= 1
    record: Record = {
        "prompt": write_messages(draft.messages[:cut]),
        "chosen": write_messages(draft.messages[cut:]),
        "rejected": [{"role": "assistant", "content": draft.rejected}],
    }
    if draft.tools is not None:
        record["tools"] = orjson.loads(draft.tools)
    return record


PREFERENCE = Layout(
    "preference",
    "chosen + rejected with prompt or messages; or input + preferred_output + non_preferred_output",
    frozenset({"prompt", "messages", "input", "tools", *PAIR, *OPENAI_PAIR}),
    fits,
    read,
    strings,
    write,
)
