"""What runs beside the work, at rest while it lasts: the collection of cycles, and threads that wait."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from contextlib import contextmanager

BLAS_TIMEOUT = "OPENBLAS_THREAD_TIMEOUT"  # read once, when NumPy is imported


@contextmanager
def at_rest() -> Iterator[None]:
    """Do without what costs time and gives nothing here; afterwards all is as it was. Also a decorator.

    Records are trees, not cycles: to collect them costs up to a third of the time and frees nothing. Idle threads of
    OpenBLAS stay awake for a while by default, which costs 0.1 s of CPU a process; now they sleep at once.
    """
    collecting, told = gc.isenabled(), BLAS_TIMEOUT in os.environ
    gc.disable()
    os.environ.setdefault(BLAS_TIMEOUT, "4")
    try:
        yield
    finally:
        if collecting:
            gc.enable()
        if not told:
            os.environ.pop(BLAS_TIMEOUT, None)
