"""``{"prompt": "Hi", "chosen": "Hello", "rejected": "Go away"}``: a preference pair (DPO), in the forms in use.

OpenAI: ``{"input": {"messages": [...]}, "preferred_output": [...], "non_preferred_output": [...]}``.
TRL: ``prompt``, ``chosen`` and ``rejected`` as strings or as lists of messages. LLaMA-Factory: ``messages`` or
``conversations`` with ``chosen`` and ``rejected`` as strings, messages, or turns in ShareGPT's words; or the question
as in alpaca, ``instruction`` (+ ``input``). Each may have a system prompt in ``system``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import orjson

from curate.core.read.layouts.flat import (
    SYSTEM,
    history_strings,
    question_strings,
    read_history,
    read_question,
    system_field,
)
from curate.core.read.layouts.layout import (
    INSTRUCTING,
    Draft,
    Layout,
    Message,
    Path,
    Record,
    as_bytes,
    content_paths,
)
from curate.core.read.layouts.messages import message_paths, read_messages, write_messages
from curate.core.read.layouts.sharegpt import ROLES as SPEAKERS
from curate.core.read.layouts.sharegpt import read_turns

PAIR = ("chosen", "rejected")
OPENAI_PAIR = ("preferred_output", "non_preferred_output")
_CONTEXTS = ("messages", "conversations", "prompt", "instruction", "input")
_CHATS_FIRST = ("messages", "conversations", "input", "prompt", "instruction")  # where an input is a chat

Turns = Sequence[tuple[Any, ...]]


def fits(record: Record) -> bool:
    """Say whether the record is a pair: ``chosen`` with ``rejected``, or OpenAI's names; with null alone it is none."""
    return (
        ("chosen" in record and "rejected" in record and _any_given(record, PAIR))
        or ("preferred_output" in record and _any_given(record, OPENAI_PAIR))
        or record.get("preferred_completion") is not None
    )


def _any_given(record: Record, names: tuple[str, str]) -> bool:
    return record.get(names[0]) is not None or record.get(names[1]) is not None


def context_field(record: Record) -> str | None:
    """Return the name of the field that comes before the answers; None where there is none.

    A text is none beside a preferred answer that is a whole chat: the question stands in it (as in TRL, which then
    reads no ``prompt`` of text). A null field is none either.
    """
    inner = record.get("input")
    is_chat = isinstance(inner.get("messages") if isinstance(inner, dict) else inner, list)
    for name in _CHATS_FIRST if is_chat else _CONTEXTS:
        value = record.get(name)
        if isinstance(value, str):
            return None if _is_whole(record.get(pair_fields(record)[0])) else name
        if value is not None and name != "instruction":
            return name
    return None


def _is_whole(answer: Any) -> bool:
    """Say whether an answer is a whole chat: it starts with a question, and answers it."""
    if not isinstance(answer, list):
        return False
    turns = [turn for turn in answer if isinstance(turn, dict)]
    return _asks_and_answers([SPEAKERS.get(str(turn.get("from")), turn.get("role")) for turn in turns])


def _asks_and_answers(roles: Sequence[Any]) -> bool:
    return next((role for role in roles if role not in INSTRUCTING), None) == "user" and "assistant" in roles


def pair_fields(record: Record) -> tuple[str, str]:
    """Return the names of the preferred and of the other answer."""
    if _any_given(record, PAIR):
        return PAIR
    return PAIR if "chosen" in record and not _any_given(record, OPENAI_PAIR) else OPENAI_PAIR


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


def _context(record: Record, field: str | None) -> Turns:
    """Return the turns before the answers; of what is asked in ``prompt`` an ``input`` of text is part."""
    if field is None:
        return []
    if field == "instruction":
        return [*read_history(record), read_question(record)]
    value = record[field]
    if _has_input(record, field):
        return [read_question(record, field)]
    return _chat(value["messages"] if isinstance(value, dict) else value, "user")


def _context_places(record: Record, field: str | None) -> list[list[Path]]:
    if field is None:
        return []
    if field == "instruction":
        return [*history_strings(record), question_strings(record)]
    value = record[field]
    if _has_input(record, field):
        return [question_strings(record, field)]
    return _places(value["messages"], (field, "messages")) if isinstance(value, dict) else _places(value, (field,))


def _has_input(record: Record, field: str) -> bool:
    """Say whether an input may be part of the question, as where ``prompt`` is the name for ``instruction``."""
    return field == "prompt" and isinstance(record["prompt"], str) and record.get("instruction") is None


