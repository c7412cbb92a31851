"""A chat template at work: messages to text, and what of the text it marks as generated."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from typing import Any

from jinja2 import TemplateSyntaxError

from curate.core.run.errors import InputError
from evalkit.answers.local.calls import REFUSALS, Turns, rendered

Span = tuple[int, int]  # characters of a rendered text, the end excluded
Messages = Sequence[Mapping[str, Any]]

_MARKS = re.compile(r"\{%-?\s*generation\s*-?%\}")
_PROBE = "thresher-probe"


class ChatTemplate:
    """The template of a tokenizer, or another one for it.

    Raises:
        InputError: its text is no template.
    """

    def __init__(self, tokenizer: Any, text: str) -> None:
        self.text = text
        self.sha256 = hashlib.sha256(text.encode()).hexdigest()
        self.has_marks = _MARKS.search(text) is not None
        self._tokenizer = tokenizer
        added = [token.content for token in tokenizer.added_tokens_decoder.values() if token.special]
        self._special = re.compile("|".join(map(re.escape, sorted(added, key=len, reverse=True))) or r"(?!)")
        try:
            self.render([{"role": "user", "content": "Hi"}], None)
        except TemplateSyntaxError as error:
            raise InputError(
                f"the chat template is broken in its line {error.lineno}: {error.message}",
                hint="mend chat_template.jinja beside the tokenizer, or bring another template",
            ) from error
        except REFUSALS:  # it wants other messages than these
            return

    def render(self, messages: Messages, tools: Sequence[Any] | None, *, opened: bool = False) -> str:
        """Return the text of a chat; ``opened``, with the header that asks for an answer.

        Raises:
            REFUSALS: the template refuses these messages.
        """

        def applied(turns: Turns) -> str:
            text: str = self._tokenizer.apply_chat_template(
                list(turns), tools=tools, chat_template=self.text, tokenize=False, add_generation_prompt=opened
            )
            return text

        return rendered(applied, messages)

    def tried(self, messages: Messages, tools: Sequence[Any] | None, *, opened: bool = False) -> str | None:
        """Return the text of a chat; None where the template refuses it."""
        try:
            return self.render(messages, tools, opened=opened)
        except REFUSALS:
            return None

    def marked(self, messages: Messages, tools: Sequence[Any] | None) -> tuple[str, list[Span]]:
        """Return the text of a chat and the spans between the template's generation marks.

        Raises:
            REFUSALS: the template refuses these messages.
        """
        from transformers.utils.chat_template_utils import render_jinja_template  # noqa: PLC0415 - an extra

        def applied(turns: Turns) -> Any:
            return render_jinja_template(
                conversations=[list(turns)],
                tools=None if tools is None else list(tools),
                chat_template=self.text,
                return_assistant_tokens_mask=True,
                **self._tokenizer.special_tokens_map,
            )

        texts, spans = rendered(applied, messages)
        return texts[0], [(start, end) for start, end in spans[0] if start < end]

    def trimmed(self, text: str, span: Span) -> Span:
        """Return a span without the white space behind its last special token: no model is asked to write that."""
        start, end = span
        last = self.last_special(text, start, end)
        return (start, last) if last is not None and not text[last:end].strip() else span

    def last_special(self, text: str, start: int, end: int) -> int | None:
        """Return where the last special token of a part of a text ends."""
        return max((found.end() for found in self._special.finditer(text, start, end)), default=None)

    def special_at(self, text: str, at: int, wanted: str) -> int:
        """Return where the special token at a place ends; the place itself unless ``wanted`` begins with one too."""
        found = self._special.match(text, at)
        return found.end() if found and self._special.match(wanted) else at

    def first_special(self, text: str) -> str | None:
        """Return the first special token that a text spells; None where it spells none."""
        found = self._special.search(text)
        return found.group() if found else None

    def end_of_turn(self) -> str | None:
        """Return the special token that the template writes after an answer; None where it writes none."""
        turns = [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": _PROBE}]
        found = self._special.match((self.tried(turns, None) or "").partition(_PROBE)[2])
        return found.group() if found else None
