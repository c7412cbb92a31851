"""What clears rows faster than Python can look at them; the core knows only what it promises."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol

from curate.core.read.lines import Span

if TYPE_CHECKING:
    import polars as pl  # check does not load it


class Clean(Protocol):
    """Rows of a piece that were cleared, in their order."""

    @property
    def rows(self) -> int:
        """Return how many they are."""
        ...

    @property
    def bytes(self) -> int:
        """Return how many bytes their lines have, without the ends."""
        ...


class Scanned(NamedTuple):
    """What a scanner says of a piece of ``lines`` lines: the rows it cleared, and the lines to look at.

    Lines that are neither are blank.
    """

    lines: int
    clean: Clean
    doubtful: list[Span]


class Scanner(Protocol):
    """Clears rows in which reading and the checks of the profile ``any`` would find no fault."""

    def scan(self, data: bytes, layout: str, limit: int) -> Scanned | None:
        """Return what is known of whole lines; None where they must all be looked at, as in a layout it does not know.

        A line longer than ``limit`` is always one to look at.
        """
        ...


class Gatherer(Scanner, Protocol):
    """A scanner that gathers the rows it clears."""

    def frame(self, cleared: Sequence[tuple[int, Clean]]) -> pl.DataFrame:
        """Return columns of rows, each piece's with the number of its first line: line, messages and label at least.

        Of id, digest and raw all are there, or none.
        """
        ...

    def leave(self) -> None:
        """Let go of the rows cleared since the last frame: none is wanted."""
        ...
