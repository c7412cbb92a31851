"""What runs beside the work, at rest while it lasts: the collection of cycles, and threads that wait."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

BLAS_TIMEOUT = "OPENBLAS_THREAD_TIMEOUT"  # read once, when NumPy is imported


def rest() -> None:
    """Do without what costs time and gives nothing here, to the end of the process.

    Records are trees, not cycles: to collect them costs up to a third of the time and frees nothing. Idle threads of
    OpenBLAS stay awake for a while by default, which costs 0.1 s of CPU a process; now they sleep at once.
    """
    gc.disable()
    os.environ.setdefault(BLAS_TIMEOUT, "4")


def leave() -> None:
    """Let the process end as it is: it would look through all that it holds once more, which costs 0.1 s of CPU."""
    gc.freeze()


@contextmanager
def at_rest() -> Iterator[None]:
    """Do without it for a while; afterwards all is as it was. Also a decorator.

    It is the process that rests: of several threads the first that is done wakes it for all, which costs time alone.
    """
    collecting, late = gc.isenabled(), BLAS_TIMEOUT in os.environ or "numpy" in sys.modules
    gc.disable()
    if not late:
        os.environ[BLAS_TIMEOUT] = "4"
    try:
        yield
    finally:
        if collecting:
            gc.enable()
        if not late:
            os.environ.pop(BLAS_TIMEOUT, None)
