"""The user's turns into another language and back; the answer stays."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import ClassVar, Literal

import polars as pl
from pydantic import Field

from curate.augment.asking.checks import Checks
from curate.augment.asking.constraints import Constraints
from curate.augment.asking.translator import Backend, ByChat, Leg, Translator
from curate.augment.draw import Draw
from curate.augment.rewriting.rewording import FAULTS, REPLIES, Rewording
from curate.augment.rewriting.variants import Variant, rewordings, seed_rows, settled, user_turns
from curate.augment.step import Chat, ChatStep, Made
from curate.core.chat.request import Request


class BackTranslation(ChatStep):
    """Translate the user's turns into another language and back; the answers stay.

    Each of ``pivots`` makes one row: a language, or several that are gone through in turn.
    """

    use: Literal["back_translation"] = "back_translation"
    language: str = Field("English", description="The language of the rows, as the translator calls it.")
    pivots: tuple[str | tuple[str, ...], ...] = Field(
        ("German",), min_length=1, description="Languages to go through, a row each; a list is gone through in turn."
    )
    turns: Literal["all", "last"] = Field("all", description="Which of the user's turns are translated.")
    translator: Backend = Field(ByChat(), description="Who translates: the model of [chat], or a program.")
    constraints: Constraints = Field(Constraints(), description="What must stay word for word.")
    checks: Checks = Field(Checks(), description="What a rewording must pass.")

    origin: ClassVar[Literal["back_translation"]] = "back_translation"
    faults: ClassVar[dict[str, str]] = {
        **FAULTS,
        **REPLIES,
        "translator_failed": "The translator's program ended with an error, or not in time.",
    }

    @property
    def asks_chat(self) -> bool:
        """Say whether the model of ``[chat]`` is asked: a program translates without it."""
        return self.translator.by == "chat"

    @property
    def relies_on(self) -> tuple[str, ...]:
        """Return what is probed: whether the seed of a request counts."""
        return ("seed",) if self.asks_chat else ()

    def _ways(self) -> list[list[str]]:
        pivots = [[pivot] if isinstance(pivot, str) else list(pivot) for pivot in self.pivots]
        return [[self.language, *through, self.language] for through in pivots]

    def _translator(self, chat: Chat) -> Translator:
        languages = list(dict.fromkeys(pair for way in self._ways() for pair in pairwise(way)))
        return self.translator.make(self.constraints, chat, languages)

    def requests(self, seeds: pl.DataFrame, chat: Chat, draw: Draw) -> Iterator[Request]:
        """Yield what `apply` would ask; a text that is translated again stands for its translation."""
        translator = self._translator(chat)
        checks = self.checks.make(self.constraints, chat)
        turns: list[Rewording] = []
        for variant, way in self._plan(seeds, draw, translator):
            for leg in pairwise(way):
                yield from translator.requests(_legs(variant, leg))
            turns += variant.turns.values()
        for check in checks.values():
            yield from check.requests(turns)

    def apply(self, seeds: pl.DataFrame, chat: Chat, draw: Draw) -> Made:
        """Return up to one row for each seed and each of the ``pivots``."""
        translator = self._translator(chat)
        checks = self.checks.make(self.constraints, chat)
        planned = list(self._plan(seeds, draw, translator))
        for stage in range(max(len(way) for way in self._ways()) - 1):
            legs = [
                leg
                for variant, way in planned
                if stage + 1 < len(way)
                for leg in _legs(variant, (way[stage], way[stage + 1]))
            ]
            translator.translate(legs)
        silent = [
            (seed["row"], 1, "no_user_turn", "")
            for seed in seed_rows(seeds)
            if not user_turns(seed["messages"], last_only=True)
        ]
        return settled([variant for variant, _ in planned], checks, silent)

    def _plan(self, seeds: pl.DataFrame, draw: Draw, translator: Translator) -> Iterator[tuple[Variant, list[str]]]:
        for seed in seed_rows(seeds):
            places = user_turns(seed["messages"], last_only=self.turns == "last")
            for k, way in enumerate(self._ways() if places else (), 1):
                made = {**translator.signature(), "seed": draw.seed_of(seed["digest"], k), "languages": way}
                variant = Variant(seed, k, made, rewordings(seed["messages"], places))
                for one in variant.turns.values():
                    one.text = one.source
                yield variant, way


def _legs(variant: Variant, between: tuple[str, str]) -> list[Leg]:
    """Return what is still to be translated; a row of which a turn failed goes no further."""
    turns = variant.turns.values() if variant.fault is None else ()
    return [Leg(one, *between, variant.made["seed"]) for one in turns]
