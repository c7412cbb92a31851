"""Bytes of a source, unpacked, hashed on the way, and checked for change while they were read."""

from __future__ import annotations

import gzip
import io
import os
import stat
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, cast

import zstandard

from curate.core.read.source import Source, require_utf8
from curate.core.run.errors import InputError
from curate.core.run.hashing import RunningHash


@contextmanager
def reading(name: str) -> Iterator[None]:
    """Say of what the system cannot read that it cannot be read: other errors of its kind are of what is written.

    Raises:
        InputError: an error of the system.
    """
    try:
        yield
    except OSError as error:
        said = error.strerror or error
        raise InputError(
            f"{name} cannot be read: {said}", hint="check the file, its disk and its permissions"
        ) from error


class Hashed(io.RawIOBase):
    """A stream that counts and, if asked to, hashes (sha256) every byte read through it; ``name`` is the file's."""

    def __init__(self, inner: BinaryIO, name: str, *, hashing: bool = True) -> None:
        self._inner = inner
        self._name = name
        self._sha = RunningHash() if hashing else None
        self.bytes = 0

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def read(self, size: int = -1) -> bytes:
        """Return up to ``size`` bytes, as they are: the way through ``readinto`` would copy them twice.

        Raises:
            InputError: the system cannot read on, as of a damaged disk or a share that is gone.
        """
        with reading(self._name):
            data = self._inner.read(size)
        if self._sha is not None:
            self._sha.update(data)
        self.bytes += len(data)
        return data

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # narrower than the stub's Buffer
        """Fill the buffer; return how many bytes it got."""
        data = self.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    @property
    def sha256(self) -> str:
        """Return the hash of what was read so far, in hex; empty where none was asked for."""
        return "" if self._sha is None else self._sha.hexdigest()


class Unzstd(io.RawIOBase):
    """The bytes of a zstd archive of any number of frames; zstandard's own reader takes a cut frame for its end."""

    def __init__(self, packed: Hashed) -> None:
        self._packed = packed
        self._frame = zstandard.ZstdDecompressor().decompressobj()
        self._begun = False  # bytes of the frame were read
        self._ready = memoryview(b"")

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # narrower than the stub's Buffer
        """Fill the buffer; return how many bytes it got.

        Raises:
            EOFError: the archive ends inside a frame.
        """
        rest = b""
        while not self._ready:
            if self._frame.eof:
                rest = self._frame.unused_data
                self._frame, self._begun = zstandard.ZstdDecompressor().decompressobj(), False
            rest = rest or self._packed.read(1 << 14) or b""  # little, for one byte may unpack to 32,000
            if not rest:
                if self._begun:
                    raise EOFError("the archive ends inside a frame")
                return 0
            self._begun = True
            self._ready, rest = memoryview(self._frame.decompress(rest)), b""
        size = min(len(buffer), len(self._ready))
        buffer[:size], self._ready = self._ready[:size], self._ready[size:]
        return size


class Opened:
    """A source that is open: ``stream`` gives its unpacked bytes; the hash is of the bytes as they lie on disk."""

    def __init__(self, hashed: Hashed, stream: BinaryIO) -> None:
        self.hashed = hashed
        self.stream = stream

    def drain(self) -> None:
        """Read what is left of the packed file, so that its hash is whole."""
        while self.hashed.read(1 << 20):
            pass


@contextmanager
def open_bytes(source: Source, *, hashing: bool = True) -> Iterator[Opened]:
    """Open a source for reading once.

    Raises:
        InputError: it cannot be opened or read to its end, its archive is broken, it changed while it was read, or
            stdin is closed; or it is hashed and its name is no UTF-8.
    """
    if hashing:  # then a manifest will name it
        require_utf8(source.name)
    if source.is_stdin and sys.stdin is None:
        raise InputError("standard input is closed", hint="name a file, or give it rows: < rows.jsonl")
    with reading(source.name):
        raw = sys.stdin.buffer if source.is_stdin else cast("BinaryIO", source.path.open("rb"))
        before = None if source.is_stdin else _state(raw)
    hashed = Hashed(raw, source.name, hashing=hashing)
    try:
        yield Opened(hashed, _unpacked(source.name, hashed))
        with reading(source.name):
            after = None if before is None else _state(raw)
        if after != before:
            raise InputError(f"{source.name} changed while it was read", hint="run again when nothing writes to it")
    except (EOFError, zlib.error, gzip.BadGzipFile, zstandard.ZstdError) as error:
        raise _unpackable(source.name, error) from error
    finally:
        if not source.is_stdin:
            raw.close()


def _unpackable(name: str, error: Exception) -> InputError:
    if "too much memory" in str(error):  # zstandard has no class of its own for it
        hint = "it was packed with a window of more than 128 MiB; pack it again: zstd --long=27"
        return InputError(f"{name} cannot be unpacked: {error}", hint=hint)
    hint = "fetch or pack the file again; nothing was taken from it"
    return InputError(f"{name} is a broken archive: {error}", hint=hint)


def _state(raw: BinaryIO) -> tuple[int, int, int] | None:
    """Return what changes when a file is written to; None for a pipe, which is written to as it is read."""
    found = os.fstat(raw.fileno())
    return (found.st_size, found.st_mtime_ns, found.st_ino) if stat.S_ISREG(found.st_mode) else None


def _unpacked(name: str, hashed: Hashed) -> BinaryIO:
    ending = name.lower()
    if ending.endswith(".gz"):
        return cast("BinaryIO", gzip.GzipFile(fileobj=io.BufferedReader(hashed, 1 << 20), mode="rb"))
    if ending.endswith(".zst"):
        return cast("BinaryIO", io.BufferedReader(Unzstd(hashed), 1 << 20))
    return cast("BinaryIO", hashed)
