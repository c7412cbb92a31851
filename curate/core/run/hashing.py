"""The SHA-256 of a stream, made beside the work that reads or writes it: hashlib holds no lock over large pieces."""

from __future__ import annotations

import hashlib
from concurrent.futures import Future, ThreadPoolExecutor
from functools import lru_cache

SMALL = 1 << 16  # bytes that are hashed sooner than handed over
STREAMS = 2  # hashed at once: more wait


class RunningHash:
    """A SHA-256 of pieces in their order. A piece must not change until the next one, or the digest, is asked for."""

    def __init__(self) -> None:
        self._sha = hashlib.sha256()
        self._going: Future[None] | None = None

    def update(self, piece: bytes | memoryview) -> None:
        """Take one more piece; wait for the one before."""
        self._wait()
        if len(piece) < SMALL:
            self._sha.update(piece)
        else:
            self._going = _threads().submit(self._sha.update, piece)

    def hexdigest(self) -> str:
        """Return the hash of all pieces so far, in hex."""
        self._wait()
        return self._sha.hexdigest()

    def _wait(self) -> None:
        if self._going is not None:
            self._going.result()
            self._going = None


@lru_cache(maxsize=1)
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(STREAMS, thread_name_prefix="sha256")
