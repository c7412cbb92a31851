"""Documents to passages: paragraphs that stand together, as long as a prompt bears."""

from __future__ import annotations

import glob
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from curate.core.run.errors import InputError

_PARAGRAPHS = re.compile(r"\n[ \t]*\n")
_SENTENCE_ENDS = re.compile(r"(?<=[.!?。！？])\s+")


class Passage(NamedTuple):
    """A piece of a document."""

    file: str  # as it was found, relative to the configuration
    number: int  # in the file, from 1
    text: str


def passages(files: Sequence[str], folder: Path, text_field: str, most: int, least: int) -> list[Passage]:
    """Return the passages of all files, in the order of their paths.

    Raises:
        InputError: nothing is there, or a file cannot be read.
    """
    found: list[Passage] = []
    read: set[Path] = set()
    for name in files:
        paths = _found(name, folder)
        if not paths:
            here = Path(name).is_absolute()
            raise InputError(
                f"no document is called {name!r}" if here else f"no document is called {name!r} in {folder}",
                hint="check the path" if here else "paths are relative to the configuration",
            )
        new = [path for path in paths if path.resolve() not in read]  # several patterns may fit one document
        read.update(path.resolve() for path in new)
        for path in new:
            shown = str(path.relative_to(folder)) if path.is_relative_to(folder) else path.name
            pieces = (piece for text in _texts(path, text_field) for piece in cut(text, most))
            kept = [piece for piece in pieces if len(piece) >= least]
            found += [Passage(shown, number, piece) for number, piece in enumerate(kept, 1)]
    if not found:
        raise InputError(f"no passage of the documents has {least:,} characters", hint="lower min_chars")
    return found


def _found(name: str, folder: Path) -> list[Path]:
    """Return the files that a path or a pattern stands for, in their order.

    Raises:
        InputError: the pattern is none.
    """
    try:
        if name and (folder / name).exists():  # whatever brackets it has
            return [folder / name]
        if Path(name).is_absolute():
            return sorted(map(Path, glob.glob(name, recursive=True)))  # noqa: PTH207 - Path.glob takes none
        return sorted(folder.glob(name))
    except (OSError, ValueError) as error:
        raise InputError(
            f"files: {name!r} is no pattern: {error}", hint='"**/*.md" stands for all of a folder'
        ) from error


def _texts(path: Path, text_field: str) -> Iterator[str]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"the document {path} cannot be read: {error}", hint="it is a text in UTF-8") from error
    if path.suffix != ".jsonl":
        yield text
        return
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            yield _field(path, number, line, text_field)


def _field(path: Path, number: int, line: str, name: str) -> str:
    try:
        record: Any = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise InputError(f"{path}:{number} is no JSON: {error}") from error
    text = record.get(name) if isinstance(record, dict) else None
    if not isinstance(text, str):
        raise InputError(f"{path}:{number} has no text in {name!r}", hint="text_field names the field")
    return text


def cut(text: str, most: int) -> Iterator[str]:
    """Yield pieces of at most so many characters: paragraphs together where they fit, else sentences, else words."""
    return _packed(_PARAGRAPHS.split(text.replace("\r\n", "\n")), most, "\n\n")


def _packed(parts: Sequence[str], most: int, joint: str) -> Iterator[str]:
    held = ""
    for part in map(str.strip, parts):
        if not part:
            continue
        if held and len(held) + len(joint) + len(part) > most:
            yield held
            held = ""
        if len(part) <= most:
            held = f"{held}{joint}{part}" if held else part
        elif joint == "\n\n":
            yield from _packed(_SENTENCE_ENDS.split(part), most, " ")
        else:
            yield from (part[start : start + most] for start in range(0, len(part), most))
    if held:
        yield held
