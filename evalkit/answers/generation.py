"""How answers are made: the settings that every source understands."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, PositiveInt, model_validator

from curate.core.run.errors import ConfigError
from evalkit.answers.item import BARE, Item


class Generation(BaseModel):
    """How answers are made."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    max_tokens: PositiveInt = Field(512, description="Most tokens of an answer.")
    temperature: float | None = Field(
        0.0, ge=0, allow_inf_nan=False, description="0: the likeliest token each time; None: the endpoint's."
    )
    seed: int | None = Field(None, ge=0, description="Of the draws; 0 where draws are made and none is given.")
    stop: tuple[str, ...] = Field((), description="Texts that end an answer; they are not part of it.")
    samples: PositiveInt = Field(1, description="Answers to each item.")
    system: str | None = Field(None, description="A system message before items that have none.")
    template: str | None = Field(None, description="A file with a chat template, or `none`: prompts go in bare.")
    answers: bool = Field(default=True, description="Make answers; without them only likelihoods are taken.")
    likelihoods: bool = Field(default=False, description="Take the log-likelihood of each reference.")

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        if self.samples > 1 and self.temperature == 0:
            raise ConfigError(
                f"{self.samples} samples at temperature 0 are {self.samples} times the same answer",
                hint="--temperature 0.7, or leave --samples out",
            )
        if self.system and self.template == BARE:
            raise ConfigError("a bare text has no system message", hint="leave out --system, or --template none")
        if "" in self.stop:
            raise ConfigError("an empty stop string would end every answer at once", hint="--stop TEXT")
        if not (self.answers or self.likelihoods):
            raise ConfigError(
                "--no-answers leaves nothing to do", hint="--logprobs takes likelihoods of the references"
            )
        return self

    def seed_of(self, item: Item) -> int | None:
        """Return the seed of an item's draws: of its id and number alone, so that its neighbours never move them."""
        if self.temperature == 0:
            return self.seed
        seed = self.seed or 0
        return seed + item.sample - 1 if self.samples > 1 else self.seed

    def draw_of(self, item: Item) -> int:
        """Return 63 bits from which an item's own draws start."""
        text = f"{self.seed or 0}\n{item.id}\n{item.sample}"
        return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8]) >> 1


def repeated(items: Sequence[Item], samples: int) -> list[Item]:
    """Return each item as often as it is asked: the first keeps its id, the others are ``ID#2``, ``ID#3``, ...

    All of one item share a cluster, so that intervals do not take them for as many items.

    Raises:
        ConfigError: another item has such an id.
    """
    if samples == 1:
        return list(items)
    many = []
    for item in items:
        cluster = item.cluster if item.cluster is not None else item.id
        for number in range(1, samples + 1):
            name = item.id if number == 1 else f"{item.id}#{number}"
            many.append(replace(item, id=name, sample=number, cluster=cluster))
    if len({item.id for item in many}) < len(many):
        raise ConfigError(
            "some ids end as the numbers of samples do (#2, #3, ...)", hint="name another field: --id-field"
        )
    return many
