"""What an assistant may say beside its content: ``{"role": "assistant", "content": null, "refusal": "I can't."}``."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from curate.core.read.layouts.layout import Record

_ANSWERS = {  # where the last answer is looked for
    "messages": ("messages",),
    "prompt_completion": ("completion",),
    "preference": ("chosen", "preferred_output"),
}


def answers_unwritten(record: Record, layout: str, *, trained: bool = False) -> bool:
    """Say whether the last assistant turn of a record refuses in OpenAI's field for it, or speaks in audio.

    With ``trained`` turns of weight 0 are passed over. Where a map names the field of the answer otherwise, any field
    with messages may be it.
    """
    names = _ANSWERS.get(layout)
    if names is None:
        return False
    named = [record[name] for name in names if name in record]
    return any(_unwritten(_last(value, trained=trained)) for value in named or record.values())


def _last(value: Any, *, trained: bool) -> Record | None:
    """Return the last message of the assistant in a message or a list of them; None where there is none."""
    messages: Iterable[Any] = [value] if isinstance(value, dict) else value if isinstance(value, list) else ()
    spoken = [one for one in messages if isinstance(one, dict) and one.get("role") == "assistant"]
    return next((one for one in reversed(spoken) if not trained or one.get("weight") != 0), None)


def _unwritten(message: Record | None) -> bool:
    if message is None:
        return False
    refusal, audio = message.get("refusal"), message.get("audio")
    return (isinstance(refusal, str) and refusal.strip() != "") or (isinstance(audio, dict) and bool(audio))
