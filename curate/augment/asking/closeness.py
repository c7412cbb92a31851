"""Rewordings by the cosine of embeddings: too close adds nothing, too far asks something else."""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from curate.augment.rewriting.rewording import Rewording
from curate.augment.step import Chat
from curate.core.chat.request import Request, embedding_request
from curate.core.run.errors import ConfigError


class Bounds(BaseModel):
    """Bounds of the cosine between the embeddings of a question and of its rewording; they depend on the model."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    min: float = Field(0.75, ge=-1, le=1, description="Below it the rewording asks something else.")
    max: float = Field(0.985, ge=-1, le=1, description="Above it the rewording adds nothing.")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.min >= self.max:
            raise ValueError(f"min = {self.min:g} is not below max = {self.max:g}")
        return self


class Closeness:
    """Passes rewordings whose similarity to their source is within the bounds."""

    def __init__(self, bounds: Bounds, chat: Chat | None) -> None:
        """Raise ConfigError where no endpoint for embeddings is set."""
        if chat is None:
            raise ConfigError(
                "the check by embedding has no endpoint", hint="add a table [embeddings] with model and base_url"
            )
        self._bounds, self._chat = bounds, chat

    def requests(self, rewordings: Sequence[Rewording]) -> Iterator[Request]:
        """Yield a request for each source, and for what it became."""
        return (request for request, _ in self._groups(rewordings))

    def _groups(self, rewordings: Sequence[Rewording]) -> Iterator[tuple[Request, list[Rewording]]]:
        for source, group in groupby(rewordings, key=lambda one: one.source):
            same = list(group)
            yield embedding_request(self._chat.settings, [source, *(one.text for one in same)]), same

    def check(self, rewordings: Sequence[Rewording]) -> None:
        """Note how far those are that are out of bounds."""
        groups = list(self._groups(rewordings))
        replies = self._chat.ask([request for request, _ in groups])
        for (_, same), reply in zip(groups, replies, strict=True):
            for place, one in enumerate(same, 1):
                if reply.fault is not None:
                    one.fail("unchecked", f"embedding: {reply.fault.kind}")
                else:
                    self._measure(one, cosine(reply.vectors[0], reply.vectors[place]))

    def _measure(self, one: Rewording, near: float | None) -> None:
        if near is None:
            one.fail("unchecked", "embedding: the vectors have no finite length, or not the same")
        elif near < self._bounds.min:
            one.fail("too_far", f"similarity {near:.3f}, below {self._bounds.min:g}")
        elif near > self._bounds.max:
            one.fail("too_close", f"similarity {near:.3f}, above {self._bounds.max:g}")

    def signature(self) -> Any:
        """Return the model and the bounds."""
        return {"model": self._chat.settings.model, **self._bounds.model_dump()}


def cosine(one: array[float], other: array[float]) -> float | None:
    """Return the cosine of two vectors; None where they have not the same length, none, or a number that is not finite.

    A number above 3.4e38 is not: vectors have 32 bits a number.
    """
    if len(one) != len(other):
        return None
    length = math.sqrt(sum(x * x for x in one) * sum(x * x for x in other))
    if not (length and math.isfinite(length)):
        return None
    return sum(x * y for x, y in zip(one, other, strict=True)) / length
