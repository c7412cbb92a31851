"""A folder to what its manifest says of where it comes from, whatever its command."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from curate.core.write.manifest import MANIFEST
from reports.files import open_folder

AGAIN = "run the command again, then report it"
AGAINS = ("make it again", "judge again", "score again")  # as pages call the command that makes a run again
_COMMANDS = {
    "curate": "thresher curate curate.toml --out NEW_DIR",
    "augment": "thresher augment augment.toml --out NEW_DIR",
    "train": "thresher train train.toml --out NEW_DIR",
}


class Hashed(NamedTuple):
    """A file by its hash."""

    path: str
    sha256: str


@dataclass(frozen=True)
class Origin:
    """A run: what it read and wrote, by which versions, and the command that makes it again."""

    anchor: str
    kind: str
    name: str
    command: str
    sha256: str  # of its manifest
    thresher: str
    versions: Mapping[str, str]
    inputs: tuple[Hashed, ...]
    outputs: tuple[Hashed, ...]


def origin_of(path: Path, anchor: str, kind: str, name: str, told: Mapping[str, str]) -> Origin:
    """Return the origin of a run's folder; ``told`` are the commands that its own page names.

    Raises:
        InputError: the folder has no manifest.
    """
    folder = open_folder(path, AGAIN)
    manifest = folder.manifest
    command = str(manifest.get("command", ""))
    return Origin(
        anchor,
        kind,
        name,
        next((told[name] for name in AGAINS if name in told), _COMMANDS.get(command, f"thresher {command}")),
        folder.sha256,
        str(manifest.get("thresher", "")),
        {str(key): str(value) for key, value in (manifest.get("versions") or {}).items()},
        tuple(_hashed(manifest, ("inputs", "evaluation_sets", "baselines"))),
        (Hashed(MANIFEST, folder.sha256), *_hashed(manifest, ("outputs",))),
    )


def _hashed(manifest: Mapping[str, Any], names: tuple[str, ...]) -> Iterator[Hashed]:
    """Yield the files of some lists, and of what stands inside them, once each."""
    seen = set()
    for name in names:
        for one in _entries(manifest.get(name)):
            if (file := Hashed(str(one.get("path", "")), str(one["sha256"]))) not in seen:
                seen.add(file)
                yield file


def _entries(value: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(value, dict):
        if isinstance(value.get("sha256"), str):
            yield value
        for inner in value.values():
            yield from _entries(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _entries(inner)
