"""The loop: steps that can be found again by their number, evaluations between them, and an end with a reason."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import torch

from train.config import TrainConfig
from train.examples import Examples
from train.loop.batch import in_one_row, make_batch, trained_of
from train.loop.checkpoint import Checkpoints
from train.loop.interrupts import Interrupts
from train.loop.loss import batch_loss, summed_loss
from train.loop.plan import Plan, Sequences, Step, batches_of, every
from train.loop.processes import Processes
from train.loop.schedule import learning_rate
from train.loop.state import State
from train.loop.watch import Stopped, watch_losses, watch_step, watch_suites
from train.model.place import SEEDS, Place

Measure = Callable[[Any], dict[str, float]]
Tell = Callable[[State], None]  # hears of each step, when its line of the log is whole


@dataclass
class Loop:
    """A model, its rows, and the steps that it shall make."""

    config: TrainConfig
    model: Any
    place: Place
    plan: Plan
    examples: Examples
    validation: Examples | None
    checkpoints: Checkpoints
    processes: Processes
    measure: Measure  # the suites
    tell: Tell
    state: State = field(default_factory=State)
    seconds: list[tuple[int, float]] = field(default_factory=list)  # tokens and seconds of each step made here

    def __post_init__(self) -> None:
        self.trained = {name: one for name, one in self.model.named_parameters() if one.requires_grad}
        self.optimiser = make_optimiser(self.trained, self.config)

    @property
    def every(self) -> int:
        """Return how many steps there are from one evaluation to the next."""
        return every(self.config, len(self.plan.steps))

    @property
    def packed(self) -> bool:
        """Say whether rows stand in packs."""
        return self.plan.packing == "packed"

    def resume(self) -> int:
        """Go on from the last checkpoint, if there is one; return at which step."""
        self.state = self.checkpoints.load(self.trained, self.optimiser)
        return self.state.step

    def run(self) -> Stopped:
        """Make the steps; return why they ended. The model then has its best weights.

        Raises:
            KeyboardInterrupt: it was asked to stop; a checkpoint is written.
            OutputError: the disk is full.
        """
        state = self.state
        with Interrupts() as interrupts:
            while True:
                if self._due():
                    self._evaluate()
                stopped = self._verdict()
                if stopped is None and state.step < len(self.plan.steps):
                    stopped = self._step(self.plan.steps[state.step])
                    self.tell(state)
                elif stopped is None:
                    stopped = Stopped("steps_done", f"{state.step} steps are done", state.step)
                if self.processes.added(float(interrupts.asked))[0]:
                    self._save()
                    raise KeyboardInterrupt
                if stopped is not None:
                    break
        if state.best is not None and state.best != state.step:
            self.checkpoints.load_best(state.best, self.trained)
        return stopped

    def _due(self) -> bool:
        step = self.state.step
        if self.state.evaluated == step:
            return False
        return step % self.every == 0 or step == len(self.plan.steps)

    def _step(self, step: Step) -> Stopped | None:
        """Make one optimiser step; return what is wrong with it, in which case it is not made."""
        state, started = self.state, time.perf_counter()
        rate = learning_rate(self.config.training, state.step, len(self.plan.steps))
        for group in self.optimiser.param_groups:
            group["lr"] = rate
        torch.manual_seed(_draw(self.config.seed, state.step, self.processes.rank))
        count = sum(trained_of(self.examples, one) for one in step.batches)
        loss, seen = self._backward(self.processes.share(step.batches), max(1, count))
        self.processes.add_gradients(self.trained.values())
        loss, tokens = self.processes.added(loss, seen)
        clip = self.config.training.clip
        norm = float(torch.nn.utils.clip_grad_norm_(list(self.trained.values()), clip or float("inf")))
        wrong = watch_step(state.step + 1, loss / max(1, count), norm)
        if wrong is None:
            self.optimiser.step()
        self.optimiser.zero_grad(set_to_none=True)
        if wrong is not None:
            return wrong
        self.seconds.append((int(tokens), time.perf_counter() - started))
        state.step += 1
        state.tokens += int(tokens)
        state.trained += count
        state.line().update(
            epoch=step.epoch, loss=loss / count, learning_rate=rate, grad_norm=norm, tokens=state.tokens
        )
        return None

    def _backward(self, batches: list[Sequences], count: int) -> tuple[float, int]:
        """Add up the gradients of this process's batches; return their summed loss and tokens."""
        self.model.train()
        loss, seen, flat = 0.0, 0, in_one_row(self.model)
        for sequences in batches:
            batch = make_batch(self.examples, sequences, packed=self.packed, device=self.place.device, flat=flat)
            summed = batch_loss(self.model, batch, self.place)
            (summed / count).backward()  # by the tokens of the whole step: accumulation changes nothing
            loss += float(summed.detach())
            seen += batch.tokens
        return loss, seen

    def _evaluate(self) -> None:
        """Measure, note, keep what is best, and write a checkpoint."""
        state = self.state
        if self.validation is not None:
            loss = self._validation_loss(self.validation)
            state.line()["eval_loss"] = loss
            state.losses.append((state.step, loss))
        shares = self.processes.told(self.measure(self.model) if self.processes.first else None)
        if shares:
            state.line()["suites"] = shares
            state.suites = state.suites or shares
        if state.step and self._is_best():
            state.best = state.step
            if self.processes.first:
                self.checkpoints.keep_best(state.step, self.trained)
        state.evaluated = state.step
        if state.step:
            self._save()

    def _is_best(self) -> bool:
        """Say whether the weights just measured are the best so far: those that have forgotten too much are not."""
        if self._forgotten() is not None:
            return False
        tuned = [loss for step, loss in self.state.losses if step]
        if not tuned:  # nothing is measured but suites, if they are
            return self.config.evaluation.stop_on_regression is not None
        return tuned[-1] == min(tuned)

    def _forgotten(self) -> Stopped | None:
        state = self.state
        shares = state.line().get("suites", {})
        return watch_suites(state.step, state.suites, shares, self.config.evaluation.stop_on_regression)

    def _verdict(self) -> Stopped | None:
        """Return why the run ends at the evaluation that was just made, here or before it was stopped there."""
        if self.state.evaluated != self.state.step:
            return None
        return self._forgotten() or watch_losses(self.state.losses, self.config.evaluation)

    def _validation_loss(self, validation: Examples) -> float:
        config = self.config
        batches = batches_of(
            validation.lengths, config.training, self.plan.packing, config.data.max_tokens, config.seed, 0
        )
        total, count = summed_loss(
            self.model, validation, self.processes.share(batches), packed=self.packed, place=self.place
        )
        loss, tokens = self.processes.added(total, count)
        return loss / max(1, tokens)

    def _save(self) -> None:
        if self.processes.first:
            self.checkpoints.save(self.state, self.trained, self.optimiser)


def make_optimiser(trained: Mapping[str, Any], config: TrainConfig) -> Any:
    """Return AdamW over the trained parameters; matrices decay, vectors do not."""
    decay = config.training.weight_decay
    groups = [
        {"params": [one for one in trained.values() if one.ndim >= 2], "weight_decay": decay},
        {"params": [one for one in trained.values() if one.ndim < 2], "weight_decay": 0.0},
    ]
    return torch.optim.AdamW([group for group in groups if group["params"]], lr=config.training.learning_rate)


def _draw(seed: int, step: int, rank: int) -> int:
    """Return the seed of a step's dropout: a run that goes on draws as one that was never stopped."""
    return ((seed * 1_000_003 + step) * 4_099 + rank) % SEEDS
