"""A file of lines, hashed while it is written: nothing is read again for its hash."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from pathlib import Path

from curate.core.run.hashing import RunningHash

TOGETHER = 512  # lines joined, hashed and written at once: few calls, and the bytes are still in the cache


class WrittenFile:
    """A new file of JSON Lines with its ``sha256`` and its ``bytes`` so far; a private one is its owner's alone."""

    def __init__(self, path: Path, *, private: bool = False) -> None:
        self._stream = path.open("wb", buffering=0)
        if private:
            path.chmod(0o600)
        self._sha = RunningHash()
        self.bytes = 0

    def write_lines(self, lines: Iterable[bytes]) -> None:
        """Write lines, each with a line end after it."""
        rest = iter(lines)
        while some := list(islice(rest, TOGETHER)):
            self.write(memoryview(b"\n".join([*some, b""])))

    def write(self, data: memoryview) -> None:
        """Write bytes, whole lines with their ends; they are hashed beside, and must not change any more."""
        self._sha.update(data)
        self.bytes += len(data)
        while data:  # an unbuffered file may take less than it is given
            data = data[self._stream.write(data) :]

    def close(self) -> None:
        """Close the file; its hash stays."""
        self._stream.close()

    @property
    def sha256(self) -> str:
        """Return the hash of what was written so far, in hex."""
        return self._sha.hexdigest()
