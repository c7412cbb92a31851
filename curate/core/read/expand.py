"""One path, folder or pattern to the files that it stands for; none of them is passed over in silence."""

from __future__ import annotations

import errno
import glob
import os
from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from curate.core.command.words import path_word
from curate.core.read.fault import shown
from curate.core.run.errors import InputError
from curate.core.run.given import UNSET
from curate.core.write.manifest import MANIFEST, files_in, is_unfinished, manifest_of

STDIN = "-"
ENDINGS = (
    ".jsonl",
    ".ndjson",
    ".json",
    ".jsonl.gz",
    ".jsonl.zst",
    ".ndjson.gz",
    ".ndjson.zst",
    ".json.gz",
    ".json.zst",
    ".parquet",
)
_NO_FOLDER = (errno.ENOENT, errno.ENOTDIR, errno.ELOOP)
_ROWS_OF_RUNS = ("train.jsonl", "predictions.jsonl", "validation.jsonl", "test.jsonl")


def expand(path: str, base: Path) -> list[str]:
    """Return the files that one path, folder or pattern stands for, named as the user would type them.

    Raises:
        InputError: the path is empty or leads nowhere, a folder cannot be listed, holds no data, or was written by a
            run.
    """
    if path == STDIN:
        return [STDIN]
    if not path:  # which joins to the base: all that lies there would be read
        raise InputError("the path of an input is empty", hint=UNSET)
    place = base / path
    try:
        if place.is_dir():
            return _in_folder(path, place)
        if place.exists():
            return [Path(path).as_posix()]
    except OSError as error:
        raise InputError(f"{shown(path)} cannot be looked at: {error.strerror}", hint="check the path") from error
    if glob.has_magic(path):
        return _matching(path, base)
    raise InputError(f"there is no file {path!r}", hint=_what_is_there(place))


def looked_through(path: str, base: Path) -> Path | None:
    """Return the folder whose folders a path stands for, now and when it is named again; None where it names files."""
    place = base / path
    if path == STDIN or place.is_file():
        return None
    if place.is_dir():
        return place.resolve()
    folders = Path(path).parts[:-1]
    first = next((number for number, part in enumerate(folders) if glob.has_magic(part)), None)
    return None if first is None else base.joinpath(*folders[:first]).resolve()


def _in_folder(path: str, place: Path) -> list[str]:
    problems: list[OSError] = []
    names: list[str] = []
    for folder, inner, files in os.walk(place, onerror=problems.append):
        here = Path(path) / Path(folder).relative_to(place)
        _refuse_run(Path(folder), here.as_posix(), path)
        inner[:] = [name for name in inner if not name.startswith(".")]  # hidden, as for a glob
        names += [
            (here / name).as_posix() for name in files if name.lower().endswith(ENDINGS) and not name.startswith(".")
        ]
    _refuse_unlisted(problems)
    if not names:
        raise InputError(f"the folder {path!r} holds no data files", hint=f"looked for {', '.join(ENDINGS)}")
    return sorted(names)


def _matching(pattern: str, base: Path) -> list[str]:
    matches = sorted(glob.glob(pattern, root_dir=base, recursive=True))  # noqa: PTH207 - Path.glob takes no absolute pattern
    _refuse_unlisted(_unlisted(pattern, base))
    names = [Path(match).as_posix() for match in matches if (base / match).is_file()]
    held: dict[Path, set[str]] = {}
    for path in map(Path, names):
        held.setdefault(path.parent, set()).add(path.name)
    for folder, files in sorted(held.items()):
        _refuse_run(base / folder, folder.as_posix(), pattern, files)
    if names:
        return names
    raise InputError(f"no file matches {pattern!r}", hint=f"the pattern is relative to {base}; quote it in a shell")


