"""Texts to digests of their blocks: how deep each line stands, which tells one program from another."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

from curate.dedupe.signatures.shingles import mix64
from curate.native.kernel import kernel

U64 = npt.NDArray[np.uint64]

_SEED, _WORD, _BITS, _MOST = 0xB10C5, 0x9E3779B97F4A7C15, (1 << 64) - 1, 64


def block_digests(texts: pl.Series) -> U64:
    """Return a digest of how deep each line of the texts stands, none of which is null; 0 where that says nothing.

    It says something where the line after one that ends in a colon stands deeper, as in Python and YAML. Tabs for
    spaces, two spaces for four and blank lines change nothing. ``curate/native/blocks.c`` has the rule.
    """
    native = kernel()
    return by_python(texts) if native is None else native.blocks(texts)


def by_python(texts: pl.Series) -> U64:
    """Return what the C kernel returns, where there is none."""
    found = np.array([_hash(text.encode()) for text in texts], dtype=np.uint64)
    return np.where(found == 0, found, mix64(found) | np.uint64(1))


def _hash(text: bytes) -> int:
    hashed, opens = _SEED, False
    widths: list[int] = []
    before, colon = 0, False
    for line in text.split(b"\n"):
        said = line.rstrip(b" \t\r")
        if not said:
            continue
        width = _width(line)
        while widths and widths[-1] >= width:
            widths.pop()
        hashed = (hashed ^ len(widths)) * _WORD & _BITS
        hashed ^= hashed >> 32
        if len(widths) < _MOST:
            widths.append(width)
        opens |= colon and width > before
        before, colon = width, said.endswith(b":")
    return hashed if opens else 0


def _width(line: bytes) -> int:
    """Return the width of the spaces and tabs in front of a line."""
    width = 0
    for byte in line:
        if byte not in b" \t":
            break
        width = width + 1 if byte == 0x20 else (width | 7) + 1
    return width
