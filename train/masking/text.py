"""Rows to text where there is no chat template: a documented default, the one that answers are asked for with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from evalkit.answers.bare import bare_turns
from train.masking.chat import Messages, Span


class BareText:
    """Turns end to end: a blank line before each but the answers, the end-of-text token after each answer.

    An answer follows its prompt with nothing between: that is what a model that is sent the bare prompt has to write.
    """

    def __init__(self, tokenizer: Any) -> None:
        self._end = tokenizer.eos_token or ""
        first = tokenizer("a")["input_ids"][:1]
        opens = bool(first) and first[0] == tokenizer.bos_token_id
        self._begin = tokenizer.bos_token if opens else ""  # where the tokenizer writes one by itself

    def whole(self, text: str) -> tuple[str, list[Span]]:
        """Return a text between the tokens that begin and end texts; all of it is an answer."""
        begun = text if self._begin and text.startswith(self._begin) else self._begin + text
        made = begun if self._end and begun.endswith(self._end) else begun + self._end
        return made, [(0, len(made))] if text else []

    def chat(self, messages: Messages, wanted: Sequence[int]) -> tuple[str, list[Span]]:
        """Return the turns as one text, and the spans of the answers at the places ``wanted``.

        Raises:
            ValueError: a turn calls tools, which no text can say.
        """
        if any("tool_calls" in turn for turn in messages):
            raise ValueError("a row with tool calls needs a chat template")
        text = self._begin
        spans = []
        for at, added in enumerate(bare_turns(messages, self._end)):
            if at in wanted:
                spans.append((len(text), len(text) + len(added)))
            text += added
        return text, spans
