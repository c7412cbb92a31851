"""Texts to digests of their blocks: how deep each line stands, which tells one program from another."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

from curate.dedupe.signatures.shingles import mix64
from curate.dedupe.signatures.statements import Line, lines
from curate.native.kernel import kernel

U64 = npt.NDArray[np.uint64]

_SEED, _WORD, _BITS, _MOST = 0xB10C5, 0x9E3779B97F4A7C15, (1 << 64) - 1, 64


def block_digests(texts: pl.Series) -> U64:
    """Return a digest of how deep each line of the texts stands, none of which is null; 0 where that says nothing.

    It says something where the line after one that ends in a colon stands deeper, as in Python and YAML, or a key that
    an item of a list holds. Tabs for spaces, two spaces for four and blank lines change nothing.
    ``curate/native/blocks.c`` has the rule.
    """
    native = kernel()
    return by_python(texts) if native is None else native.blocks(texts)


def by_python(texts: pl.Series) -> U64:
    """Return what the C kernel returns, where there is none."""
    found = np.array([_hash(text.encode()) for text in texts], dtype=np.uint64)
    return np.where(found == 0, found, mix64(found) | np.uint64(1))


class _Held:
    """The lines that hold what comes next, by their widths."""

    def __init__(self) -> None:
        self.before = 0
        self._held: list[Line] = []

    def level(self, line: Line) -> int:
        """Return how many lines hold one."""
        while self._held and self._held[-1].width >= line.width:
            self._held.pop()
        return len(self._held)

    def is_beyond(self, line: Line) -> bool:
        """Say whether a key stands deeper than that of the item that holds it, and belongs to that."""
        if not self._held or not line.key or line.item:
            return False
        by = self._held[-1]
        return by.item and by.bare and line.column > by.column

    def hold(self, line: Line) -> None:
        """Let a line hold what stands deeper."""
        self.before = line.width
        if len(self._held) < _MOST:
            self._held.append(line)


def _hash(text: bytes) -> int:
    hashed, blocks = _SEED, False
    everything, statements = _Held(), _Held()
    colon = ends = item = False  # ends: the last line that is no comment, in a colon
    for line in lines(text):
        levels = everything.level(line)
        blocks |= colon and line.width > everything.before
        everything.hold(line)
        colon = line.colon
        if line.statement:
            levels |= 2 * statements.level(line) + statements.is_beyond(line) + 1 << 8
            blocks |= (ends or (item and line.key)) and line.width > statements.before
            statements.hold(line)
            item = line.item and line.key
        if not line.comment:
            ends = line.colon
        hashed = (hashed ^ levels) * _WORD & _BITS
        hashed ^= hashed >> 32
    return hashed if blocks else 0
