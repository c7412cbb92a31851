"""The scanner of a kernel compiled afresh, and what it gives of a file beside what Python gives."""

from __future__ import annotations

import ctypes
from pathlib import Path
from typing import Any

from polars.testing import assert_frame_equal

from curate.check.judge import Judge, drops
from curate.core.read.build import Builder
from curate.core.read.records import read_records
from curate.core.read.rows import Seen
from curate.core.read.source import Source
from curate.native.gather import Gatherer
from curate.native.library import LEVELS
from curate.native.scanner import Sieve

ROOT = Path(__file__).resolve().parents[2]
SOURCES = [ROOT / "curate" / "native" / name for name in ("minhash.c", "scan.c", "lines.c", "digest.c")]
LIMIT = 1 << 20


def gatherer(built: ctypes.CDLL, id_field: str = "id") -> Gatherer:
    return Gatherer(built, min(built.thresher_best(), LEVELS.index("avx512")), id_field)


def block(path: Path, native: Gatherer | None, layout: str | None = None, id_field: str = "id", **how: Any) -> Any:
    """Return the rows of a file as a block, every fault noted, and what was seen of it."""
    builder = Builder(3, Judge(), drops, lambda slug: not drops(slug), id_field, native)
    seen = Seen()
    for batch in read_records(Source(3, path.name, path, layout), seen, scanner=native, **how):
        builder.add(batch)
    return builder.block(), seen


def assert_same(path: Path, native: Gatherer, layout: str | None = None, id_field: str = "id", **how: Any) -> None:
    found, seen = block(path, native, layout, id_field, **how)
    wanted, known = block(path, None, layout, id_field, **how)
    assert_frame_equal(found, wanted)
    assert seen == known


def cleared(native: Sieve | Gatherer, line: bytes, layout: str) -> bool:
    """Say whether a line is cleared."""
    scanned = native.scan(line + b"\n", layout, LIMIT)
    assert scanned is not None
    assert scanned.clean.rows + len(scanned.doubtful) == scanned.lines == 1
    return scanned.clean.rows == 1
