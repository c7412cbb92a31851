"""What a command reads, and what the manifest of a run lists, is not written over."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from curate.core.run.errors import OutputError
from curate.core.write.manifest import MANIFEST, files_in, manifest_of


def refuse_read_in(out: Path, read: Iterable[Path]) -> None:
    """Refuse to write a folder in which something lies that the run reads.

    Raises:
        OutputError: it would be written over, and the manifest would name what no longer is.
    """
    for one in read:
        if out.is_dir() and one.resolve().is_relative_to(out.resolve()):
            raise OutputError(
                f"{one} is read by this run and lies in {out}: it would be overwritten",
                hint="name another folder: --out DIR",
            )


def refuse_within(folder: Path | None, targets: Iterable[Path | None]) -> None:
    """Refuse to write anything into the folder of a run that is judged, however deep.

    Raises:
        OutputError: a target lies in it, or is the folder.
    """
    for target in targets:
        if folder is not None and target is not None and target.resolve().is_relative_to(folder.resolve()):
            raise OutputError(
                f"{target} lies in {folder}, the folder of a run that is judged: nothing is written there",
                hint="name a place beside it",
            )


def refuse_twice(targets: Iterable[Path | None]) -> None:
    """Refuse to write two files into one place: the second would be all that is left.

    Raises:
        OutputError: two targets are one file.
    """
    seen: set[Path] = set()
    for target in targets:
        if target is not None and (target.is_file() or not target.exists()):  # a terminal takes both
            if target.resolve() in seen:
                raise OutputError(f"{target} is named for two files: the second would overwrite the first")
            seen.add(target.resolve())


def refuse_target(target: Path, read: Iterable[Path | None] = ()) -> None:
    """Refuse to write a file that the command reads, or that is the manifest of a run or listed in one.

    Of a folder that is read, the files that its manifest says it was made of count as read too, where they are found
    from here. What is no plain file, as a terminal or a pipe, may be read and written.

    Raises:
        OutputError: it is such a file.
    """
    place = target.resolve()
    if place.is_file() and any(one.is_file() and one.samefile(place) for one in _files(read)):
        raise OutputError(f"{target} is read by this command: it would be overwritten", hint="name another file")
    for folder in place.parents:
        manifest = manifest_of(folder)
        if manifest is not None and place.relative_to(folder).as_posix() in (MANIFEST, *_paths(manifest, "outputs")):
            raise OutputError(
                f"{target} is a file of the run in {folder}: it would be overwritten", hint="name another file"
            )


def _files(read: Iterable[Path | None]) -> Iterator[Path]:
    for one in read:
        if one is None:
            continue
        yield one
        manifest = manifest_of(one)
        if manifest is not None:
            yield from (Path(path) for path in _paths(manifest, "inputs"))


def _paths(manifest: dict[str, Any], part: str) -> list[str]:
    return [one["path"] for one in files_in(manifest, part)]
