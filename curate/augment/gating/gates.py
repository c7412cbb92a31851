"""The plan by which new rows are judged: every step of the run they come from, then its validation and test rows."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from curate.augment.config import AugmentConfig
from curate.augment.gating.given import GivenRun
from curate.augment.gating.held_out import HeldOut
from curate.core.read.source import Source
from curate.core.run.errors import ConfigError
from curate.curation.config import CurateConfig, Index, make_steps
from curate.curation.plan import Plan, plan_of
from curate.steps.normalise import Normalise
from curate.steps.step import Step


def gate_plan(given: GivenRun, config: AugmentConfig, base: Path, new: Sequence[Source]) -> Plan:
    """Return the plan: frozen sources, one for each split, then those of new rows.

    Raises:
        ConfigError: a step of that run is not here, or its answer schema is not found.
    """
    gates = given.gates
    frozen = [Source(at, f"{given.name}/{name}.jsonl", given.folder) for at, name in enumerate(given.splits)]
    steps = [step.at(base) for step in make_steps(gates)]
    schema = _schema(gates, config, base)
    check = gates.check.model_copy(update={"answer_schema": schema})
    output = gates.output.model_copy(
        update={"tokenizer": None}
    )  # a path of that run's folder, which counts nothing here
    told = gates.model_copy(update={"split": None, "index": Index(), "check": check, "output": output})
    return plan_of(told, base, [*frozen, *new], [*steps, *_held_out(given, steps)], frozen=len(frozen))


def _held_out(given: GivenRun, steps: Sequence[Step]) -> list[Step]:
    """Return the step that keeps new rows from validation and test rows, if there are any."""
    held = tuple(at for at, name in enumerate(given.splits) if name != "train")
    split = given.gates.split
    if not held or split is None:
        return []
    normalise = next((step for step in steps if isinstance(step, Normalise)), Normalise())
    return [HeldOut(similarity=split.similarity, normalise=normalise, held=held, frozen=len(given.splits))]


def _schema(gates: CurateConfig, config: AugmentConfig, base: Path) -> str | None:
    """Return where the answer schema of the run is, relative to the base."""
    named = gates.check.answer_schema
    if named is None:
        return None
    asked = config.input.answer_schema
    if asked is None and not (base / named).is_file():
        raise ConfigError(
            f"the run was held to the answer schema {named}, which is not at {base / named}",
            hint='say where it is: answer_schema = "..." in [input]',
        )
    return asked or named
