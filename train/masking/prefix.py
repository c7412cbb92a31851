"""Where the answers stand in a rendered chat: found by rendering its beginnings, so that no template need change."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from train.masking.chat import ChatTemplate, Messages, Span
from train.masking.probe import find_answer


class Answers(NamedTuple):
    """The spans of the answers asked for, in their order; None where one of them cannot be found."""

    spans: list[Span] | None
    rewritten: bool  # one of them reads otherwise than the model is asked to write it


def find_answers(
    chat: ChatTemplate, text: str, messages: Messages, tools: Sequence[Any] | None, wanted: Sequence[int]
) -> Answers:
    """Return the spans of the answers at the places ``wanted`` in the text of the whole chat.

    An answer is what stands between the chat before it, opened for an answer, and the chat up to its end: what a model
    that is served with this template has to write. Where either is no beginning of the whole text, since the template
    rewrites earlier turns once others follow (Qwen 3 drops thinking, Mistral moves the tools), it is found by a probe.
    """
    spans: list[Span] = []
    rewritten = False
    for at in wanted:
        before = chat.tried(messages[:at], tools, opened=True) if at else None
        after = text if at == len(messages) - 1 else chat.tried(messages[: at + 1], tools)
        if before is not None and after is not None and text.startswith(before) and text.startswith(after):
            span: Span | None = (len(before), len(after))
        else:
            span = find_answer(chat, text, messages, tools, at)
        if span is None or span[0] >= span[1]:
            return Answers(None, rewritten)
        spans.append(chat.trimmed(text, span))
        if before is not None and after is not None and after.startswith(before):
            start, end = spans[-1]
            rewritten |= not after.startswith(text[start:end], len(before))
    return Answers(spans, rewritten)