def sides(record: Record, field: str | None) -> Iterator[tuple[str, int]]:
    """Yield the names of the answers, the preferred one first, each with how many turns of the context precede it.

    Turns that the answer repeats do not count: ``messages`` may be the chat that ``chosen`` is.
    """
    before = _context(record, field)
    for name in pair_fields(record):
        before = _unrepeated(before, _chat(record[name], "assistant")) if before else before
        yield name, len(before)


def _unrepeated(before: Turns, after: Turns) -> Turns:
    """Return a context without the turns it ends in that an answer starts with, a whole chat or an answer alone."""
    if not after or after[0] not in before:
        return before
    roles = [turn[0] for turn in after]
    if roles[0] != "assistant" and not _asks_and_answers(roles):
        return before
    most = min(len(before), len(after))
    repeated = next((n for n in range(most, 0, -1) if before[-n:] == after[:n]), 0)
    return before[: len(before) - repeated]


def read(record: Record) -> Draft:
    """Return the context with the preferred answer as its last turn; the other answer's text as ``rejected``."""
    field, (good, bad) = context_field(record), pair_fields(record)
    rejected = "\n\n".join(turn[1] or (turn[3] or b"").decode() for turn in _chat(record[bad], "assistant"))
    answer = _chat(record[good], "assistant")
    turns = [*_unrepeated(_context(record, field), answer), *answer]
    system = system_field(record, turns)
    if system is not None:
        turns.insert(0, Message("system", record[system]))
    return Draft(turns, tools=as_bytes(tools_holder(record, field).get("tools")), rejected=rejected)


def tools_holder(record: Record, field: str | None) -> Record:
    """Return the object that declares the tools: the record, or OpenAI's ``input``."""
    inner = record[field] if field == "input" else None
    return inner if isinstance(inner, dict) else record


def strings(record: Record) -> list[list[Path]]:
    """Return the places of the context's texts and of the preferred answer's."""
    field = context_field(record)
    (good, kept), _ = sides(record, field)
    system = system_field(record, [*_context(record, field)[:kept], *_chat(record[good], "assistant")])
    system_places: list[list[Path]] = [] if system is None else [[(system,)]]
    return system_places + _context_places(record, field)[:kept] + _places(record[good], (good,))


def repeated_strings(record: Record) -> list[list[Path]]:
    """Return the places beside the turns where a turn may stand once more: an edit must reach them too."""
    field = context_field(record)
    (_, kept), _ = sides(record, field)
    used = {path for places in strings(record) for path in places}
    texts: list[list[Path]] = [
        [(name,)] for name in ("prompt", "instruction", "input") if isinstance(record.get(name), str)
    ]
    return _context_places(record, field)[kept:] + [places for places in texts if places[0] not in used]


def rejected_turns(record: Record) -> list[tuple[str, list[Path]]]:
    """Return the turns of the other answer, as ``rejected`` joins them: each one's text, and the places of its strings.

    What stands for a turn that only calls has no place.
    """
    bad = pair_fields(record)[1]
    turns, places = _chat(record[bad], "assistant"), _places(record[bad], (bad,))
    told = zip(turns, places, strict=True)
    return [(turn[1] or (turn[3] or b"").decode(), own if turn[1] else []) for turn, own in told]


def twins(record: Record) -> list[list[Path] | None]:
    """Return for each turn of ``strings`` the places of the same turn in the other answer: none, where it has none.

    Of whole chats on both sides, both answer the same question: it stands in each. None for a turn that the other
    answer holds at another place, where it may be the same or not.
    """
    (good, kept), (bad, before) = sides(record, context_field(record))
    ours, theirs = ([turn[:2] for turn in _chat(record[name], "assistant")] for name in (good, bad))
    places = _places(record[bad], (bad,))
    found: list[list[Path] | None] = [[] for _ in strings(record)[: -len(ours) or None]]
    found[len(found) - kept + before :] = places[: kept - before]  # of a context that the other answer alone repeats
    for at, turn in enumerate(ours):
        if at < len(theirs) and theirs[at] == turn:
            found.append(places[at])
        else:
            found.append(None if turn in theirs else [])
    return found


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
    "chosen + rejected with prompt, instruction or messages; or input + preferred_output + non_preferred_output",
    frozenset({*_CONTEXTS, *SYSTEM, "history", "tools", *PAIR, *OPENAI_PAIR}),
    fits,
    read,
    strings,
    write,
)
