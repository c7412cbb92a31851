"""Files that must stay unseen: which they are, and their rows, which a run compares with its own and never writes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl

from curate.check.codes import CODES
from curate.check.judge import Judge
from curate.core.command.words import path_word
from curate.core.read.build import Builder
from curate.core.read.lines import BLOCK_BYTES, READ_BYTES, SCANNED_BYTES
from curate.core.read.records import read_records
from curate.core.read.rows import Seen
from curate.core.read.source import Source, Wanted, find_sources
from curate.core.run.errors import ConfigError, InputError
from curate.leaks.keys import PROTECTED
from curate.native.gather import native_gatherer
from curate.steps.step import SetStep, Step

LEAKS = "leaks"


def with_leaks(
    listed: list[dict[str, Any]], known: Mapping[str, type[Step]], *, protects: bool
) -> list[dict[str, Any]]:
    """Return the list of steps with the one that looks for leaks, before the first that compares rows.

    Raises:
        ConfigError: it is listed, and nothing is protected.
    """
    uses = [str(step.get("use", "")) for step in listed]
    if not protects:
        if LEAKS in uses:
            raise ConfigError(
                "the step 'leaks' has nothing to hold rows against", hint="name files: --protect F, or [input] protect"
            )
        return listed
    if LEAKS in uses:
        return listed
    sets = (at for at, use in enumerate(uses) if use in known and issubclass(known[use], SetStep))
    first = next(sets, len(uses))
    return [*listed[:first], {"use": LEAKS}, *listed[first:]]


def find_protected(
    wanted: Sequence[Wanted], sources: Sequence[Source], base: Path
) -> tuple[list[Source], list[Source]]:
    """Return the sources that are read, and those that are protected, numbered after them.

    A file that is both is protected alone: the folder of the inputs may hold the test file too.

    Raises:
        InputError: a protected file is not there, or nothing else is left to read.
    """
    protected = find_sources(wanted, base)
    unseen = {source.path.resolve() for source in protected}
    if any(source.is_stdin for source in protected):
        raise ConfigError("standard input cannot be protected", hint="name a file")
    read = [source for source in sources if source.is_stdin or source.path.resolve() not in unseen]
    if not read:
        names = ", ".join(source.name for source in protected)
        raise ConfigError(
            f"nothing is left to read: every input is protected ({names})",
            hint="name other inputs: a file that is read and must stay unseen is both, and leaks whole",
        )
    read = [replace(source, index=index) for index, source in enumerate(read)]
    return read, [replace(source, index=len(read) + index) for index, source in enumerate(protected)]


def refuse_unreadable(protected: Sequence[Source], id_field: str = "id") -> None:
    """Look for one row in each protected file that can be read: before the work, not after it.

    A pipe is read once, and so not here.

    Raises:
        InputError: a file cannot be read, or not one of its rows can.
    """
    for source in protected:
        if source.path.is_file():
            blocks = readable_blocks(source, Seen(), id_field, block_bytes=READ_BYTES)
            next((block for block in blocks if len(block)), None)


def protected_blocks(source: Source, seen: Seen, id_field: str = "id") -> Iterator[pl.DataFrame]:
    """Yield the blocks of a protected file.

    Raises:
        InputError: it cannot be read, or not one of its rows can: it would protect nothing.
    """
    for block in readable_blocks(source, seen, id_field):
        yield block.with_columns(origin=pl.lit(PROTECTED))


def readable_blocks(
    source: Source, seen: Seen, id_field: str = "id", block_bytes: int = BLOCK_BYTES
) -> Iterator[pl.DataFrame]:
    """Yield the blocks of every row that can be read, whatever else is wrong with it.

    Raises:
        InputError: the source cannot be read, or not one of its rows can.
    """
    gatherer = native_gatherer(id_field)
    made = Builder(source.index, Judge(), _unreadable, lambda _: False, id_field, gatherer)
    readable = 0
    piece = READ_BYTES if gatherer is None else min(SCANNED_BYTES, block_bytes)
    for batch in read_records(source, seen, block_bytes=piece, scanner=gatherer):
        made.add(batch)
        if made.bytes >= block_bytes:
            block = made.block().filter(pl.col("messages").is_not_null())
            readable += len(block)
            yield block
    if made.rows:
        block = made.block().filter(pl.col("messages").is_not_null())
        readable += len(block)
        yield block
    if not readable:
        rows = f"none of its {seen.rows:,} rows can be read" if seen.rows else "it has no rows"
        raise InputError(
            f"{source.name} cannot be compared: {rows}", hint=f"see why: thresher check {path_word(source.name)}"
        )


def _unreadable(slug: str) -> bool:
    code = CODES[slug]
    return code.severity == "error" and code.code.startswith(("TH1", "TH2"))
