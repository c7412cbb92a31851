"""What a run may hold at once, and how much less of it where a limit is set."""

from __future__ import annotations

from typing import NamedTuple

from curate.core.read.lines import BLOCK_BYTES
from curate.core.run.errors import ConfigError
from curate.engines.columns import MAPPED_BYTES

SMALLEST_BLOCK = 1 << 20
SMALLEST_MAPPED = 8 << 20
BLOCKS_IN_MEMORY = 64  # a block's records, columns and arrays are about as large as this many of its bytes
AT_ONCE_BYTES = 64 << 20  # lines of all blocks that are worked on, or wait, at once
WAITING = 2  # blocks more than there are threads: one that is read, one that is done
MOST_THREADS = 32  # one thread reads for all, and feeds no more
HELD_BYTES = 512 << 20


class Memory(NamedTuple):
    """Bounds in bytes."""

    block: int  # lines that are worked on together
    mapped: int  # files that stay in memory while rows are compared
    held: int  # rows between two passes, before others are spilled
    threads: int  # which work on a block each


def memory_for(limit: int | None, threads: int) -> Memory:
    """Return the bounds by which a run of some threads stays within a limit, which fewer may work then; those without.

    Raises:
        ConfigError: there is no thread.
    """
    if threads < 1:
        raise ConfigError(f"{threads} threads do no work", hint="give 1 or more, or none: one a core")
    threads = min(threads, MOST_THREADS)
    if limit is None:
        block = min(BLOCK_BYTES, max(SMALLEST_BLOCK, AT_ONCE_BYTES // _at_once(threads)))
        return Memory(block, MAPPED_BYTES, HELD_BYTES, threads)
    room = limit // BLOCKS_IN_MEMORY  # lines that may be worked on, or wait
    threads = max(1, min(threads, room // SMALLEST_BLOCK - WAITING))
    block = max(SMALLEST_BLOCK, min(BLOCK_BYTES, AT_ONCE_BYTES // _at_once(threads), room // _at_once(threads)))
    return Memory(block, max(SMALLEST_MAPPED, min(MAPPED_BYTES, limit // 16)), 0, threads)


def _at_once(threads: int) -> int:
    """Return how many blocks there are at once; a thread that works alone has its own."""
    return 1 if threads == 1 else threads + WAITING
