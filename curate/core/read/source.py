"""Which files are read, in which order: paths, folders, globs and standard input to sources."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from curate.core.read.expand import STDIN, expand
from curate.core.read.fault import shown
from curate.core.run.errors import InputError
from curate.core.run.given import require_some


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
            or a folder cannot be listed, holds no data, or was written by a run.
    """
    require_some(wanted)
    found: dict[Path | str, tuple[str, Wanted]] = {}
    for one in wanted:
        for name in expand(one.path, base):
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


def _ranks(priority: Sequence[str], base: Path):  # type: ignore[no-untyped-def]  # a closure over the table
    """Return a function that gives a file's place in ``[input] priority``; files not named there come last."""
    ranks: dict[Path | str, int] = {}
    for rank, pattern in enumerate(priority):
        for name in expand(pattern, base):
            ranks.setdefault(STDIN if name == STDIN else (base / name).resolve(), rank)
    return lambda key: ranks.get(key, len(priority))
