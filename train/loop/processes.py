"""The processes of a run: one, or those that ``accelerate launch`` started, each with its share of every step."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any, TypeVar

import torch
from torch import distributed

T = TypeVar("T")


class Processes:
    """Which process this is, of how many; sums are over all of them, and the same in each to the last bit."""

    def __init__(self, device: str) -> None:
        self.count = int(os.environ.get("WORLD_SIZE", "1"))
        self.rank = int(os.environ.get("RANK", "0"))
        self._device = device
        if self.count > 1 and not distributed.is_initialized():
            if device.startswith("cuda"):
                torch.cuda.set_device(device)
            distributed.init_process_group("nccl" if device.startswith("cuda") else "gloo")

    @property
    def first(self) -> bool:
        """Say whether this process writes and speaks for all."""
        return self.rank == 0

    def share(self, things: list[T]) -> list[T]:
        """Return those of a list that are this process's own."""
        return things[self.rank :: self.count]

    def add_gradients(self, parameters: Iterable[Any]) -> None:
        """Make each gradient the sum of those of all processes; one that had no batch adds zeros."""
        if self.count == 1:
            return
        for one in parameters:
            if one.grad is None:
                one.grad = torch.zeros_like(one)
            distributed.all_reduce(one.grad)

    def added(self, *numbers: float) -> list[float]:
        """Return the sums of numbers over all processes."""
        if self.count == 1:
            return list(numbers)
        held = torch.tensor(numbers, dtype=torch.float64, device=self._device)
        distributed.all_reduce(held)
        return [float(one) for one in held.tolist()]

    def told(self, value: T | None) -> T:
        """Return what the first process has; the others wait for it."""
        held: list[Any] = [value]
        if self.count > 1:
            distributed.broadcast_object_list(held, src=0, device=torch.device(self._device))
        found: T = held[0]
        return found

    def close(self) -> None:
        """Leave the group."""
        if self.count > 1 and distributed.is_initialized():
            distributed.destroy_process_group()
