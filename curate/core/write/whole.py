"""One file, written whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from curate.core.run.errors import OutputError
from curate.core.write.spared import refuse_target


def write_whole(path: Path, content: bytes, hint: str) -> None:
    """Write a file that no run lists, whole or not at all; ``hint`` says what to do where it cannot be written.

    Raises:
        OutputError: it cannot be written, or a run lists it; what was there before stays.
    """
    refuse_target(path)
    replace_whole(path, content, hint)


def replace_whole(path: Path, content: bytes | Iterable[bytes], hint: str) -> None:
    """Write a file, maybe in pieces, beside itself and move it into place; a pipe or a terminal is written to as it is.

    Raises:
        OutputError: it cannot be written; what was there before stays.
    """
    if path.is_dir():
        raise OutputError(f"{path} cannot be written: it is a folder", hint=hint)
    place = path.resolve()
    try:
        if place.exists() and not place.is_file():
            _put(place, content)
        else:
            _replace(place, content)
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error.strerror}", hint=hint) from error


def _replace(place: Path, content: bytes | Iterable[bytes]) -> None:
    part = place.with_name(f".{place.name}.{os.getpid()}.part")
    try:
        _put(part, content)
        part.replace(place)
    finally:
        with suppress(OSError):  # on a file system that is read only, or full, the first error is the one to tell
            part.unlink(missing_ok=True)


def _put(path: Path, content: bytes | Iterable[bytes]) -> None:
    with path.open("wb") as file:
        file.writelines([content] if isinstance(content, bytes) else content)
