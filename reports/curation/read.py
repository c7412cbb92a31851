"""A folder to a run: its manifest and its stats, checked before a word is written about them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import orjson
from pydantic import BaseModel, ValidationError

from curate.core.run.canonical import SCHEMA_VERSION
from curate.core.run.errors import InputError
from curate.core.write.folder import MANIFEST
from reports.curation.files import Manifest, Stats
from reports.curation.made import Asking, Durations
from reports.curation.whole import missing_of

STATS, VIEW = "stats.json", "run.json"
COMMANDS = ("curate", "augment")
AGAIN = "run `thresher curate ... --out DIR` again, then report it"
M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True)
class Run:
    """A finished curation run; ``sha256`` is its manifest's, which names every byte of it."""

    folder: Path
    manifest: Manifest
    stats: Stats
    sha256: str
    chat: dict[str, Asking]  # by the table of the configuration; nothing where no model was asked
    missing: tuple[str, ...] = ()  # outputs that are not in the folder any more

    @property
    def protects(self) -> bool:
        """Say whether files were named that must stay unseen."""
        return any(one.protected for one in self.manifest.inputs)

    def looked(self, step: str) -> bool:
        """Say whether a step was part of the run."""
        return any(stage.step == step for stage in self.stats.flow)


def read_run(folder: Path) -> Run:
    """Return the run of a folder.

    Raises:
        InputError: it is no folder of a finished curation run, or a file of it was changed.
    """
    if not folder.is_dir():
        raise InputError(f"there is no folder {str(folder)!r}", hint="name the --out folder of a curation run")
    data = _bytes(folder / MANIFEST)
    if data is None:
        raise InputError(
            f"{folder} holds no {MANIFEST}: no run of ours has finished there",
            hint=f"name the --out folder of a run, or {AGAIN}",
        )
    loose = _value(folder / MANIFEST, data)
    command = loose.get("command") if isinstance(loose, dict) else None
    if command not in COMMANDS:
        known = f"is of {command!r}" if isinstance(command, str) else "is not of a run of ours"
        raise InputError(f"{folder / MANIFEST} {known}; reports are made of curation runs", hint=AGAIN)
    manifest = _model(folder / MANIFEST, Manifest, loose)
    stats = _bytes(folder / STATS)
    if stats is None:
        raise InputError(f"{folder} holds no {STATS}", hint=AGAIN)
    listed = {output.path: output.sha256 for output in manifest.outputs}
    if listed.get(STATS) != hashlib.sha256(stats).hexdigest():
        raise InputError(f"{folder / STATS} is not the file that {MANIFEST} lists: it was changed", hint=AGAIN)
    missing = missing_of(folder, manifest.outputs, AGAIN)
    whole = _model(folder / STATS, Stats, _value(folder / STATS, stats))
    chat = _model(folder / VIEW, Durations, _value(folder / VIEW, view)).chat if (view := _bytes(folder / VIEW)) else {}
    return Run(folder, manifest, whole, hashlib.sha256(data).hexdigest(), chat, missing)


def _bytes(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def _value(path: Path, data: bytes) -> object:
    try:
        value: object = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise InputError(f"{path} is no JSON: {error}", hint=AGAIN) from error
    return value


def _model(path: Path, model: type[M], value: object) -> M:
    version = value.get("schema_version") if isinstance(value, dict) else None
    if version != SCHEMA_VERSION:
        raise InputError(f"{path} has schema_version {version!r}; this version reads {SCHEMA_VERSION}", hint=AGAIN)
    try:
        return model.model_validate(value)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise InputError(f"{path}: {place}: {first['msg']}", hint=AGAIN) from error
