"""Notes of a run on whole files: what was noticed while they were read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from curate.core.command.words import path_word
from curate.core.read.rows import Seen
from curate.core.read.source import Source


def noticed(sources: Sequence[Source], seen: Sequence[Seen]) -> Iterator[str]:
    """Yield a note for each file in another encoding than UTF-8, and each name of a map that is in none of its rows."""
    for source, one in zip(sources, seen, strict=True):
        if one.encoding is not None:
            told = f"thresher check {path_word(source.name)} prints the command that converts it"
            yield f"{source.name} starts as {one.encoding.name} and not UTF-8: no row in that is read; {told}"
        if one.unmapped is not None:
            yield from (f"{source.name}: {told}" for told in one.unmapped.told())
