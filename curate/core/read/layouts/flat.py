"""The layouts of one question and one answer in named fields: alpaca, prompt_completion, input_output.

``{"instruction": "Translate", "input": "Hallo", "output": "Hello"}`` ·
``{"prompt": "Hi", "completion": "Hello"}`` · ``{"system_prompt": "Be kind", "input": "Hi", "output": "Hello"}``
"""

from __future__ import annotations

from typing import Any

from curate.core.read.layouts.layout import JOINT, Draft, Layout, Message, Path, Record, is_bare
from curate.core.read.layouts.messages import message_paths, read_messages


def _has(*names: str) -> Any:
    return lambda record: all(name in record for name in names)


def _given(record: Record, name: str) -> bool:
    return isinstance(record.get(name), str) and record[name] != ""


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


def read_alpaca(record: Record) -> Draft:
    """Return the history's turns, then the instruction and its input as one user turn, then the output."""
    turns = [Message("system", record["system"])] if _given(record, "system") else []
    for question, reply in _history(record):
        turns += [Message("user", question), Message("assistant", reply)]
    asked = [record["instruction"], record["input"]] if _given(record, "input") else [record["instruction"]]
    return Draft([*turns, Message("user", JOINT.join(asked)), Message("assistant", record["output"])])


def alpaca_strings(record: Record) -> list[list[Path]]:
    """Return the places of the strings of each turn."""
    places: list[list[Path]] = [[("system",)]] if _given(record, "system") else []
    places += [[("history", i, side)] for i in range(len(_history(record))) for side in (0, 1)]
    asked: list[Path] = [("instruction",), ("input",)] if _given(record, "input") else [("instruction",)]
    return [*places, asked, [("output",)]]


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
    """Return the prompt's turns and the completion's."""
    return Draft([*_turns(record["prompt"], "user"), *_turns(record["completion"], "assistant")])


def prompt_completion_strings(record: Record) -> list[list[Path]]:
    """Return the places of the strings of each turn."""
    places: list[list[Path]] = []
    for name in ("prompt", "completion"):
        value = record[name]
        places += [[(name,)]] if isinstance(value, str) else message_paths(value, (name,))
    return places


def write_prompt_completion(draft: Draft) -> Record | None:
    """Return prompt and completion; a system turn has no place here."""
    single = _single(draft)
    return None if single is None or single[0] else {"prompt": single[1], "completion": single[2]}


# input_output: input + output (+ system_prompt)


def read_input_output(record: Record) -> Draft:
    """Return the turns, the system prompt first where there is one."""
    turns = [Message("system", record["system_prompt"])] if _given(record, "system_prompt") else []
    return Draft([*turns, Message("user", record["input"]), Message("assistant", record["output"])])


def input_output_strings(record: Record) -> list[list[Path]]:
    """Return the places of the strings of each turn."""
    places: list[list[Path]] = [[("system_prompt",)]] if _given(record, "system_prompt") else []
    return [*places, [("input",)], [("output",)]]


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
    frozenset({"instruction", "input", "output", "system", "history"}),
    _has("instruction", "output"),
    read_alpaca,
    alpaca_strings,
    write_alpaca,
)
PROMPT_COMPLETION = Layout(
    "prompt_completion",
    "prompt + completion",
    frozenset({"prompt", "completion"}),
    _has("prompt", "completion"),
    read_prompt_completion,
    prompt_completion_strings,
    write_prompt_completion,
)
INPUT_OUTPUT = Layout(
    "input_output",
    "input + output (+ system_prompt)",
    frozenset({"input", "output", "system_prompt"}),
    _has("input", "output"),
    read_input_output,
    input_output_strings,
    write_input_output,
)
