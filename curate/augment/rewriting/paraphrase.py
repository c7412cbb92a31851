"""The user's turns in other words; the answer stays."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar, Literal

import polars as pl
from pydantic import Field, PositiveInt

from curate.augment.asking.checks import Checks
from curate.augment.asking.constraints import Constraints
from curate.augment.asking.template import Filled, Holes, Template, load
from curate.augment.draw import Draw
from curate.augment.rewriting.rewording import FAULTS, REPLIES, Rewording
from curate.augment.rewriting.variants import MESSAGE, Variant, before, hear, rewordings, seed_rows, settled, user_turns
from curate.augment.step import Chat, ChatStep, Made
from curate.core.chat.request import Request, chat_request
from curate.core.run.errors import ConfigError, nearest

HOLES = Holes(data=("message", "before", "keep"), words=("style", "form"), required=("message",))


class Paraphrase(ChatStep):
    """Reword the user's turns, in a mix of styles; the answers stay.

    What must stay word for word (numbers, code, names, URLs, placeholders, JSON keys) is found, told to the model, and
    compared afterwards.
    """

    use: Literal["paraphrase"] = "paraphrase"
    k: PositiveInt = Field(1, description="Rewordings of each row.")
    turns: Literal["all", "last"] = Field("all", description="Which of the user's turns are reworded.")
    styles: tuple[str, ...] = Field(
        (), description="Styles of the prompt file, dealt out in turn; all that it has, if absent."
    )
    structured: bool = Field(
        default=True, description="Ask for JSON by response_format: a model then has no room for words around it."
    )
    prompt: str | None = Field(None, description="A prompt file of your own in place of ours.")
    constraints: Constraints = Field(Constraints(), description="What must stay word for word.")
    checks: Checks = Field(Checks(), description="What a rewording must pass.")

    origin: ClassVar[Literal["paraphrase"]] = "paraphrase"
    faults: ClassVar[dict[str, str]] = FAULTS | REPLIES

    @property
    def relies_on(self) -> tuple[str, ...]:
        """Return what is probed: whether seeds count, and schemas of answers."""
        return ("seed", "response_format") if self.structured else ("seed",)

    def requests(self, seeds: pl.DataFrame, chat: Chat, draw: Draw) -> Iterator[Request]:
        """Yield what `apply` would ask; in the place of rewordings stand the texts as they are."""
        checks = self.checks.make(self.constraints, chat)
        turns: list[Rewording] = []
        for variant, asked in self._plan(seeds, chat, draw, self._template(chat)):
            yield from (request for request, _ in asked)
            turns += variant.turns.values()
        for one in turns:
            one.text = one.source
        for check in checks.values():
            yield from check.requests(turns)

    def apply(self, seeds: pl.DataFrame, chat: Chat, draw: Draw) -> Made:
        """Return up to ``k`` rewordings of each seed."""
        checks = self.checks.make(self.constraints, chat)
        planned = list(self._plan(seeds, chat, draw, self._template(chat)))
        replies = iter(chat.ask([request for _, asked in planned for request, _ in asked]))
        for variant, asked in planned:
            for one, (_, filled) in zip(variant.turns.values(), asked, strict=True):
                hear(one, next(replies), filled.fence, structured=self.structured)
        silent = [
            (seed["row"], 1, "no_user_turn", "")
            for seed in seed_rows(seeds)
            if not user_turns(seed["messages"], last_only=True)
        ]
        return settled([variant for variant, _ in planned], checks, silent)

    def _template(self, chat: Chat) -> Template:
        template = load("paraphrase", HOLES, self.prompt, chat.folder)
        for style in self.styles:
            if style not in template.styles:
                raise ConfigError(f"styles: the prompt has no [style {style}]{nearest(style, template.styles)}")
        return template

    def _plan(
        self, seeds: pl.DataFrame, chat: Chat, draw: Draw, template: Template
    ) -> Iterator[tuple[Variant, list[tuple[Request, Filled]]]]:
        styles = self.styles or template.styles or ("",)
        for seed in seed_rows(seeds):
            places = user_turns(seed["messages"], last_only=self.turns == "last")
            first = draw.bits(seed["digest"], "style")
            for k in range(1, self.k + 1 if places else 1):
                style = styles[(first + k) % len(styles)]
                number = draw.seed_of(seed["digest"], k)
                made = {"model": chat.settings.model, "prompt": template.signature, "seed": number, "style": style}
                variant = Variant(seed, k, made, rewordings(seed["messages"], places))
                yield variant, [self._asked(variant, at, chat, template) for at in places]

    def _asked(self, variant: Variant, at: int, chat: Chat, template: Template) -> tuple[Request, Filled]:
        text = variant.turns[at].source
        style = variant.made["style"]
        data: dict[str, Any] = {
            "message": text,
            "before": before(variant.seed["messages"], at),
            "keep": "\n".join(one.text for one in self.constraints.find(text)),
        }
        words = {"style": template.style(style) if style else "", "form": template.form(structured=self.structured)}
        filled = template.fill(data, words)
        schema = MESSAGE if self.structured else None
        return chat_request(chat.settings, filled.messages, seed=variant.made["seed"], schema=schema), filled
