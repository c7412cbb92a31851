"""Findings in any number: the last of them lie in memory, those before in a file that goes when they go."""

from __future__ import annotations

import marshal
import operator
import os
import tempfile
import weakref
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import BinaryIO, cast, overload

from curate.check.finding import Finding
from curate.core.run.errors import OutputError

HELD = 10_000  # in memory, about 10 MB


class Faults(Sequence[Finding]):
    """Findings in their order, with their counts. It grows at its end, and is read as often as one likes."""

    def __init__(self, faults: Iterable[Finding] = ()) -> None:
        self.by_code: Counter[str] = Counter()
        self.errors = 0
        self._held: list[Finding] = []
        self._file: BinaryIO | None = None
        self._places: list[tuple[int, int]] = []  # of what is in the file: where it starts, and how many bytes it has
        for fault in faults:
            self.append(fault)

    def append(self, fault: Finding) -> None:
        """Add a finding at the end.

        Raises:
            OutputError: there is no room in the folder of temporary files.
        """
        if len(self._held) == HELD:
            self._spill()
        self._held.append(fault)
        self.by_code[fault.code] += 1
        self.errors += fault.severity == "error"

    def _spill(self) -> None:
        try:
            if self._file is None:
                self._file = cast("BinaryIO", tempfile.TemporaryFile(prefix="thresher-"))  # noqa: SIM115 - closed with us
                weakref.finalize(self, self._file.close)
            start = self._file.seek(0, os.SEEK_END)
            size = self._file.write(marshal.dumps([tuple(fault) for fault in self._held]))
            self._file.flush()
        except OSError as error:
            raise OutputError(
                f"{len(self):,} faults do not fit into {tempfile.gettempdir()}: {error.strerror}",
                hint="name a folder with room: TMPDIR=DIR",
            ) from error
        self._places.append((start, size))
        self._held = []

    def __len__(self) -> int:
        return len(self._places) * HELD + len(self._held)

    def __iter__(self) -> Iterator[Finding]:
        file = cast("BinaryIO", self._file)
        for start, size in self._places:
            file.seek(start)
            yield from map(Finding._make, marshal.loads(file.read(size)))  # noqa: S302 - our own file, which has no name
        yield from self._held

    @overload
    def __getitem__(self, index: int) -> Finding: ...
    @overload
    def __getitem__(self, index: slice) -> list[Finding]: ...
    def __getitem__(self, index: int | slice) -> Finding | list[Finding]:
        wanted = range(len(self))[index]
        if isinstance(wanted, int):
            return next(islice(self, wanted, None))
        return [fault for place, fault in enumerate(self) if place in wanted]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and len(self) == len(other) and all(map(operator.eq, self, other))

    __hash__ = None  # type: ignore[assignment]  # it grows
