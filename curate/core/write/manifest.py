"""The manifest of a folder, by which a run of ours is known: whatever reads one reads it here.

A line of what one says, ``outputs`` and ``inputs`` being lists of files::

    {"thresher": "0.1.0", "command": "curate", "outputs": [{"path": "train.jsonl", "sha256": "9f86...", ...}], ...}
"""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import orjson

from curate.core.run.errors import InputError

MANIFEST = "manifest.json"
WORK = ".work"  # where a run makes its files, until it is finished
MARK = ".thresher"  # in the work folder, or in a folder without a manifest: whose it is, the command that made it
CURATION = ("curate", "augment")  # the commands whose runs have a ledger


def manifest_of(folder: Path) -> dict[str, Any] | None:
    """Return the manifest of a folder; None where no run of ours has finished there."""
    found = _found(folder, None)
    return found if isinstance(found, dict) else None


def is_ours(folder: Path) -> bool:
    """Say whether a folder holds the manifest of a finished run."""
    return manifest_of(folder) is not None


def is_unfinished(folder: Path) -> bool:
    """Say whether a folder has the mark of a run of ours, and no manifest: what lies there was made by halves."""
    return os.path.isfile(folder / WORK / MARK) and not is_ours(folder)  # noqa: PTH113 - Path's raises where it may not look


def read_manifest(
    folder: Path, commands: Collection[str] | None = None, *, run: str = "finished run", hint: str
) -> dict[str, Any]:
    """Return the manifest of a folder that has to hold one, of one of some commands or of any.

    Raises:
        InputError: it holds none; ``run`` is what was looked for, ``hint`` what to do.
    """
    found = _found(folder, commands)
    if isinstance(found, str):
        raise InputError(f"{folder} holds no {run}: {found}", hint=hint)
    return found


def read_curation(folder: Path, *, hint: str = "name the folder that thresher curate --out wrote") -> dict[str, Any]:
    """Return the manifest of a finished curation run.

    Raises:
        InputError: the folder holds none.
    """
    run = "finished curation run"
    found = read_manifest(folder, CURATION, run=run, hint=hint)
    if not isinstance(found.get("config"), dict):
        raise InputError(f"{folder} holds no {run}: its {MANIFEST} has no config", hint=hint)
    return found


def files_in(manifest: Mapping[str, Any], part: str) -> list[dict[str, Any]]:
    """Return what a manifest says of the files in ``outputs`` or ``inputs``: each has ``path`` and ``sha256``."""
    told = manifest.get(part)
    return [one for one in told if _is_file(one)] if isinstance(told, list) else []


def _is_file(told: object) -> bool:
    return isinstance(told, dict) and all(isinstance(told.get(name), str) for name in ("path", "sha256"))


def _found(folder: Path, commands: Collection[str] | None) -> dict[str, Any] | str:
    """Return the manifest of a folder, or the reason why there is none of ours, or none of such a command."""
    try:
        told = orjson.loads((folder / MANIFEST).read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        return f"it has no {MANIFEST}"
    except OSError as error:
        return f"its {MANIFEST} cannot be read: {error.strerror}"
    except orjson.JSONDecodeError as error:
        return f"its {MANIFEST} is no JSON: {error}"
    command = told.get("command") if isinstance(told, dict) else None
    if commands is not None and isinstance(command, str) and command not in commands:
        return f"its {MANIFEST} is of {command!r}"
    if not isinstance(told, dict) or "thresher" not in told or (commands is not None and command not in commands):
        return f"its {MANIFEST} is not of a run of ours"
    return told
