"""A file read in place: each page is held against its digest before the first look at it."""

from __future__ import annotations

import hashlib
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from curate.core.run.errors import InputError
from curate.index.parquet.plain import PAGE, page_digests

U8 = npt.NDArray[np.uint8]
I64 = npt.NDArray[np.int64]

_PAGES_AT_ONCE = 1 << 12  # copied and hashed: 4 MB


class Pages:
    """The bytes of a file; ``told`` is what it says of its digests."""

    def __init__(self, path: Path, told: dict[str, Any]) -> None:
        self.path = path
        self._told = told

    @cached_property
    def data(self) -> U8:
        """Return the file, mapped."""
        return np.memmap(self.path, dtype=np.uint8, mode="r").view(np.ndarray)

    @cached_property
    def _digests(self) -> npt.NDArray[np.uint64]:
        at, pages = self._told["at"], self._told["pages"]
        table = self.data[at : at + 8 * pages]
        if hashlib.sha256(table.data).hexdigest() != self._told["sha256"]:
            raise self.changed("the digests of its pages")
        return table.view("<u8")

    @cached_property
    def _known(self) -> npt.NDArray[np.bool_]:
        return np.zeros(self._told["pages"], dtype=np.bool_)

    def look(self, starts: I64, ends: I64) -> None:
        """Make sure that the bytes from each start to its end are those that were written.

        Raises:
            InputError: some are not.
        """
        firsts, lasts = starts // PAGE, (np.maximum(ends, starts + 1) - 1) // PAGE
        pages = np.unique(firsts) if np.array_equal(firsts, lasts) else np.unique(ranges(firsts, lasts - firsts + 1))
        pages = pages[~self._known[pages]]
        for start in range(0, len(pages), _PAGES_AT_ONCE):
            some = pages[start : start + _PAGES_AT_ONCE]
            found = page_digests(self.data[: self._told["at"]].reshape(-1, PAGE)[some].reshape(-1))
            wrong = some[found != self._digests[some]]
            if len(wrong):
                first = int(wrong[0]) * PAGE
                raise self.changed(f"what it has from byte {first:,}")
        self._known[pages] = True

    def changed(self, what: str) -> InputError:
        """Return the error of a file that was changed."""
        return InputError(
            f"{self.path} was changed: {what} is not what the run wrote",
            hint="put the file back, or run that run again",
        )


def ranges(starts: I64, counts: I64) -> I64:
    """Return start, start + 1, ... of each range, so many as it counts."""
    before = np.cumsum(counts) - counts
    found: I64 = np.repeat(starts - before, counts) + np.arange(int(counts.sum()))
    return found
