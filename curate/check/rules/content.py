"""Does a record say anything? Findings of the family TH5."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import orjson

from curate.core.read.fault import Fault
from curate.core.read.layouts import Message

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x9f]")


def check_content(turns: Sequence[Message], *, bad: bool = False, unwritten: bool = False) -> Iterator[Fault]:
    """Yield what is blank or damaged in the texts of a conversation.

    An answer that is ``unwritten``, a refusal in OpenAI's field or audio, is not blank; one that its row calls ``bad``,
    or that is not trained, may be.
    """
    last = next((turn for turn in reversed(turns) if turn.role == "assistant" and turn.weight != 0), None)
    if last is not None and not bad and not unwritten and is_empty(last):
        yield Fault("empty_answer", "the last assistant turn is blank")
    if any(turn.role == "user" and is_empty(turn) for turn in turns):
        yield Fault("empty_prompt", "a user turn is blank")
    for turn in turns:
        found = _CONTROL.search(turn.text) if turn.text else None
        if found:
            yield Fault("control_characters", f"U+{ord(found.group()):04X} in a turn of the {turn.role}")
            break


def is_empty(turn: Message) -> bool:
    """Say whether a turn holds neither text, nor another part, nor a call."""
    if turn.calls is not None or (turn.text is not None and turn.text.strip()):
        return False
    return turn.parts is None or all(
        isinstance(part, dict) and part.get("type") == "text" for part in orjson.loads(turn.parts)
    )