def _unlisted(pattern: str, base: Path) -> Iterator[OSError]:
    """Yield why folders that a pattern leads through cannot be looked into; a glob finds nothing there, and is silent.

    What is gone again, is no folder, or is a link that leads back for ever holds no other file.
    """
    parts = Path(pattern).parts
    first = next(number for number, part in enumerate(parts) if glob.has_magic(part))
    for number in range(first, len(parts)):
        if number and parts[number - 1] == "**":
            continue  # each of these folders was looked into
        above = os.path.join(*parts[:number]) if number else ""  # noqa: PTH118 - a pattern is no path
        for folder in glob.glob(above, root_dir=base, recursive=True) if above else [""]:  # noqa: PTH207 - as above
            problems: list[OSError] = []
            if glob.has_magic(parts[number]):
                _look_into(base / folder, problems, deep=parts[number] == "**")
            elif (base / folder).is_dir():
                _look_through(base / folder, problems)
            yield from (error for error in problems if error.errno not in _NO_FOLDER)


def _look_into(top: Path, problems: list[OSError], *, deep: bool) -> None:
    """Note why a folder cannot be listed, nor, where ``deep``, those in it, as a glob goes through them."""
    seen: set[tuple[int, int]] = set()
    for folder, inner, _ in os.walk(top, onerror=problems.append, followlinks=True):
        _look_through(folder, problems)
        inner[:] = [name for name in inner if deep and not name.startswith(".") and _is_new(seen, folder, name)]


def _look_through(folder: str | Path, problems: list[OSError]) -> None:
    """Note that what is in a folder cannot be looked at, though it may be listed."""
    if not os.access(folder, os.X_OK):
        problems.append(PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(folder)))


def _is_new(seen: set[tuple[int, int]], folder: str, name: str) -> bool:
    """Say whether a folder was not seen before, by this name or a link to it; then it is."""
    try:
        found = os.stat(f"{folder}/{name}")  # noqa: PTH116 - a path object for each of many folders is dear
    except OSError:
        return True  # the walk says why
    one = (found.st_dev, found.st_ino)
    known = one in seen
    seen.add(one)
    return not known


def _refuse_unlisted(problems: Iterable[OSError]) -> None:
    for error in problems:
        raise InputError(
            f"the folder {shown(str(error.filename), 400)} cannot be listed: {error.strerror}",
            hint="check its permissions, or name the files that are to be read: those in it would be missing",
        ) from error


def _refuse_run(folder: Path, name: str, named: str, files: Collection[str] = (MANIFEST,)) -> None:
    """Refuse a folder that a run of ours wrote: its ledger and its manifest are no rows, and its rows came from others.

    Of a finished run ``files`` may be read where all that the run wrote of them are rows, as clean-*/train.jsonl.

    Raises:
        InputError: it is one; ``name`` is how it is called, ``named`` what the user named, it or what it lies in.
    """
    manifest = manifest_of(folder)
    if manifest is None:
        if is_unfinished(folder):
            raise InputError(
                f"the folder {name!r} holds a run that was cut off: what is in it may be a part of its rows, or old",
                hint=f"finish or remove the run, or name the files of {path_word(named)} that are rows",
            )
        return
    wrote = {MANIFEST, *(one["path"] for one in files_in(manifest, "outputs"))}
    if not wrote.intersection(files).difference(_ROWS_OF_RUNS):
        return
    rows = next((f"{name}/{one}" for one in _ROWS_OF_RUNS if (folder / one).is_file()), None)
    hint = "name files, not the folder" if rows is None else f"name its rows: {path_word(rows)}"
    if Path(name) != Path(named):
        hint = f"name the files of {path_word(named)} that are rows, or move the run out of it"
    raise InputError(f"the folder {name!r} was written by a run: not all in it are rows", hint=hint)


def _what_is_there(place: Path) -> str:
    if not place.parent.is_dir():
        return f"there is no folder {place.parent} either"
    beside: list[str] = []
    with suppress(OSError):  # a folder that may be entered and not listed
        beside = sorted(other.name for other in place.parent.iterdir() if other.name.lower().endswith(ENDINGS))
    return f"beside it there is: {', '.join(beside[:5])}" if beside else "no data file is beside it"
