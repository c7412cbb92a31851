"""Checkpoints of a run: written beside the last one and renamed, so that there is always a whole one; no pickle."""

from __future__ import annotations

import errno
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import orjson
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from curate.core.run.canonical import write_json
from curate.core.run.errors import InputError, OutputError
from train.loop.state import State
from train.model.disk import told_as_os_error

CHECKPOINTS = "checkpoints"
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_MADE = "step-{:08d}"
_BEST = "best-{:08d}.safetensors"
_OURS = re.compile(r"step-\d{8}|best-\d{8}\.safetensors|\.new|\.best")


class Checkpoints:
    """The folder of a run's checkpoints: the last one, and the best weights."""

    def __init__(self, out: Path, identity: Mapping[str, Any]) -> None:
        self.path = out / CHECKPOINTS
        self._identity = dict(identity)  # of configuration, data and model: another run cannot go on from here

    @property
    def last(self) -> Path | None:
        """Return the newest whole checkpoint."""
        return max(self.path.glob("step-" + 8 * "[0-9]"), default=None, key=lambda one: one.name)

    @property
    def ours(self) -> bool:
        """Say whether the folder holds what a run of ours wrote, and nothing else: others call theirs so too."""
        found = list(self.path.iterdir()) if self.path.is_dir() else []
        return bool(found) and all(_OURS.fullmatch(one.name) for one in found)

    def save(self, state: State, trained: Mapping[str, Any], optimiser: Any) -> None:
        """Write a checkpoint, and let the one before it go.

        Raises:
            OutputError: the disk is full; the checkpoint before is kept.
        """
        made, final = self.path / ".new", self.path / _MADE.format(state.step)
        with self._full_disk_explained(made):
            shutil.rmtree(made, ignore_errors=True)
            made.mkdir(parents=True)
            save_file(_flat(trained, optimiser), made / "state.safetensors")
            write_json(made / "state.json", {"state": state.as_json(), "identity": self._identity})
            _settle(made)
            shutil.rmtree(final, ignore_errors=True)
            made.rename(final)
            for old in self.path.glob("step-*"):
                if old != final:
                    shutil.rmtree(old)
            for best in self.path.glob("best-*"):
                if state.best is None or best.name != _BEST.format(state.best):
                    best.unlink()

    def keep_best(self, step: int, trained: Mapping[str, Any]) -> None:
        """Write the weights of the best step so far; those before go with the next checkpoint.

        Raises:
            OutputError: the disk is full; what was there is kept.
        """
        made = self.path / ".best"
        with self._full_disk_explained(made):
            self.path.mkdir(parents=True, exist_ok=True)
            save_file(_copied(trained), made)
            made.rename(self.path / _BEST.format(step))

    def load(self, trained: Mapping[str, Any], optimiser: Any) -> State:
        """Set weights and optimiser to the last checkpoint, and return where the run stood.

        Raises:
            InputError: it is of another run, or cannot be read.
        """
        last = self.last
        if last is None:
            return State()
        try:
            told = orjson.loads((last / "state.json").read_bytes())
            state, identity = State.of(told["state"]), dict(told["identity"])
            numbers = load_file(last / "state.safetensors")
        except (OSError, orjson.JSONDecodeError, SafetensorError, KeyError, TypeError, ValueError) as error:
            raise InputError(f"{last} cannot be read: {error}", hint="remove it and start again") from error
        self._refuse_another(identity, last)
        _put(trained, {name.removesuffix("/weight"): one for name, one in numbers.items() if name.endswith("/weight")})
        _set_optimiser(optimiser, trained, numbers)
        return state

    def load_best(self, step: int, trained: Mapping[str, Any]) -> None:
        """Set the weights to those of the best step."""
        _put(trained, load_file(self.path / _BEST.format(step)))

    def remove(self) -> None:
        """Remove all that is ours: the run is done, and its result is written."""
        if self.ours:
            shutil.rmtree(self.path, ignore_errors=True)

    def _refuse_another(self, told: Mapping[str, Any], last: Path) -> None:
        changed = list(changes(told, self._identity))
        if changed:
            raise InputError(
                f"{last} is of another run", *changed, hint="take the change back, or name another folder: --out DIR"
            )

    @contextmanager
    def _full_disk_explained(self, made: Path) -> Iterator[None]:
        try:
            with told_as_os_error():
                yield
        except OSError as error:
            if error.errno not in _FULL:
                raise
            shutil.rmtree(made, ignore_errors=True)
            made.unlink(missing_ok=True)
            with suppress(OSError):  # it is not empty
                self.path.rmdir()
            kept = f"{self.last} is kept" if self.last else "there is no earlier one"
            raise OutputError(
                f"the disk is full: no checkpoint could be written into {self.path}", kept,
                hint="free some space, and run again with --resume",
            ) from error  # fmt: skip


def changes(before: Any, now: Any, name: str = "") -> Iterator[str]:
    """Yield what differs between two identities, by its path."""
    if isinstance(before, Mapping) and isinstance(now, Mapping):
        for key in sorted({**before, **now}):
            yield from changes(before.get(key), now.get(key), f"{name}.{key}" if name else key)
    elif before != now:
        yield f"{name} was {before}, is {now}"


def _copied(trained: Mapping[str, Any]) -> dict[str, Any]:
    return {name: one.detach().cpu().contiguous().clone() for name, one in trained.items()}


def _flat(trained: Mapping[str, Any], optimiser: Any) -> dict[str, Any]:
    """Return weights and moments under the names of the parameters."""
    flat = {}
    for name, one in trained.items():
        flat[f"{name}/weight"] = one.detach().cpu().contiguous().clone()
        for key, value in optimiser.state.get(one, {}).items():
            flat[f"{name}/{key}"] = value.detach().cpu().contiguous().clone()
    return flat


def _put(trained: Mapping[str, Any], values: Mapping[str, Any]) -> None:
    if trained.keys() != values.keys():
        raise InputError("the checkpoint is of another adapter", hint="remove it and start again")
    with torch.no_grad():
        for name, one in trained.items():
            one.copy_(values[name])


def _set_optimiser(optimiser: Any, trained: Mapping[str, Any], numbers: Mapping[str, Any]) -> None:
    for name, one in trained.items():
        held = {key.rpartition("/")[2]: value for key, value in numbers.items() if key.rpartition("/")[0] == name}
        held.pop("weight", None)
        if held:
            optimiser.state[one] = {key: v if key == "step" else v.to(one.device) for key, v in held.items()}


def _settle(folder: Path) -> None:
    """Have the files of a folder on the disk before it gets its name."""
    for path in folder.iterdir():
        with path.open("rb") as stream:
            os.fsync(stream.fileno())
