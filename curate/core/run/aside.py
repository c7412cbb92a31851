"""What is said beside the result, on standard error: it may get lost, and never ends or changes what is said beside."""

from __future__ import annotations

import contextlib
import os
import sys


def aside(text: str) -> None:
    """Write to standard error; where that is closed, full or cut (``2>&1 | head``), nothing happens."""
    if sys.stderr is None:
        return
    try:
        sys.stderr.write(text)
        sys.stderr.flush()
    except BrokenPipeError:
        with contextlib.suppress(OSError):
            silence(sys.stderr.fileno())
    except OSError:  # a full disk may have room again
        return


def on_terminal() -> bool:
    """Say whether standard error is a terminal that takes control sequences."""
    return sys.stderr is not None and sys.stderr.isatty() and os.environ.get("TERM") != "dumb"


def silence(descriptor: int) -> None:
    """Let all that is still written to a file descriptor go nowhere."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, descriptor)
    os.close(nowhere)
