"""One step that is made and thrown away: what it keeps in memory, and how long it takes."""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Sequence
from typing import Any, NamedTuple

import torch

from train.examples import Examples
from train.loop.batch import in_one_row, make_batch, trained_of
from train.loop.loss import batch_loss
from train.loop.plan import Plan
from train.model.place import Place

_MOMENTS = 2  # of AdamW, as wide as what is trained


class Memory(NamedTuple):
    """Bytes by part, at the largest batch of the run."""

    weights: int
    adapter: int
    gradients: int
    optimiser: int
    activations: int

    @property
    def total(self) -> int:
        """Return their sum; what libraries and single operations hold for a moment is not in it."""
        return sum(self)


class Measured(NamedTuple):
    """What one batch took."""

    memory: Memory
    peak: int  # bytes that were held at most, with what libraries and single operations take, and the optimiser's
    tokens: int
    seconds: float  # forward and backward
    forward: float  # of them, without gradients

    def run_seconds(self, plan: Plan, examples: Examples, validation: int, evaluations: int) -> float:
        """Return how long a run takes at this speed, suites aside."""
        seen = sum(int(examples.lengths[at]) for batch in plan.batches for row in batch for at in row)
        return (seen * self.seconds + evaluations * validation * self.forward) / max(1, self.tokens)


def measure(model: Any, examples: Examples, plan: Plan, place: Place) -> Measured:
    """Return what the largest batch of a plan takes: its second pass, after one that warms up and is weighed."""
    batch = _largest(plan, examples)
    made = make_batch(examples, batch, packed=plan.packing == "packed", device=place.device, flat=in_one_row(model))
    count = max(1, trained_of(examples, batch))
    model.train()
    held = _Held(model)
    with torch.autograd.graph.saved_tensors_hooks(held.keep, lambda tensor: tensor):
        loss = batch_loss(model, made, place)
    kept = held.bytes
    del held  # from here on the graph alone holds what it saved, and lets it go on the way back
    (loss / count).backward()
    del loss
    started = _now(place)
    (batch_loss(model, made, place) / count).backward()
    seconds = _now(place) - started
    model.zero_grad(set_to_none=True)
    started = _now(place)
    with torch.no_grad():
        batch_loss(model, made, place)
    forward, memory = _now(place) - started, _memory(model, kept)
    return Measured(memory, _peak(place) + memory.optimiser, made.tokens, seconds, forward)


def _largest(plan: Plan, examples: Examples) -> Sequence[Sequence[int]]:
    """Return the batch with the most places, those that only fill among them."""
    lengths = examples.lengths

    def size(batch: Sequence[Sequence[int]]) -> int:
        return len(batch) * max(int(sum(lengths[at] for at in row)) for row in batch)

    return max(plan.batches, key=size)


class _Held:
    """Counts what the backward pass will want, each storage once, without the parameters that are there anyway."""

    def __init__(self, model: Any) -> None:
        self._seen = {one.untyped_storage().data_ptr() for one in (*model.parameters(), *model.buffers())}
        self._alive: list[Any] = []  # held until the pass is over: a freed storage's address may be another's
        self.bytes = 0

    def keep(self, tensor: Any) -> Any:
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in self._seen:
            self._seen.add(storage.data_ptr())
            self._alive.append(storage)
            self.bytes += storage.nbytes()
        return tensor


def _memory(model: Any, activations: int) -> Memory:
    parameters = list(model.parameters())
    trained = sum(one.numel() * one.element_size() for one in parameters if one.requires_grad)
    frozen = sum(one.numel() * one.element_size() for one in parameters if not one.requires_grad)
    buffers = sum(one.numel() * one.element_size() for one in model.buffers())
    is_full = frozen == 0
    weights = (trained if is_full else frozen) + buffers
    return Memory(weights, 0 if is_full else trained, trained, _MOMENTS * trained, activations)


def _peak(place: Place) -> int:
    """Return how many bytes were held at most so far: of a GPU, or of this process."""
    if place.device.startswith("cuda"):
        return int(torch.cuda.max_memory_allocated(place.device))
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def _now(place: Place) -> float:
    if place.device.startswith("cuda"):
        torch.cuda.synchronize(place.device)
    return time.perf_counter()
