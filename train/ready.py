"""A run that could start: the model in memory, rows packed where that is safe, and every step known."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from train.config import TrainConfig
from train.examples import Examples
from train.guards.finding import Finding
from train.loop.batch import in_one_row
from train.loop.plan import Plan, make_plan
from train.loop.processes import Processes
from train.model.load import Parameters, count, load_model
from train.model.packing_check import PackingCheck, check_packing
from train.model.place import Place, choose_place
from train.prepare import Prepared


@dataclass(frozen=True)
class Ready:
    """What a run, and a dry run, go on from."""

    config: TrainConfig
    prepared: Prepared
    place: Place
    processes: Processes
    model: Any
    parameters: Parameters
    plan: Plan
    check: PackingCheck | None  # None: nothing was to be packed

    @property
    def unpacked(self) -> Finding | None:
        """Return why rows are not packed though they should be; None where they are, or should not be."""
        if self.check is None or self.check.holds:
            return None
        if self.check.undefined:
            message = f"{self.prepared.base.called}, as it starts, answers with logits that are no numbers (NaN)"
            hint = "look at the base's weights; an adapter's dora and its targets matter too"
            return Finding("logits_undefined", "warning", message, hint)
        told = f"packed logits are up to {self.check.apart:.2g} of the largest away from single ones"
        message = f"{self.prepared.base.called} lets rows of a pack see each other: {told}; rows are grouped by length"
        return Finding("packing_leaks", "warning", message, 'packing = "grouped" says so from the start')

    @property
    def identity(self) -> dict[str, Any]:
        """Return all that moves a step: a checkpoint of another run must not be gone on from."""
        told = self.config.model_dump(mode="json")
        told["evaluation"].pop("patience")  # may be changed on the way, as it moves no step
        return told | {
            "data files": {one["path"]: one["sha256"] for one in self.prepared.inputs},
            "model files": self.prepared.base.weights.base_sha256,
            "template": self.prepared.encoder.template_sha256,
            "train rows": _hashes(self.prepared.examples),
            "validation rows": None if self.prepared.validation is None else _hashes(self.prepared.validation),
            "packing": self.plan.packing,
            "plan": hashlib.sha256(json.dumps([step.batches for step in self.plan.steps]).encode()).hexdigest(),
            "processes": self.processes.count,
            "number type": self.place.dtype,
        }


def _hashes(examples: Examples) -> dict[str, str]:
    """Return the hashes of the tokens, and of which of them are trained."""
    columns = {"tokens": examples.tokens, "labels": examples.trained, "starts": examples.starts}
    return {name: hashlib.sha256(column.tobytes()).hexdigest() for name, column in columns.items()}


def make_ready(config: TrainConfig, prepared: Prepared, home: Path) -> Ready:
    """Return a run that could start.

    Raises:
        ThresherError: the model cannot be loaded, the adapter does not fit it, or the device is not there.
    """
    place = choose_place(config)
    processes = Processes(place.device)
    model = load_model(config, prepared.base, place, home)
    packing, check = config.training.packing, None
    if packing == "packed":
        check = check_packing(model, prepared.examples, place, four_bits=config.quantisation is not None)
        if check is not None and not check.holds:
            packing = "grouped"
    plan = make_plan(
        prepared.examples.lengths, config.training, packing, config.data.max_tokens, config.seed, processes.count
    )
    return Ready(config, prepared, place, processes, model, count(model), plan, check)


def full_share(ready: Ready) -> float:
    """Return the share of the places of all batches that hold a token, and do not only fill."""
    if ready.plan.packing == "packed" and in_one_row(ready.model):
        return 1.0
    lengths = ready.prepared.examples.lengths
    held = filled = 0
    for batch in ready.plan.batches:
        sizes = [int(np.sum(lengths[row])) for row in batch]
        held += sum(sizes)
        filled += len(sizes) * max(sizes)
    return held / max(1, filled)
