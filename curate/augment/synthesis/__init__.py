"""New rows: like those that are there, from a task, from documents, or for tools; over a grid of attributes."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Annotated, Any, ClassVar, Literal, NamedTuple

import orjson
import polars as pl
from pydantic import Field, PositiveInt, field_validator

from curate.augment.asking.answer import Fault, value_of
from curate.augment.asking.template import load
from curate.augment.draw import Draw
from curate.augment.rewriting.rewording import FAULTS, REPLIES
from curate.augment.step import FAULTED, MADE, Chat, ChatStep, Made
from curate.augment.synthesis.from_documents import FromDocuments
from curate.augment.synthesis.from_seeds import FromSeeds
from curate.augment.synthesis.from_task import FromTask
from curate.augment.synthesis.from_tools import FromTools
from curate.augment.synthesis.grid import cells, dealt
from curate.augment.synthesis.wish import Given, Order, Wish, Wishes, Written
from curate.core.chat.request import Request, chat_request
from curate.core.run.errors import ConfigError

AnySource = Annotated[FromSeeds | FromTask | FromDocuments | FromTools, Field(discriminator="kind")]


class _Planned(NamedTuple):
    k: int
    wish: Wish
    request: Request
    made: dict[str, Any]


class Synthesis(ChatStep):
    """Write new rows: like those that are there, from a task, from documents, or for tools."""

    use: Literal["synthesis"] = "synthesis"
    source: AnySource = Field(FromSeeds(), description="What rows are made from.")
    count: PositiveInt | None = Field(
        None, description="Rows that are asked for; if absent, one a combination of the grid, a passage or a tool."
    )
    grid: dict[str, tuple[str, ...]] = Field(
        {}, description="Attributes and their values; every combination is asked for equally often."
    )
    system: str | None = Field(None, description="A system turn for each new row; the seeds' own, if absent.")
    structured: bool = Field(
        default=True, description="Ask for JSON by response_format; else by the prompt alone. Checked in both cases."
    )
    prompt: str | None = Field(None, description="A prompt file of your own in place of ours.")

    origin: ClassVar[Literal["synthetic"]] = "synthetic"
    variants: ClassVar[bool] = False
    faults: ClassVar[dict[str, str]] = {
        **REPLIES,
        "repeats_prompt": FAULTS["repeats_prompt"],
        "evidence_not_found": "What is quoted as evidence does not stand in the passage, word for word.",
        "evidence_too_short": "What is quoted as evidence is too short to prove an answer: a word, and no number.",
    }

    @field_validator("grid")
    @classmethod
    def _has_values(cls, grid: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        for name, values in grid.items():
            if not values or len(set(values)) < len(values):
                raise ValueError(f"{name} has no values, or one of them twice")
        return grid

    @property
    def relies_on(self) -> tuple[str, ...]:
        """Return what is probed: whether seeds count, and schemas of answers."""
        return ("seed", "response_format") if self.structured else ("seed",)

    def requests(self, seeds: pl.DataFrame, chat: Chat, draw: Draw) -> Iterator[Request]:
        """Yield what `apply` would ask."""
        return (one.request for one in self._plan(seeds, chat, draw))

    def apply(self, seeds: pl.DataFrame, chat: Chat, draw: Draw) -> Made:
        """Return up to ``count`` new rows."""
        planned = list(self._plan(seeds, chat, draw))
        rows, faults = [], []
        for one, reply in zip(planned, chat.ask([one.request for one in planned]), strict=True):
            value = value_of(reply, one.wish.schema, one.wish.filled.fence)
            written = value if isinstance(value, Fault) else one.wish.write(value)
            if isinstance(written, Fault):
                faults.append((one.wish.parent, one.k, written.word, written.detail[:200]))
            else:
                rows.append(self._row(one, written))
        return Made(
            pl.DataFrame(rows, schema=MADE, orient="row"),
            pl.DataFrame(faults, schema=FAULTED, orient="row"),
            grid=self.grid,
        )

    def _plan(self, seeds: pl.DataFrame, chat: Chat, draw: Draw) -> Iterator[_Planned]:
        source = self.source
        template = load(source.template, source.holes, self.prompt, chat.folder)
        wishes: Wishes = source.make(Given(seeds, chat.folder, self.system))
        for number, attributes in enumerate(islice(dealt(self.grid, draw), self._amount(wishes))):
            wish = wishes.wish(Order(number, attributes), template, draw)
            seed = draw.seed_of(wish.digest, number)
            made: dict[str, Any] = {"model": chat.settings.model, "prompt": template.signature, "seed": seed}
            if attributes:
                made["attributes"] = attributes
            schema = wish.schema if self.structured else None
            request = chat_request(chat.settings, wish.filled.messages, seed=seed, schema=schema)
            yield _Planned(number + 1, wish, request, made)

    def _amount(self, wishes: Wishes) -> int:
        combinations = len(cells(self.grid)) if self.grid else 0
        amount = self.count or wishes.amount or combinations
        if not amount:
            raise ConfigError("synthesis: nothing says how many rows are wanted", hint="count = 100")
        return max(amount, combinations) if self.count is None else amount

    def _row(self, one: _Planned, written: Written) -> dict[str, Any]:
        turns = written.turns
        if self.system is not None:
            turns = [{"role": "system", "text": self.system}, *(turn for turn in turns if turn["role"] != "system")]
        return {
            "messages": turns,
            "tools": one.wish.tools,
            "label": written.label,
            "parents": written.parents,
            "root": one.wish.root,
            "k": one.k,
            "made": orjson.dumps({**one.made, **written.told}, option=orjson.OPT_SORT_KEYS).decode(),
        }


__all__ = ["Synthesis"]
