"""Progress on standard error: a line that moves on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import time
from types import TracebackType
from typing import Self

from curate.core.run.aside import aside, on_terminal

QUIET_SECONDS = 10.0
BLINK_SECONDS = 0.2


class Progress:
    """Tells how far a run is; never on standard output, and nothing where nobody can read it."""

    def __init__(self, *, quiet: bool = False) -> None:
        self._terminal = on_terminal()
        self._quiet = quiet
        self._last = time.monotonic()
        self._shown = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._shown and self._terminal:
            aside("\r\x1b[K")

    def tell(self, stage: str, done: int, of: int | None = None) -> None:
        """Show how many rows (or bytes) of a stage are done."""
        now = time.monotonic()
        wait = BLINK_SECONDS if self._terminal else QUIET_SECONDS
        if self._quiet or now - self._last < wait:
            return
        self._last, self._shown = now, True
        share = f" of {of:,} ({done / of:.0%})" if of else ""
        line = f"{stage}: {done:,}{share}"
        aside(f"\r\x1b[K{line}" if self._terminal else f"{line}\n")
