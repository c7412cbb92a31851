"""From an item to the text that a local model goes on with, and its tokens."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from curate.core.run.errors import ConfigError
from evalkit.answers.bare import bare_text
from evalkit.answers.generation import Generation
from evalkit.answers.item import BARE, Item
from evalkit.answers.likelihood import space_after
from evalkit.answers.local.calls import REFUSALS, Turns, parsed, rendered

_MARK = "thresher-end-of-turn"


class Template:
    """The chat template of a tokenizer, one from a file, or none: then texts go in bare."""

    def __init__(self, tokenizer: Any, generation: Generation) -> None:
        self._tokenizer = tokenizer
        self._system = generation.system
        self._text = _text(tokenizer, generation.template)
        self.sha256 = None if self._text is None else hashlib.sha256(self._text.encode()).hexdigest()
        self._opens = _opens(tokenizer)
        known = (tokenizer.bos_token_id, tokenizer.eos_token_id)  # what begins texts, or parts them
        self._first = [one for one in known if one is not None][:1]

    @property
    def bos(self) -> str:
        """Return where a beginning-of-text token comes from, for signatures."""
        return "yes" if self._opens else "no"

    def is_bare(self, item: Item) -> bool:
        """Say whether an item goes in without template: a text that answers nothing always does."""
        return self._text is None or item.asks_nothing

    def name(self, item: Item) -> str:
        """Return the start of the template's hash, for signatures."""
        return BARE if self.is_bare(item) or self.sha256 is None else self.sha256[:8]

    def rendered(self, item: Item) -> str:
        """Return the text before the answer.

        Raises:
            REFUSALS: the template refuses these messages.
        """
        if self.is_bare(item):
            return bare_text(item.turns, self._tokenizer.eos_token or "")
        turns = [parsed(turn) for turn in item.turns]
        if self._system and turns[0]["role"] != "system":
            turns.insert(0, {"role": "system", "content": self._system})
        return self._apply(turns, list(item.tools) or None, opened=True)

    def _apply(self, turns: Sequence[Mapping[str, Any]], tools: list[Any] | None, *, opened: bool) -> str:
        def applied(turns: Turns) -> str:
            text: str = self._tokenizer.apply_chat_template(
                turns, tools=tools, chat_template=self._text, tokenize=False, add_generation_prompt=opened
            )
            return text

        return rendered(applied, turns)

    def tokens(self, text: str, item: Item) -> list[int]:
        """Return the tokens of a rendered text; a template writes the beginning of the text itself.

        Nothing at all is given the token that begins texts, or else the one that parts them.
        """
        ids = self._plain(text)
        return ([*self._opens, *ids] if self.is_bare(item) else ids) or list(self._first)

    def _plain(self, text: str) -> list[int]:
        return list(self._tokenizer(text, add_special_tokens=False)["input_ids"])

    def joined(self, context: str, text: str, item: Item) -> tuple[list[int], int]:
        """Return the tokens of a context with a text after it, and how many of them are the context's.

        They are split as one text, unless a token would reach across the border: then each is split apart.
        """
        before = self.tokens(context, item)
        whole = self.tokens(context + text, item)
        return (whole if whole[: len(before)] == before else [*before, *self._plain(text)]), len(before)

    def delimiter(self, item: Item, context: str) -> str:
        """Return what joins a choice to its context."""
        return space_after(context) if self.is_bare(item) else ""

    def ends(self, named: Sequence[int]) -> list[int]:
        """Return the tokens that end an answer: those the model names, and what the template writes after one."""
        found = {self._tokenizer.eos_token_id, *named}
        if self._text is not None:
            found.add(self._end_of_turn())
        return sorted(found - {None})

    def _end_of_turn(self) -> int | None:
        turns = [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": _MARK}]
        try:
            after = self._apply(turns, None, opened=False).partition(_MARK)[2]
        except REFUSALS:
            return None
        ids = self._plain(after)
        special = {number for number, token in self._tokenizer.added_tokens_decoder.items() if token.special}
        return ids[0] if ids and ids[0] in special else None


def _text(tokenizer: Any, named: str | None) -> str | None:
    if named == BARE:
        return None
    if named is not None:
        try:
            return Path(named).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(f"{named} cannot be read: {error}", hint="--template FILE, or none") from error
    found = tokenizer.chat_template
    if isinstance(found, dict):
        found = found.get("default")
    if found is None:
        raise ConfigError(
            "the model has no chat template", hint="--template none sends bare texts; --template FILE brings one"
        )
    return str(found)


def _opens(tokenizer: Any) -> list[int]:
    """Return the beginning-of-text token where the tokenizer writes one by itself."""
    first = tokenizer("a")["input_ids"][:1]
    return [first[0]] if first and first[0] == tokenizer.bos_token_id else []
