"""What a run may hold at once, and how much less of it where a limit is set."""

from __future__ import annotations

from typing import NamedTuple

from curate.core.read.lines import BLOCK_BYTES
from curate.engines.columns import MAPPED_BYTES

SMALLEST_BLOCK = 1 << 20
SMALLEST_MAPPED = 8 << 20
BLOCKS_IN_MEMORY = 64  # a block's records, columns and arrays are about as large as this many of its bytes
AT_ONCE_BYTES = 64 << 20  # lines of all blocks that are worked on, or wait, at once: two more than there are threads
HELD_BYTES = 512 << 20


class Memory(NamedTuple):
    """Bounds in bytes."""

    block: int  # lines that are worked on together
    mapped: int  # files that stay in memory while rows are compared
    held: int  # rows between two passes, before others are spilled
    threads: int  # which work on a block each


def memory_for(limit: int | None, threads: int) -> Memory:
    """Return the bounds by which a run of some threads stays within a limit; those without one."""
    most = min(BLOCK_BYTES, AT_ONCE_BYTES // (threads + 2))
    if limit is None:
        return Memory(max(SMALLEST_BLOCK, most), MAPPED_BYTES, HELD_BYTES, threads)
    block = max(SMALLEST_BLOCK, min(most, limit // (BLOCKS_IN_MEMORY * threads)))
    return Memory(block, max(SMALLEST_MAPPED, min(MAPPED_BYTES, limit // 16)), 0, threads)
