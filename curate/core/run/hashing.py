"""The SHA-256 of a stream, made beside the work that reads or writes it: hashlib holds no lock over large pieces."""

from __future__ import annotations

import hashlib
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from functools import lru_cache

SMALL = 1 << 14  # bytes that are hashed sooner than handed over
MOST = 8 << 20  # bytes of a stream that wait, or their owner does


class RunningHash:
    """A SHA-256 of pieces in their order; a piece must not change any more once it is given."""

    def __init__(self) -> None:
        self._sha = hashlib.sha256()
        self._waiting: deque[tuple[Future[None], int]] = deque()
        self._bytes = 0  # of the pieces that wait

    def update(self, piece: bytes | memoryview) -> None:
        """Take one more piece, which is hashed in its turn."""
        if not piece:
            return
        if len(piece) < SMALL and not self._waiting:
            self._sha.update(piece)
            return
        self._waiting.append((_thread().submit(self._sha.update, piece), len(piece)))
        self._bytes += len(piece)
        self._wait(MOST)

    def hexdigest(self) -> str:
        """Return the hash of all pieces so far, in hex."""
        self._wait(0)
        return self._sha.hexdigest()

    def _wait(self, most: int) -> None:
        while self._waiting and (self._bytes > most or self._waiting[0][0].done()):
            done, size = self._waiting.popleft()
            done.result()
            self._bytes -= size


@lru_cache(maxsize=1)
def _thread() -> ThreadPoolExecutor:
    """Return the one thread that hashes: pieces of a stream are hashed in the order they are given."""
    return ThreadPoolExecutor(1, thread_name_prefix="sha256")
