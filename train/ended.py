"""A folder that holds a training run that is whole: whether it is the one that is asked for, and how it ended."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson

from curate.core.run.errors import InputError
from curate.core.write.folder import sha256_of
from curate.core.write.manifest import MANIFEST, read_manifest
from train.config import AdapterTable, TrainConfig
from train.loop.checkpoint import changes
from train.loop.watch import Stopped
from train.model.parent import inherited

STATS = "stats.json"
_ELSEWHERE = "name another folder: --out DIR"


def ended_run(out: Path, config: TrainConfig, home: Path) -> tuple[dict[str, Any], Stopped] | None:
    """Return the statistics of the run that a folder holds, and why it ended; None where it holds none that is whole.

    Raises:
        InputError: it is of another command, or another run (its settings differ, or a file that it read has changed
            since), or it was damaged.
    """
    if not (out / MANIFEST).exists():
        return None
    manifest = read_manifest(out, ("train",), run="training run", hint=_ELSEWHERE)
    try:
        config = inherited(config, home)
    except InputError:  # the parent is gone since: of what it gave the run, the manifest is the witness
        config = config.model_copy(update={"adapter": _adapter_of(manifest, config)})
    try:
        changed = list(changes(_identity(manifest), _identity_now(manifest, config, home)))
        stats = dict(orjson.loads((out / STATS).read_bytes()))
        stopped = Stopped(**stats["stopped"])
    except (OSError, orjson.JSONDecodeError, KeyError, TypeError, ValueError) as error:
        raise InputError(f"{out} holds a run that was damaged: {error}", hint=_ELSEWHERE) from error
    if changed:
        raise InputError(
            f"{out} holds another run, which has ended", *changed, hint=f"take the change back, or {_ELSEWHERE}"
        )
    return stats, stopped


def _adapter_of(manifest: dict[str, Any], config: TrainConfig) -> AdapterTable:
    """Return the adapter that is asked for, what it leaves to its parent being as the run had it."""
    given = config.adapter.model_dump(exclude_unset=True)
    return AdapterTable.model_validate(manifest["config"]["adapter"] | given)


def _identity(manifest: dict[str, Any]) -> dict[str, Any]:
    return _told(manifest["config"]) | {"data files": {one["path"]: one["sha256"] for one in manifest["inputs"]}}


def _identity_now(manifest: dict[str, Any], config: TrainConfig, home: Path) -> dict[str, Any]:
    """Return the same of what is asked for; files that are gone since are taken to be as they were."""
    read = {one["path"]: (home / one["path"], one["sha256"]) for one in manifest["inputs"]}
    now = {name: sha256_of(path)[0] if path.is_file() else was for name, (path, was) in read.items()}
    return _told(config.model_dump(mode="json")) | {"data files": now}


def _told(config: dict[str, Any]) -> dict[str, Any]:
    watched = {name: value for name, value in config.get("evaluation", {}).items() if name != "patience"}
    return config | {"evaluation": watched}  # patience moves no step, and a run that it ended is whole
