"""Every step in turn, on its seeds: candidates, and what became none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from curate.augment.asking.probing import needed, told
from curate.augment.config import AugmentConfig
from curate.augment.draw import Draw
from curate.augment.lines import NOT_WRITTEN, SENTENCES, Candidate, Writer
from curate.augment.step import AugmentStep, Chat, ChatStep, Checked, FreeStep, Made
from curate.core.chat.client import Client
from curate.core.chat.layers.breaker import ChatError
from curate.core.chat.layers.budget import BudgetError
from curate.core.chat.settings import ChatSettings
from curate.core.run.errors import ThresherError
from curate.core.run.progress import Progress

ROLES = ("chat", "judge", "embeddings")
_EXAMPLES = 3
_WHOLE = 1 << 64


@dataclass
class Produced:
    """What one step made."""

    step: AugmentStep
    seeds: int
    candidates: list[Candidate]
    faults: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[dict[str, Any]]] = field(default_factory=dict)  # of faults, by word
    checks: dict[str, Checked] = field(default_factory=dict)
    grid: dict[str, list[str]] = field(default_factory=dict)

    @property
    def sentences(self) -> dict[str, str]:
        """Return the sentence of each word for a fault."""
        return {**self.step.faults, **SENTENCES}


class Models:
    """The models that steps may ask, each with a log of its own: ``requests.ROLE.jsonl`` in the folder given."""

    def __init__(self, config: AugmentConfig, base: Path, logs: Path | None, progress: Progress | None) -> None:
        models: dict[str, ChatSettings | None] = {role: getattr(config, role) for role in ROLES}
        self._logs = {role: logs and logs / f"requests.{role}.jsonl" for role in ROLES}
        self.clients = {role: Client(one, base, self._logs[role]) for role, one in models.items() if one is not None}
        self._base, self._progress = base, progress
        self._opened = False

    def open(self, stack: ExitStack, steps: Sequence[AugmentStep]) -> None:
        """Open the clients, for as long as the stack is, and find out what the steps may rely on."""
        for client in self.clients.values():
            stack.enter_context(client)
        self._opened = True
        if (chat := self.clients.get("chat")) is not None:
            chat.rely_on(needed(steps))

    def summaries(self) -> dict[str, Any]:
        """Return the sums of each model's requests; nothing where no step asks one."""
        if not self._opened:
            return {}
        sums = {role: client.summary.as_json() for role, client in self.clients.items()}
        if "chat" in sums and (found := told(self.clients["chat"])):
            sums["chat"]["capabilities"] = found
        return sums

    def chat(self) -> Chat:
        """Return the model of ``[chat]``, if there is one, with the others beside it."""
        beside = {role: self._one(self.clients[role]) for role in ROLES[1:] if role in self.clients}
        return Chat(self.clients.get("chat"), self._base, beside.get("judge"), beside.get("embeddings"), self._progress)

    def _one(self, client: Client) -> Chat:
        return Chat(client, self._base, progress=self._progress)

    def log(self) -> bytes:
        """Return the lines of all logs, those of ``[chat]`` first."""
        return b"".join(path.read_bytes() for path in self._logs.values() if path is not None and path.exists())


def seeds_of(step: AugmentStep, seeds: pl.DataFrame, draw: Draw) -> pl.DataFrame:
    """Return the rows that a step works on: all, or a share or a number of them, drawn by their digests."""
    if step.sample is None:
        return seeds
    drawn = [draw.bits(digest, "sample") for digest in seeds["digest"]]
    if step.sample <= 1:
        return seeds.filter(pl.Series([number < step.sample * _WHOLE for number in drawn], dtype=pl.Boolean))
    first = sorted(range(len(drawn)), key=drawn.__getitem__)[: int(step.sample)]
    return seeds[sorted(first)]


def produce(
    steps: Sequence[AugmentStep], seeds: pl.DataFrame, seed: int, writer: Writer, models: Models
) -> list[Produced]:
    """Run the steps; the models are opened only where one of them asks.

    Raises:
        BudgetError: the budget is reached; what was bought is in the cache.
        ChatError: the endpoint does not work.
    """
    done = []
    with ExitStack() as stack:
        if any(isinstance(step, ChatStep) for step in steps):
            models.open(stack, steps)
        for number, step in enumerate(steps):
            draw = Draw(seed, step.called)
            own = seeds_of(step, seeds, draw)
            try:
                made = _applied(step, own, models.chat, draw)
            except (BudgetError, ChatError) as end:
                later = ", ".join(one.called for one in steps[number + 1 :])
                end.details = (*end.details, f"in the step {step.called}" + (f"; not begun: {later}" if later else ""))
                raise
            done.append(_told(step, own, made, writer))
    return done


def _applied(step: AugmentStep, seeds: pl.DataFrame, chat: Callable[[], Chat], draw: Draw) -> Made:
    if isinstance(step, ChatStep):
        return step.apply(seeds, chat(), draw)
    if isinstance(step, FreeStep):
        return step.apply(seeds, draw)
    raise ThresherError(f"the step {step.use!r} is neither a ChatStep nor a FreeStep")


def _told(step: AugmentStep, seeds: pl.DataFrame, made: Made, writer: Writer) -> Produced:
    candidates, lost = writer.candidates(step, made)
    checks, grid = dict(made.checks), {name: list(values) for name, values in made.grid.items()}
    done = Produced(step, len(seeds), candidates, checks=checks, grid=grid)
    ids = dict(seeds.select("row", "id").iter_rows())
    entries = [*made.faults.iter_rows(), *((parent, k, NOT_WRITTEN, "") for parent, k in lost)]
    for parent, k, word, detail in entries:
        if word not in done.sentences:
            raise ThresherError(f"the step {step.use!r} has no fault {word!r}: its faults are {', '.join(step.faults)}")
        done.faults[word] += 1
        shown = done.examples.setdefault(word, [])
        if len(shown) < _EXAMPLES:
            shown.append({"parent": ids.get(parent), "k": k, "detail": detail})
    return done
