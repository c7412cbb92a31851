"""Which files are read, in which order: paths, folders, globs and standard input to sources."""

from __future__ import annotations

import glob
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from curate.core.command.words import path_word
from curate.core.read.fault import shown
from curate.core.run.errors import InputError
from curate.core.run.given import UNSET, require_some
from curate.core.write.manifest import MANIFEST, manifest_of

STDIN = "-"
_ROWS_OF_RUNS = ("train.jsonl", "predictions.jsonl")
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


@dataclass(frozen=True)
class Wanted:
    """What the user named: a path, folder, glob or ``-``, with what is special about it."""

    path: str
    layout: str | None = None  # None: detected from the first rows
    fields: Mapping[str, str] = field(default_factory=dict)  # ours -> theirs: {"prompt": "question"}


@dataclass(frozen=True)
class Source:
    """One file to read. ``name`` is what the ledger calls it: its path as given, with forward slashes."""

    index: int
    name: str
    path: Path
    layout: str | None = None
    fields: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_stdin(self) -> bool:
        """Say whether the rows come from standard input."""
        return self.name == STDIN

    @property
    def kind(self) -> str:
        """Return the ending that says how the file is read, in whatever case: jsonl, json or parquet."""
        bare = self.name.lower().removesuffix(".gz").removesuffix(".zst")
        return {".json": "json", ".parquet": "parquet"}.get(Path(bare).suffix, "jsonl")


def find_sources(
    wanted: Sequence[Wanted], base: Path, priority: Sequence[str] = (), *, any_name: bool = False
) -> list[Source]:
    """Return the sources in their order: by path, those that ``priority`` matches first, each file once.

    Relative paths are relative to ``base``. With ``any_name`` a name may be what no file of ours can hold.

    Raises:
        InputError: nothing is named, a path is empty or does not exist, its name is no UTF-8, a glob matches nothing,
            or a folder cannot be listed or holds no data.
    """
    require_some(wanted)
    found: dict[Path | str, tuple[str, Wanted]] = {}
    for one in wanted:
        for name in _expand(one.path, base):
            if not any_name:
                require_utf8(name)
            key = STDIN if name == STDIN else (base / name).resolve()
            if key not in found or name < found[key][0]:  # the name must not follow the order of the arguments
                found[key] = (name, one)
    rank = _ranks(priority, base)
    ordered = sorted(found.items(), key=lambda item: (rank(item[0]), item[1][0]))
    return [
        Source(index, name, Path(STDIN) if name == STDIN else base / name, one.layout, one.fields)
        for index, (_, (name, one)) in enumerate(ordered)
    ]


def require_utf8(name: str) -> None:
    """Refuse the name of a file that no manifest and no ledger can hold.

    Raises:
        InputError: the name is no UTF-8.
    """
    if not is_utf8(name):
        raise InputError(f"the name of the file {shown(name)} is no UTF-8", hint="rename it, or its folder")


def is_utf8(name: str) -> bool:
    """Say whether the name of a file, as Python has it, is UTF-8."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _expand(path: str, base: Path) -> list[str]:
    """Return the files that one path, folder or glob stands for, named as the user would type them."""
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
        matches = sorted(glob.glob(path, root_dir=base, recursive=True))  # noqa: PTH207 - Path.glob takes no absolute pattern
        for match in matches:
            if Path(match).name == MANIFEST:  # and with it all else that a run wrote
                _refuse_run((base / match).parent, Path(match).parent.as_posix(), path)
        names = [Path(match).as_posix() for match in matches if (base / match).is_file()]
        if names:
            return names
        raise InputError(f"no file matches {path!r}", hint=f"the pattern is relative to {base}; quote it in a shell")
    raise InputError(f"there is no file {path!r}", hint=_what_is_there(place))


def _in_folder(path: str, place: Path) -> list[str]:
    problems: list[OSError] = []
    names: list[str] = []
    for folder, inner, files in os.walk(place, onerror=problems.append):
        _refuse_run(Path(folder), (Path(path) / Path(folder).relative_to(place)).as_posix(), path)
        inner[:] = [name for name in inner if not name.startswith(".")]  # hidden, as for a glob
        here = Path(path) / Path(folder).relative_to(place)
        names += [
            (here / name).as_posix() for name in files if name.lower().endswith(ENDINGS) and not name.startswith(".")
        ]
    if problems:
        raise InputError(f"the folder {path!r} cannot be listed: {problems[0].strerror}", hint="check its permissions")
    if not names:
        raise InputError(f"the folder {path!r} holds no data files", hint=f"looked for {', '.join(ENDINGS)}")
    return sorted(names)


def _refuse_run(folder: Path, name: str, named: str) -> None:
    """Refuse a folder that a run of ours wrote: its ledger and its manifest are no rows, and its rows came from others.

    Raises:
        InputError: it is one; ``name`` is how it is called, ``named`` what the user named, it or what it lies in.
    """
    if manifest_of(folder) is None:
        return
    rows = next((f"{name}/{one}" for one in _ROWS_OF_RUNS if (folder / one).is_file()), None)
    hint = "name files, not the folder" if rows is None else f"name its rows: {path_word(rows)}"
    if Path(name) != Path(named):
        hint = f"name the files of {path_word(named)} that are rows, or move the run out of it"
    raise InputError(f"the folder {name!r} was written by a run: not all in it are rows", hint=hint)


def _what_is_there(place: Path) -> str:
    if not place.parent.is_dir():
        return f"there is no folder {place.parent} either"
    beside = sorted(other.name for other in place.parent.iterdir() if other.name.lower().endswith(ENDINGS))
    return f"beside it there is: {', '.join(beside[:5])}" if beside else "no data file is beside it"


def _ranks(priority: Sequence[str], base: Path):  # type: ignore[no-untyped-def]  # a closure over the table
    """Return a function that gives a file's place in ``[input] priority``; files not named there come last."""
    ranks: dict[Path | str, int] = {}
    for rank, pattern in enumerate(priority):
        for name in _expand(pattern, base):
            ranks.setdefault(STDIN if name == STDIN else (base / name).resolve(), rank)
    return lambda key: ranks.get(key, len(priority))
