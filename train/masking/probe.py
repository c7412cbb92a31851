"""Where one answer stands in a chat whose template rewrites what came before: found by writing another in its place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from train.masking.chat import ChatTemplate, Messages, Span

PROBE = "\ue000thresher\ue001"  # begins and ends with characters that no text has
_ASKED = [{"role": "user", "content": "Hi"}]


def find_answer(chat: ChatTemplate, text: str, messages: Messages, tools: Sequence[Any] | None, at: int) -> Span | None:
    """Return the span of the answer at place ``at``; None if it is not found.

    The chat is rendered once more with a probe as that answer's content. What stands before the probe must stand in the
    text too, and what stands after it: between them is the content, trimmed or rewritten as the template has it. To it
    belong what the template lets the model write before a content, and the end of turn that it writes after a last one,
    or another in its place (gpt-oss ends earlier answers otherwise).
    """
    probed = {**messages[at], "content": PROBE}
    whole = chat.tried([*messages[:at], probed, *messages[at + 1 :]], tools)
    alone = chat.tried([*messages[:at], probed], tools)
    if whole is None or alone is None:
        return None
    head, found, tail = whole.partition(PROBE)
    if not found or not text.startswith(head) or not text.endswith(tail):
        return None
    lead = _lead(chat, messages[:at], tools)
    begun = len(head) - len(lead) if head.endswith(lead) else len(head)
    said = len(text) - len(tail)  # the content's end; a line break before its start where calls have no content
    closing = alone.partition(PROBE)[2]
    end = chat.last_special(text, said, said + _shared(closing, text[said:])) or chat.special_at(text, said, closing)
    names = [call["function"]["name"] for call in messages[at].get("tool_calls", ())]
    return (begun, end) if all(name in text[begun:end] for name in names) else None


def _lead(chat: ChatTemplate, messages: Messages, tools: Sequence[Any] | None) -> str:
    """Return what the template writes between the header that asks for an answer and the answer's content."""
    for asked in (messages, _ASKED):
        opened = chat.tried(asked, tools, opened=True)
        answered = chat.tried([*asked, {"role": "assistant", "content": PROBE}], tools)
        if opened is not None and answered is not None and answered.startswith(opened):
            return answered[len(opened) :].partition(PROBE)[0]
    return ""


def _shared(one: str, other: str) -> int:
    """Return how many characters two texts begin with in common."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if one[:middle] == other[:middle] else (low, middle - 1)
    return low
