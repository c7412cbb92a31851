"""The standard streams as a command finds them: closed ones, and an output that nobody reads or has no room."""

from __future__ import annotations

import os
import select
import sys
from pathlib import Path

from curate.core.run.aside import silence

_STANDARD = (0, 1, 2)


def open_streams() -> None:
    """Let closed standard output and error (``>&-``) be as if they went to the null device.

    Their numbers, and that of a closed standard input, are taken too: a file of data that got one would have written
    into it what libraries tell standard error.
    """
    for number in _STANDARD:
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # the lowest number that is free: this one
    if sys.stdout is None:
        sys.stdout = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - open to the end of the process
    if sys.stderr is None:
        sys.stderr = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115


def reader_left() -> bool:
    """Say whether standard output is a pipe whose reader went away."""
    watch = select.poll()
    try:
        watch.register(sys.stdout.fileno(), select.POLLOUT)
    except OSError:  # a stream of Python's own, without a number
        return False
    return any(event & (select.POLLERR | select.POLLHUP) for _, event in watch.poll(0))


def end_output() -> OSError | None:
    """Write what standard output still holds; where that fails, drop it, and return why.

    Python would try again at the very end, and end with a code of its own.
    """
    try:
        sys.stdout.flush()
    except OSError as error:
        silence(sys.stdout.fileno())
        return error
    return None
