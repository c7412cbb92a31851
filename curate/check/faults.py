"""Findings in any number: the last of them lie in memory, those before in a file that goes when they go."""

from __future__ import annotations

import marshal
import operator
import os
import tempfile
import weakref
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import BinaryIO, cast, overload

from curate.check.finding import Finding

HELD = 10_000  # in memory, about 10 MB


class Faults(Sequence[Finding]):
    """Findings in their order, with their counts. It grows at its end, and is read as often as one likes."""

    def __init__(self, faults: Iterable[Finding] = ()) -> None:
        self.by_code: Counter[str] = Counter()
        self.errors = 0
        self._held: list[Finding] = []
        self._file: BinaryIO | None = None
        self._has_no_room = False
        self._places: list[tuple[int, int]] = []  # of what is in the file: where it starts, and how many bytes it has
        self._read: tuple[int, list[Finding]] = (-1, [])  # a part of the file, and its number
        for fault in faults:
            self.append(fault)

    def append(self, fault: Finding) -> None:
        """Add a finding at the end."""
        if len(self._held) >= HELD and not self._has_no_room:
            self._spill()
        self._held.append(fault)
        self.by_code[fault.code] += 1
        self.errors += fault.severity == "error"

    def _spill(self) -> None:
        """Write what is held to the file; where none can be had, or it is full, it and all after it stay held."""
        try:
            if self._file is None:
                self._file = cast("BinaryIO", tempfile.TemporaryFile(prefix="thresher-"))  # noqa: SIM115 - closed with us
                weakref.finalize(self, self._file.close)
            start = self._file.seek(0, os.SEEK_END)
            size = self._file.write(marshal.dumps([tuple(fault) for fault in self._held]))
            self._file.flush()
        except OSError:
            self._has_no_room = True
            return
        self._places.append((start, size))
        self._held = []

    def __len__(self) -> int:
        return len(self._places) * HELD + len(self._held)

    def __iter__(self) -> Iterator[Finding]:
        for number in range(len(self._places)):
            yield from self._part(number)
        yield from self._held

    def __reversed__(self) -> Iterator[Finding]:
        yield from reversed(self._held)
        for number in reversed(range(len(self._places))):
            yield from reversed(self._part(number))

    def _part(self, number: int) -> list[Finding]:
        """Return the findings of a part of the file; the last one that was looked at is at hand."""
        if self._read[0] != number:
            file = cast("BinaryIO", self._file)
            start, size = self._places[number]
            file.seek(start)
            found = map(Finding._make, marshal.loads(file.read(size)))  # noqa: S302 - our own file, which has no name
            self._read = number, list(found)
        return self._read[1]

    def __reduce__(self) -> tuple[type[Faults], tuple[list[Finding]]]:
        return Faults, (list(self),)

    @overload
    def __getitem__(self, index: int) -> Finding: ...
    @overload
    def __getitem__(self, index: slice) -> list[Finding]: ...
    def __getitem__(self, index: int | slice) -> Finding | list[Finding]:
        wanted = range(len(self))[index]
        if isinstance(wanted, int):
            part, place = divmod(wanted, HELD)
            before = len(self._places) * HELD
            return self._part(part)[place] if wanted < before else self._held[wanted - before]
        return [fault for place, fault in enumerate(self) if place in wanted]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and len(self) == len(other) and all(map(operator.eq, self, other))

    __hash__ = None  # type: ignore[assignment]  # it grows
