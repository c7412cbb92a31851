"""What a run may hold at once, and how much less of it where a limit is set."""

from __future__ import annotations

from typing import NamedTuple

from curate.core.read.lines import BLOCK_BYTES
from curate.engines.columns import MAPPED_BYTES

SMALLEST_BLOCK = 1 << 20
SMALLEST_MAPPED = 8 << 20
BLOCKS_IN_MEMORY = 64  # a block's records, columns and arrays are about as large as this many of its bytes
HELD_BYTES = 512 << 20


class Memory(NamedTuple):
    """Bounds in bytes."""

    block: int  # lines that are worked on together
    mapped: int  # files that stay in memory while rows are compared
    held: int  # rows between two passes, before others are spilled


def memory_for(limit: int | None) -> Memory:
    """Return the bounds by which a run stays within a limit; those without one."""
    if limit is None:
        return Memory(BLOCK_BYTES, MAPPED_BYTES, HELD_BYTES)
    block = max(SMALLEST_BLOCK, min(BLOCK_BYTES, limit // BLOCKS_IN_MEMORY))
    return Memory(block, max(SMALLEST_MAPPED, min(MAPPED_BYTES, limit // 16)), 0)


DEFAULT = memory_for(None)
