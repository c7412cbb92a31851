"""Pieces worked on by several threads, what comes of them in the pieces' order: the same, however many there are."""

from __future__ import annotations

import math
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

P = TypeVar("P")
R = TypeVar("R")


QUOTA = Path("/sys/fs/cgroup/cpu.max")  # of Linux' control groups: microseconds in each so many, or max


def cores() -> int:
    """Return how many threads this process may run at once: by its affinity, and by the quota of its container."""
    here = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        share, of = QUOTA.read_text(encoding="ascii").split()
        return max(1, min(here, math.ceil(int(share) / int(of))))
    except (OSError, ValueError, ZeroDivisionError):
        return here


def in_order(work: Callable[[P], R], pieces: Iterable[P], threads: int) -> Iterator[R]:
    """Yield ``work(piece)`` for each piece, as ``map`` does, of which up to ``threads`` run at once beside the caller.

    Pieces are made, and results taken, by the caller's thread; at most ``threads`` + 1 of them wait. ``work`` must
    touch nothing that another piece, or the caller, changes. It gains where the work lets go of Python's lock, as the
    kernel, Polars, NumPy and files do. An error comes in its piece's turn, after the results of those before it.
    """
    if threads <= 1:
        yield from map(work, pieces)
        return
    with ThreadPoolExecutor(threads, thread_name_prefix="worker") as pool:
        waiting: deque[Future[R]] = deque()
        given, failed = iter(pieces), None
        try:
            while True:
                while len(waiting) > threads or (waiting and waiting[0].done()):
                    yield waiting.popleft().result()
                try:
                    waiting.append(pool.submit(work, next(given)))
                except StopIteration:
                    break
                except Exception as error:
                    failed = error
                    break
            while waiting:
                yield waiting.popleft().result()
        finally:
            for one in waiting:
                one.cancel()
        if failed is not None:
            raise failed
