"""An output folder that is whole or says that it is not: locked, filled in ``.work``, its manifest written last."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import re
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson

from curate.core.run.canonical import write_json
from curate.core.run.errors import OutputError

MANIFEST = "manifest.json"
WORK = ".work"


class OutputFolder:
    """A folder that one run writes. Files are made in ``work`` and published together."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.work = path / WORK

    def file(self, name: str) -> Path:
        """Return where a file is made before it is published."""
        return self.work / name

    def publish(self, names: Iterable[str], own: Iterable[str]) -> None:
        """Move finished files into the folder, and remove files of an older run (of those called ``own``)."""
        names = list(names)
        for name in names:
            with self.file(name).open("rb") as made:
                os.fsync(made.fileno())
        for name in own:
            if name not in names:
                (self.path / name).unlink(missing_ok=True)
        for name in names:
            self.file(name).replace(self.path / name)

    def finish(self, manifest: dict[str, Any]) -> None:
        """Write the manifest, whose presence says that the folder is whole, and remove the work folder."""
        write_json(self.work / MANIFEST, manifest)
        (self.work / MANIFEST).replace(self.path / MANIFEST)
        shutil.rmtree(self.work, ignore_errors=True)


@contextmanager
def output_folder(path: Path) -> Iterator[OutputFolder]:
    """Lock a folder for one run, empty its work folder and remove its old manifest.

    Raises:
        OutputError: the folder is not ours, another run has it, it cannot be written, or the disk is full.
    """
    _refuse_foreign(path)
    try:
        path.mkdir(parents=True, exist_ok=True)
        lock = os.open(path, os.O_RDONLY)
    except OSError as error:
        raise OutputError(
            f"{path} cannot be written: {error.strerror}", hint="name another folder: --out DIR"
        ) from error
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise OutputError(f"another run is writing {path}", hint="wait for it, or name another folder") from None
        folder = OutputFolder(path)
        with _full_disk_explained(folder):
            folder.work.mkdir(exist_ok=True)
            (path / MANIFEST).unlink(missing_ok=True)
            _empty(folder.work)
            yield folder
    finally:
        os.close(lock)


@contextmanager
def _full_disk_explained(folder: OutputFolder) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if _number(error) not in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise
        shutil.rmtree(folder.work, ignore_errors=True)
        problem = f"the disk is full: {folder.path} could not be written"
        raise OutputError(
            problem, hint="free some space (about 4 times the input) and run again; no output is left half"
        ) from error


def _number(error: OSError) -> int | None:
    """Return the error's number; Polars has it in the message alone."""
    found = re.search(r"\(os error (\d+)\)", str(error))
    return int(found.group(1)) if error.errno is None and found else error.errno


def _empty(folder: Path) -> None:
    for entry in folder.iterdir():
        if entry.is_dir():
            shutil.rmtree(entry)
        else:
            entry.unlink()


def _refuse_foreign(path: Path) -> None:
    """Refuse a folder that holds something and was not written by a run."""
    if not path.exists():
        return
    if not path.is_dir():
        raise OutputError(f"{path} is a file", hint="--out takes a folder")
    entries = {entry.name for entry in path.iterdir()}
    if not entries or WORK in entries or is_ours(path):
        return
    some = ", ".join(sorted(entries)[:3])
    raise OutputError(f"{path} holds files that no run of ours wrote ({some})", hint="name a new or empty folder")


def is_ours(path: Path) -> bool:
    """Say whether a folder holds the manifest of a finished run."""
    try:
        manifest = orjson.loads((path / MANIFEST).read_bytes())
    except (OSError, orjson.JSONDecodeError):
        return False
    return isinstance(manifest, dict) and "thresher" in manifest


def sha256_of(path: Path) -> tuple[str, int]:
    """Return the hash of a file, in hex, and its bytes."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while data := stream.read(1 << 20):
            digest.update(data)
        return digest.hexdigest(), stream.tell()
