"""The layouts of one question and one answer in named fields: alpaca, prompt_completion, input_output.

``{"instruction": "Translate", "input": "Hallo", "output": "Hello"}`` ·
``{"prompt": "Hi", "completion": "Hello"}`` · ``{"system_prompt": "Be kind", "input": "Hi", "output": "Hello"}``

Each may have a system prompt, in ``system`` or ``system_prompt``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson

from curate.core.read.layouts.layout import (
    INSTRUCTING,
    JOINT,
    Draft,
    Layout,
    Message,
    Path,
    Record,
    as_bytes,
    has,
    is_bare,
)
from curate.core.read.layouts.messages import message_paths, read_messages

SYSTEM = ("system", "system_prompt")


def _given(record: Record, name: str) -> bool:
    value = record.get(name)
    return isinstance(value, str) and value != ""


def system_field(record: Record, turns: Sequence[tuple[Any, ...]] = (), names: Sequence[str] = SYSTEM) -> str | None:
    """Return the field that holds the system prompt of some turns; None where there is none, or they have their own."""
    if turns and turns[0][0] in INSTRUCTING:
        return None
    for name in names:
        if _given(record, name):
            return name
    return None


def _system(record: Record, names: Sequence[str] = SYSTEM) -> tuple[list[Message], list[list[Path]]]:
    """Return the system prompt of a record as turns, one or none, and the places of their strings."""
    name = system_field(record, names=names)
    return ([], []) if name is None else ([Message("system", record[name])], [[(name,)]])


def _tools(record: Record) -> bytes | None:
    """Return the list of tools as JSON bytes, also where it is written as text; these layouts know no other."""
    given = record.get("tools")
    try:
        given = orjson.loads(given) if isinstance(given, str) else given
        return as_bytes(given) if isinstance(given, list) else None
    except (orjson.JSONDecodeError, orjson.JSONEncodeError):  # no JSON, or nested too deep to be written
        return None


def _single(draft: Draft) -> tuple[str | None, str, str] | None:
    """Return (system, question, answer) of a record that has no more than that; else None."""
    turns = [Message._make(message) for message in draft.messages]
    if not all(map(is_bare, turns)) or draft.tools is not None or draft.rejected is not None:
        return None
    system = turns.pop(0).text if turns and turns[0].role == "system" else None
    if [turn.role for turn in turns] != ["user", "assistant"]:
        return None
    return system, turns[0].text or "", turns[1].text or ""


# alpaca: instruction (+ input) + output; LLaMA-Factory adds system and history


def _history(record: Record) -> list[list[str]]:
    history = record.get("history")
    return history if isinstance(history, list) else []


def read_history(record: Record) -> list[Message]:
    """Return the turns of the history."""
    turns: list[Message] = []
    for question, reply in _history(record):
        turns += [Message("user", question), Message("assistant", reply)]
    return turns


def history_strings(record: Record) -> list[list[Path]]:
    """Return the places of the strings of each turn of the history."""
    return [[("history", i, side)] for i in range(len(_history(record))) for side in (0, 1)]


def read_question(record: Record, name: str = "instruction") -> Message:
    """Return the field and the input, if there is one, as one user turn."""
    return Message("user", JOINT.join([record[name], record["input"]]) if _given(record, "input") else record[name])


def question_strings(record: Record, name: str = "instruction") -> list[Path]:
    """Return the places of the strings of that turn."""
    return [(name,), ("input",)] if _given(record, "input") else [(name,)]


def read_alpaca(record: Record) -> Draft:
    """Return the history's turns, then the instruction and its input as one user turn, then the output."""
    reply = Message("assistant", record["output"])
    turns = [*_system(record)[0], *read_history(record), read_question(record), reply]
    return Draft(turns, tools=_tools(record))


def alpaca_strings(record: Record) -> list[list[Path]]:
    """Return the places of the strings of each turn."""
    return [*_system(record)[1], *history_strings(record), question_strings(record), [("output",)]]


def write_alpaca(draft: Draft) -> Record | None:
    """Return instruction and output, the whole question as the instruction."""
    single = _single(draft)
    if single is None:
        return None
    system, question, reply = single
    record: Record = {"instruction": question, "input": "", "output": reply}
    return record | ({"system": system} if system else {})


# prompt_completion: strings, or lists of messages (TRL's conversational form)


def _turns(value: Any, role: str) -> list[tuple[Any, ...]]:
    return [Message(role, value)] if isinstance(value, str) else read_messages(value)


def read_prompt_completion(record: Record) -> Draft:
    """Return the prompt's turns and the completion's, the system prompt first where they have none of their own."""
    turns = [*_turns(record["prompt"], "user"), *_turns(record["completion"], "assistant")]
    system = system_field(record, turns)
    told = [] if system is None else [Message("system", record[system])]
    return Draft([*told, *turns], tools=_tools(record))


def prompt_completion_strings(record: Record) -> list[list[Path]]:
    """Return the places of the strings of each turn."""
    system = system_field(record, _turns(record["prompt"], "user"))
    places: list[list[Path]] = [] if system is None else [[(system,)]]
    for name in ("prompt", "completion"):
        value = record[name]
        places += [[(name,)]] if isinstance(value, str) else message_paths(value, (name,))
    return places


def write_prompt_completion(draft: Draft) -> Record | None:
    """Return prompt and completion; no system prompt: TRL does not read one beside them."""
    single = _single(draft)
    return None if single is None or single[0] else {"prompt": single[1], "completion": single[2]}


# input_output: input + output (+ system_prompt)

_SYSTEM_HERE = ("system_prompt", "system")


def read_input_output(record: Record) -> Draft:
    """Return the turns, the system prompt first where there is one."""
    turns = [Message("user", record["input"]), Message("assistant", record["output"])]
    return Draft([*_system(record, _SYSTEM_HERE)[0], *turns], tools=_tools(record))


def input_output_strings(record: Record) -> list[list[Path]]:
    """Return the places of the strings of each turn."""
    return [*_system(record, _SYSTEM_HERE)[1], [("input",)], [("output",)]]


def write_input_output(draft: Draft) -> Record | None:
    """Return input and output, with the system prompt where there is one."""
    single = _single(draft)
    if single is None:
        return None
    system, question, reply = single
    return ({"system_prompt": system} if system else {}) | {"input": question, "output": reply}


ALPACA = Layout(
    "alpaca",
    "instruction (+ input) + output",
    frozenset({"instruction", "input", "output", *SYSTEM, "history", "tools"}),
    has("instruction", "output"),
    read_alpaca,
    alpaca_strings,
    write_alpaca,
)
PROMPT_COMPLETION = Layout(
    "prompt_completion",
    "prompt + completion",
    frozenset({"prompt", "completion", *SYSTEM, "tools"}),
    has("prompt", "completion"),
    read_prompt_completion,
    prompt_completion_strings,
    write_prompt_completion,
)
INPUT_OUTPUT = Layout(
    "input_output",
    "input + output (+ system_prompt)",
    frozenset({"input", "output", *SYSTEM, "tools"}),
    has("input", "output"),
    read_input_output,
    input_output_strings,
    write_input_output,
)
