"""Where a run computes, and in which numbers."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import torch

from curate.core.run.errors import ConfigError
from train.config import TrainConfig

SEEDS = 2**64  # as many as torch takes
_KINDS = ("cpu", "cuda", "mps", "xpu")  # meta has no numbers, and others no kernels


class Place(NamedTuple):
    """A device and the number type of the frozen weights."""

    device: str
    dtype: str  # float32 or bfloat16
    autocast: bool  # weights stay float32 and steps reckon in bfloat16: a full fine-tuning needs their last bits

    @property
    def name(self) -> str:
        """Return what the device calls itself."""
        if self.device.startswith("cuda"):
            return str(torch.cuda.get_device_name(self.device))
        return platform.processor() or platform.machine()

    def reckoning(self) -> Any:
        """Return the context in which a forward pass runs."""
        kind = self.device.partition(":")[0]
        return torch.autocast(kind, dtype=torch.bfloat16, enabled=self.autocast)

    @contextmanager
    def fitting(self) -> Iterator[None]:
        """Tell a memory that is too small as what to change.

        Raises:
            ConfigError: it is.
        """
        try:
            yield
        except torch.OutOfMemoryError as error:
            raise ConfigError(
                f"a batch does not fit into the memory of {self.device}",
                hint="batch_rows or batch_tokens lower with more accumulation, checkpointing = true, or [quantisation]",
            ) from error


def choose_place(config: TrainConfig) -> Place:
    """Return where the run of a configuration computes; under ``accelerate launch`` each process has its own GPU.

    Raises:
        ConfigError: the device is not there, or does not know the numbers.
    """
    table = config.model
    device = table.device or ("cuda" if torch.cuda.is_available() else "cpu")
    if device == "cuda" and "LOCAL_RANK" in os.environ:
        device = f"cuda:{os.environ['LOCAL_RANK']}"
    if not _is_here(device):
        raise ConfigError(f"there is no device {device!r} here", hint='device = "cpu" in [model]')
    knows = device.startswith("cuda") and torch.cuda.is_bf16_supported()
    dtype = ("bfloat16" if knows else "float32") if table.dtype == "auto" else table.dtype
    full = config.adapter.kind == "full"
    return Place(device, "float32" if full else dtype, full and dtype == "bfloat16")


def _is_here(device: str) -> bool:
    if device.partition(":")[0] not in _KINDS:
        return False
    try:
        torch.zeros(1, device=device)
    except (RuntimeError, AssertionError):  # what torch says that was built without such devices
        return False
    return True
