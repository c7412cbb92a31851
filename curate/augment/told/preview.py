"""The dry run: what each step would ask, and what all of them would cost together. Nothing is sent or written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from curate.augment.asking.probing import needed
from curate.augment.config import AugmentConfig, make_augments
from curate.augment.draw import Draw
from curate.augment.gating.gates import open_gates
from curate.augment.gating.given import given_run
from curate.augment.lines import Candidate
from curate.augment.produce import ROLES, Models, produce, seeds_of
from curate.augment.run import seeds_in, writer
from curate.augment.step import ChatStep, FreeStep
from curate.core.chat.estimate import Estimate, estimate
from curate.core.chat.request import Request, identity
from curate.core.chat.settings import ChatSettings
from curate.core.run.canonical import SCHEMA_VERSION

EXAMPLES = 3


class Planned(NamedTuple):
    """One step: how many rows it would look at, and ask for or make."""

    step: str
    seeds: int
    requests: int | None  # None where it asks nobody
    rows: int | None  # None where only the answers tell


@dataclass(frozen=True)
class Preview:
    """What a run would do."""

    steps: list[Planned]
    estimates: dict[str, Estimate]  # by the table of the configuration: chat, judge, embeddings
    made: list[Candidate]  # the first rows of steps that ask nobody

    def as_json(self, *, texts: bool) -> dict[str, Any]:
        """Return the numbers and, where texts are wanted, examples of prompts and rows."""
        told = {role: one.as_json() for role, one in self.estimates.items()}
        if not texts:
            told = {role: {name: v for name, v in one.items() if name != "examples"} for role, one in told.items()}
        rows = [{"id": one.id, "line": one.line.decode()} for one in self.made] if texts else []
        steps = [one._asdict() for one in self.steps]
        return {"schema_version": SCHEMA_VERSION, "steps": steps, "models": told, "rows": rows}


def preview(config: AugmentConfig, base: Path) -> Preview:
    """Return what a run of this configuration would do.

    Raises:
        ThresherError: the configuration is wrong, or the run that it names was changed.
    """
    steps = make_augments(config)
    given = given_run(config.input.run, base)
    with TemporaryDirectory(prefix="thresher-") as work:
        open_gates(given, config, base, Path(work)).plan([])  # what is wrong with them is told in time
    seeds = seeds_in(given)
    writes = writer(given, seeds)
    models = Models(config, base, None, None)
    planned: list[Planned] = []
    asked: list[Request] = []
    shown: list[Candidate] = []
    for step in steps:
        draw = Draw(config.seed, step.called)
        own = seeds_of(step, seeds, draw)
        if isinstance(step, ChatStep):
            requests = list(step.requests(own, models.chat(), draw))
            asked += requests
            planned.append(Planned(step.called, len(own), len(requests), None))
        elif isinstance(step, FreeStep):
            (made,) = produce([step], seeds, config.seed, writes, models)
            shown += made.candidates[: EXAMPLES - len(shown)]
            planned.append(Planned(step.called, len(own), None, len(made.candidates)))
    return Preview(planned, _estimates(config, asked, base, needed(steps)), shown)


def _estimates(
    config: AugmentConfig, asked: Sequence[Request], base: Path, relied_on: Sequence[str]
) -> dict[str, Estimate]:
    """Return what is asked of each model."""
    left = list(asked)
    found: dict[str, Estimate] = {}
    for role in ROLES:
        settings: ChatSettings | None = getattr(config, role)
        if settings is None:
            continue
        who = (identity(settings), settings.model)
        own = [one for one in left if (one.backend, one.body["model"]) == who]
        left = [one for one in left if (one.backend, one.body["model"]) != who]
        if own:
            found[role] = estimate(settings, own, base, relied_on if role == "chat" else ())
    return found
