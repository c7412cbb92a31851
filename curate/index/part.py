"""A part of an index: the file with the rows of an earlier night, which lies beside it and is never written again."""

from __future__ import annotations

import os
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from curate.core.run.errors import InputError
from curate.core.write.folder import sha256_of
from curate.index.parquet.plain import footer_of

PREFIX = "index-"
_HINT = "put the file back: it lies beside the index.parquet that names it; or run that run again"


@dataclass(frozen=True)
class Part:
    """A file of rows, and which of its runs (their number, our number) count; one of an old version has no footer."""

    path: str
    sha256: str
    bytes: int
    rows: int
    footer: str | None
    runs: tuple[tuple[int, int], ...]

    @classmethod
    def from_json(cls, told: dict[str, Any]) -> Part:
        """Return a part as an index tells of it."""
        return cls(**told | {"runs": tuple((their, own) for their, own in told["runs"])})

    def as_json(self) -> dict[str, Any]:
        """Return the part as an index tells of it."""
        return asdict(self)

    def seen(self, folder: str) -> dict[str, Any]:
        """Return the part as a manifest names it."""
        path = (Path(folder) / self.path).as_posix()
        return {"path": path, "sha256": self.sha256, "bytes": self.bytes, "rows": self.rows}

    def check(self, folder: Path) -> None:
        """Look whether the part is the one that was written, by its size and what it says of itself.

        Raises:
            InputError: it is not, or it is not there.
        """
        path = folder / self.path
        try:
            size = path.stat().st_size
            if size == self.bytes:
                same = footer_of(path) == self.footer if self.footer else sha256_of(path)[0] == self.sha256
        except OSError as error:
            raise InputError(
                f"{path} cannot be read: {error.strerror}; the index has a part there", hint=_HINT
            ) from error
        if size != self.bytes:
            raise InputError(f"{path} has {size:,} bytes; the run wrote {self.bytes:,}: it was changed", hint=_HINT)
        if not same:
            raise InputError(f"{path} is not the file that the run wrote: its sha256 is another", hint=_HINT)


def name_of(sha256: str) -> str:
    """Return what a part is called."""
    return f"{PREFIX}{sha256[:16]}.parquet"


def put_beside(part: Path, path: Path) -> None:
    """Make a part lie at ``path`` too: one file under two names, or a copy where the disk is another."""
    path.unlink(missing_ok=True)  # a copy would go into the file of which it may be a second name
    try:
        os.link(part.resolve(), path)
    except OSError:
        shutil.copyfile(part, path)
