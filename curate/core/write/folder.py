"""An output folder that is whole or says that it is not: locked, filled in ``.work``, its manifest written last."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import re
import shutil
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from curate.core.run.canonical import write_json
from curate.core.run.errors import OutputError
from curate.core.write.manifest import MANIFEST, MARK, WORK, is_ours, manifest_of


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
        self.remove(name for name in own if name not in names)
        for name in names:
            self.file(name).replace(self.path / name)

    def remove(self, names: Iterable[str]) -> None:
        """Remove what an older run wrote, so that it is not taken for this one's if this one fails."""
        for name in names:
            (self.path / name).unlink(missing_ok=True)

    def finish(self, manifest: dict[str, Any]) -> None:
        """Write the manifest, whose presence says that the folder is whole, and remove the work folder."""
        write_json(self.work / MANIFEST, manifest)
        (self.work / MANIFEST).replace(self.path / MANIFEST)
        shutil.rmtree(self.work, ignore_errors=True)

    def clear(self) -> None:
        """Remove what was made in the work folder; the mark, by which it is ours, stays."""
        for entry in self.work.iterdir():
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry)
            elif entry.name != MARK:
                entry.unlink()

    def abandon(self) -> None:
        """Remove what was made; the mark goes too, unless it says of an older run's files that they are ours."""
        if not self.work.is_dir():
            return  # it was finished
        self.clear()
        if [entry.name for entry in self.path.iterdir()] == [WORK]:
            shutil.rmtree(self.work, ignore_errors=True)


@contextmanager
def output_folder(
    path: Path,
    command: str,
    *,
    also: Collection[str] = (),
    beside: Collection[str] | None = None,
    meanwhile: Mapping[str, Any] | None = None,
) -> Iterator[OutputFolder]:
    """Lock a folder for one run of a command, empty its work folder and remove its old manifest.

    The folder is absent, empty, or of a run, finished or stopped, of ``command`` or of one of ``also``. ``beside``
    names the files of a run that may go into a folder of others: then that folder holds none of these, and no manifest.
    ``meanwhile`` is the manifest of what lies in the folder and stays as it is, whatever becomes of the run. A run that
    fails before it made anything leaves no trace in a folder that held none of ours.

    Raises:
        OutputError: the folder is not ours, another run has it, it cannot be written, or the disk is full.
    """
    ours = _refuse_foreign(path, (command, *also), beside)
    before = {entry.name for entry in path.iterdir()} if path.is_dir() else None
    with _locked(path):
        folder = OutputFolder(path)
        with _no_trace(folder, before, ours=ours), _full_disk_explained(folder):
            folder.work.mkdir(exist_ok=True)
            (folder.work / MARK).write_text(command, encoding="utf-8")
            if meanwhile is None:
                (path / MANIFEST).unlink(missing_ok=True)
            folder.clear()
            if meanwhile is not None:
                write_json(folder.work / MANIFEST, dict(meanwhile))
                (folder.work / MANIFEST).replace(path / MANIFEST)
            yield folder


@contextmanager
def marked_folder(path: Path, command: str, *, parts: Collection[str], files: Collection[str]) -> Iterator[None]:
    """Lock a folder in which a command lets others write, and mark it for good: no manifest says whose it is.

    Where the mark was lost on the way, a folder is ours that holds nothing but ``parts``, folders of runs, and
    ``files`` beside at least one of them.

    Raises:
        OutputError: as `output_folder`.
    """
    held = {entry.name for entry in path.iterdir()} if path.is_dir() else set()
    if not (held <= {*parts, *files} and any(is_ours(path / name) for name in parts)):
        _refuse_foreign(path, (command,), None)
    with _locked(path):
        (path / MARK).write_text(command, encoding="utf-8")
        yield


@contextmanager
def _locked(path: Path) -> Iterator[None]:
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
        yield
    finally:
        os.close(lock)


@contextmanager
def _no_trace(folder: OutputFolder, before: set[str] | None, *, ours: bool) -> Iterator[None]:
    """Take our mark away again where a run fails that made nothing: other files in the folder would pass for ours."""
    try:
        yield
    except BaseException:
        held = {entry.name for entry in folder.path.iterdir()}
        new = held - {WORK} - (before or set())
        if not ours and not new and WORK in held and {entry.name for entry in folder.work.iterdir()} <= {MARK}:
            shutil.rmtree(folder.work, ignore_errors=True)
            if before is None:
                folder.path.rmdir()
        raise


@contextmanager
def _full_disk_explained(folder: OutputFolder) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if _number(error) not in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise
        folder.abandon()
        problem = f"the disk is full: {folder.path} could not be written"
        raise OutputError(
            problem, hint="free some space (about 4 times the input) and run again; no output is left half"
        ) from error


def _number(error: OSError) -> int | None:
    """Return the error's number; Polars has it in the message alone."""
    found = re.search(r"\(os error (\d+)\)", str(error))
    return int(found.group(1)) if error.errno is None and found else error.errno


def _refuse_foreign(path: Path, commands: tuple[str, ...], beside: Collection[str] | None) -> bool:
    """Refuse a folder that holds what no run of ours wrote, or another command's run; say if one of ours is there."""
    if not path.exists():
        return False
    if not path.is_dir():
        raise OutputError(f"{path} is a file", hint="--out takes a folder")
    entries = {entry.name for entry in path.iterdir()}
    manifest = manifest_of(path)
    wrote = _marked(path) if manifest is None else str(manifest.get("command") or "")
    if wrote is not None and (manifest is not None or MANIFEST not in entries):
        if wrote and wrote not in commands:
            raise OutputError(
                f"{path} holds a run of thresher {wrote}, which thresher {commands[0]} would write over",
                hint="name another folder: --out DIR",
            )
        return True
    if entries == {WORK} or _is_empty(path / WORK):
        entries.discard(WORK)  # killed before it was marked
    theirs = entries if beside is None else entries & {MANIFEST, WORK, *beside}
    if theirs:
        some = ", ".join(sorted(theirs)[:3])
        raise OutputError(f"{path} holds files that no run of ours wrote ({some})", hint="name a new or empty folder")
    return False


def _marked(path: Path) -> str | None:
    """Return the command whose mark a folder has, empty where it had no time to say which; None: no mark."""
    for mark in (path / WORK / MARK, path / MARK):
        with suppress(OSError, UnicodeDecodeError):
            return mark.read_text(encoding="utf-8")
    return None


def _is_empty(path: Path) -> bool:
    return path.is_dir() and not any(path.iterdir())


def sha256_of(path: Path) -> tuple[str, int]:
    """Return the hash of a file, in hex, and its bytes."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while data := stream.read(1 << 20):
            digest.update(data)
        return digest.hexdigest(), stream.tell()
