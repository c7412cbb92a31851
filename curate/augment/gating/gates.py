"""The plan by which new rows are judged: every step of the run they come from, then what is held out of training."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import polars as pl

from curate.augment.config import AugmentConfig
from curate.augment.gating.frozen import split_blocks
from curate.augment.gating.given import GivenRun
from curate.augment.gating.held_out import HeldOut
from curate.augment.gating.home import home_of, recorded
from curate.core.read.source import Source
from curate.core.run.errors import ConfigError, InputError
from curate.curation.config import CurateConfig, Index, Split, make_steps
from curate.curation.earlier.beside import Beside, find_earlier, open_earlier
from curate.curation.plan import Plan, plan_of
from curate.split.draw import NAMES
from curate.steps.normalise import Normalise
from curate.steps.step import Step

_HELD = tuple(at for at, name in enumerate(NAMES) if name != "train")


@dataclass(frozen=True)
class Gates:
    """What new rows have to pass: the steps of the run, the earlier runs beside it, and what is held out."""

    given: GivenRun
    home: Path  # what the paths of the run's configuration start from
    config: CurateConfig
    steps: list[Step]
    beside: Beside

    def plan(self, new: Sequence[Source]) -> Plan:
        """Return the plan: frozen sources, one for each split, then those of new rows."""
        given = self.given
        frozen = [Source(at, f"{given.name}/{name}.jsonl", given.folder) for at, name in enumerate(given.splits)]
        return plan_of(self.config, self.home, [*frozen, *new], self.steps, frozen=len(frozen))


def open_gates(given: GivenRun, config: AugmentConfig, base: Path, work: Path) -> Gates:
    """Return the gates of a run, all that they need being read: what is wrong with them is told before rows are made.

    Raises:
        ConfigError: a step of that run is not here, or its answer schema is not found.
        InputError: what its rows were held against is not found, or was changed.
    """
    gates, home = given.gates, home_of(given, config.input.base, base)
    steps = [step.at(home) for step in make_steps(gates)]
    check = gates.check.model_copy(update={"answer_schema": _schema(gates, config, base, home)})
    output = gates.output.model_copy(
        update={"tokenizer": None}
    )  # a path of that run's folder, which counts nothing here
    told = gates.model_copy(update={"split": None, "index": Index(), "check": check, "output": output})
    alone = Gates(given, home, told, steps, Beside())
    plan = alone.plan([])
    plan = replace(plan, config=plan.config.model_copy(update={"split": gates.split}))  # rows are signed as they were
    beside = open_earlier(plan, home, find_earlier(plan, home, None), work)
    _refuse_changed(given, beside)
    held = _held_out(given, steps, _held_blocks(given, beside))
    return replace(alone, steps=[*steps, held] if held.holds else steps, beside=beside)


def _held_out(given: GivenRun, steps: Sequence[Step], blocks: Iterator[pl.DataFrame]) -> HeldOut:
    """Return the step that keeps new rows from validation and test rows."""
    split = given.gates.split or Split()
    normalise = next((step for step in steps if isinstance(step, Normalise)), Normalise())
    held = tuple(at for at, name in enumerate(given.splits) if name != "train")
    step = HeldOut(similarity=split.similarity, normalise=normalise, held=held, frozen=len(given.splits))
    return step.beside(blocks)


def _held_blocks(given: GivenRun, beside: Beside) -> Iterator[pl.DataFrame]:
    """Yield the validation and test rows of the run, and of the earlier runs beside it."""
    for source, name in enumerate(given.splits):
        if name != "train":
            yield from split_blocks(given, source, name)
    for earlier in beside.opened:
        yield from earlier.of_splits(_HELD)


def _refuse_changed(given: GivenRun, beside: Beside) -> None:
    """Refuse an earlier run that was run again: its rows are not those that the run was held against."""
    for part, files in beside.inputs.items():
        known: dict[str, dict[str, Any]] = recorded(given, part)
        for one in files:
            if one["path"] in known and known[one["path"]]["sha256"] != one["sha256"]:
                raise InputError(
                    f"{one['path']} is not what {given.name} was held against: its sha256 is another",
                    hint=f"put it back, or run thresher curate again for {given.name}",
                )


def _schema(gates: CurateConfig, config: AugmentConfig, base: Path, home: Path) -> str | None:
    """Return where the answer schema of the run is."""
    named = gates.check.answer_schema
    if named is None:
        return None
    asked = config.input.answer_schema
    if asked is None and not (home / named).is_file():
        raise ConfigError(
            f"the run was held to the answer schema {named}, which is not at {home / named}",
            hint='say where it is: answer_schema = "..." in [input]',
        )
    return str((home / named if asked is None else base / asked).resolve())
