"""Earlier runs: their kept files, named by path and sha256, and how each kept line is read again."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import repeat
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl

from curate.check.judge import Judge, drops
from curate.core.read.build import Builder
from curate.core.read.layouts.shapes import Shape
from curate.core.read.lines import BLOCK_BYTES, MAX_LINE_BYTES
from curate.core.read.records import read_records
from curate.core.read.rows import Seen
from curate.core.read.source import Source
from curate.core.run.errors import InputError
from curate.core.write.folder import sha256_of
from curate.native.gather import native_gatherer
from curate.split.draw import NAMES

_HINT = (
    "put the file back, run that run again, or use an index of the kind exact, which needs no files: "
    "thresher curate ... --write-index --set index.kind=exact"
)


class KeptFile(NamedTuple):
    """A split of an earlier run."""

    split: str
    sha256: str
    bytes: int
    rows: int


class Origin(NamedTuple):
    """A source of an earlier run, and how its rows are read from the kept files."""

    source: str
    layout: str
    fields: dict[str, str]  # ours -> theirs


def origin_of(source: str, shape: Shape) -> Origin:
    """Return how the kept rows of a source that were written in a shape are read."""
    return Origin(source, shape.layout, dict(shape.fields))


@dataclass(frozen=True)
class KeptRun:
    """What an earlier run kept."""

    folder: Path
    files: tuple[KeptFile, ...]
    origins: tuple[Origin, ...]

    @classmethod
    def from_json(cls, told: dict[str, Any], base: Path) -> KeptRun:
        """Return the run that an index in the folder ``base`` tells of."""
        files = tuple(KeptFile(**file) for file in told["files"])
        return cls((base / told["run"]).resolve(), files, tuple(Origin(**origin) for origin in told["sources"]))

    def as_json(self, base: Path) -> dict[str, Any]:
        """Return the run as an index in the folder ``base`` tells of it."""
        return {
            "run": relative(self.folder, base),
            "files": [file._asdict() for file in self.files],
            "sources": [origin._asdict() for origin in self.origins],
        }

    def path(self, split: str) -> Path:
        """Return where the rows of a split lie."""
        return self.folder / f"{split}.jsonl"

    def check(self, *, contents: bool) -> None:
        """Look whether the kept files are there and as large as they were written, or what is in them, too.

        Raises:
            InputError: one was moved or changed.
        """
        for file in self.files:
            path = self.path(file.split)
            try:
                size = path.stat().st_size
                sha256 = sha256_of(path)[0] if contents and size == file.bytes else file.sha256
            except OSError as error:
                raise InputError(f"{path} cannot be read: {error.strerror}; the index names it", hint=_HINT) from error
            if size != file.bytes:
                raise InputError(f"{path} has {size:,} bytes; the run wrote {file.bytes:,}: it was changed", hint=_HINT)
            if sha256 != file.sha256:
                raise InputError(f"{path} is not the file that the run wrote: its sha256 is another", hint=_HINT)

    def require(self, splits: Sequence[int]) -> None:
        """Look whether the kept files of some splits are there.

        Raises:
            InputError: one was moved.
        """
        for file in self.files:
            if NAMES.index(file.split) in splits and not (path := self.path(file.split)).is_file():
                raise InputError(
                    f"{path} is not there, and its {file.rows:,} rows are held out of training",
                    hint="put the file back, or run that run again; its texts are read whatever the index holds",
                )

    def lines(
        self, splits: Sequence[int], starts: Sequence[int], sizes: Sequence[int], checks: Sequence[int] | None = None
    ) -> Iterator[bytes]:
        """Yield lines by their split, the byte that they start at, and their bytes; each is what its check says.

        Raises:
            InputError: a line is another than was kept.
        """
        opened: dict[int, int] = {}
        try:
            for split, start, size, check in zip(
                splits, starts, sizes, checks or repeat(None, len(splits)), strict=True
            ):
                if split not in opened:
                    opened[split] = os.open(self.path(NAMES[split]), os.O_RDONLY)
                line = os.pread(opened[split], size, start)
                if check is not None and check_of(line) != check:
                    path = self.path(NAMES[split])
                    raise InputError(
                        f"{path} was changed: from byte {start:,} it does not have the line that the run wrote; "
                        "the sha256 is another",
                        hint=_HINT,
                    )
                yield line
        finally:
            for file in opened.values():
                os.close(file)


def check_of(line: bytes) -> int:
    """Return the first eight bytes of the SHA-256 of a line."""
    return int.from_bytes(hashlib.sha256(line).digest()[:8], "big")


def relative(path: Path, base: Path) -> str:
    """Return the path as seen from a folder, with forward slashes."""
    return Path(os.path.relpath(path, base)).as_posix()


def blocks_of(lines: Iterable[bytes], origin: Origin, work: Path) -> Iterator[pl.DataFrame]:
    """Yield blocks of lines, all of one layout: line ``n`` of them, from 1, is row ``n``."""
    work.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=work, suffix=".jsonl", buffering=BLOCK_BYTES // 16) as copy:
        longest = 0
        for line in lines:
            copy.write(line)
            copy.write(b"\n")
            longest = max(longest, len(line))
        copy.flush()
        source = Source(0, "kept.jsonl", Path(copy.name), origin.layout, origin.fields)
        gatherer = native_gatherer("id")
        made = Builder(0, Judge(), drops, lambda _: False, gatherer=gatherer)
        most = max(MAX_LINE_BYTES, longest)
        for batch in read_records(source, Seen(), max_line_bytes=most, hashing=False, scanner=gatherer):
            made.add(batch)
            if made.bytes >= BLOCK_BYTES // 4:
                yield made.block()
        if made.rows:
            yield made.block()
