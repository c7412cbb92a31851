"""Where the answers stand in a rendered chat: found by rendering its beginnings, so that no template need change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from train.masking.chat import ChatTemplate, Messages, Span
from train.masking.probe import find_answer

HEADER = 64  # characters before an answer among which the mark of a thought may stand
_SAID = ("content", "reasoning_content", "thinking")


class Doubts(NamedTuple):
    """In what an answer of a row is trained otherwise than it is asked for, or than the row says it."""

    rewritten: bool = False  # other turns follow it, and the template writes it otherwise then
    opened: bool = False  # it does not begin as the model is asked to begin it
    unsaid: bool = False  # its content, or its thought, does not stand in what is trained

    def __or__(self, other: tuple[bool, ...]) -> Doubts:
        """Return what is so of one or the other."""
        return Doubts(*(one or two for one, two in zip(self, other, strict=True)))


class Answers(NamedTuple):
    """The spans of the answers asked for, in their order; None where one of them cannot be found."""

    spans: list[Span] | None
    doubts: Doubts


def find_answers(
    chat: ChatTemplate, text: str, messages: Messages, tools: Sequence[Any] | None, wanted: Sequence[int]
) -> Answers:
    """Return the spans of the answers at the places ``wanted`` in the text of the whole chat.

    An answer is what stands between the chat before it, opened for an answer, and the chat up to its end: what a model
    that is served with this template has to write. Where either is no beginning of the whole text, since the template
    rewrites earlier turns once others follow (Qwen 3 drops thinking, Mistral moves the tools), it is found by a probe.
    """
    spans: list[Span] = []
    doubts = Doubts()
    for at in wanted:
        before = chat.tried(messages[:at], tools, opened=True) if at else None
        after = text if at == len(messages) - 1 else chat.tried(messages[: at + 1], tools)
        if before is not None and after is not None and text.startswith(before) and text.startswith(after):
            span: Span | None = (len(before), len(after))
        else:
            span = find_answer(chat, text, messages, tools, at)
        if span is None or span[0] >= span[1]:
            return Answers(None, doubts)
        spans.append(chat.trimmed(text, span))
        start, end = spans[-1]
        opened = before is not None and after is not None and not after.startswith(before)
        rewritten = before is not None and after is not None and not opened
        rewritten = rewritten and not str(after).startswith(text[start:end], len(str(before)))
        doubts |= (rewritten, opened, not rewritten and leaves_out(text, spans[-1], messages[at]))
    return Answers(spans, doubts)


def leaves_out(text: str, span: Span, message: Mapping[str, Any]) -> bool:
    """Say whether something that an answer says does not stand in its span, white space aside.

    Templates set thoughts apart anew; the mark that begins one may stand in the header that asks for the answer.
    """
    start, end = span
    for name in _SAID:
        said = message.get(name)
        if not isinstance(said, str) or said.strip() in text[start:end]:
            continue
        if "".join(said.split()) not in "".join(text[max(0, start - HEADER) : end].split()):
            return True
    return False
