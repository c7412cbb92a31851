"""Rows of an index as the comparison takes them: from their sets, or read in the kept files and signed again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from curate.core.record.block import EARLIER
from curate.dedupe.keys import near_keys
from curate.dedupe.rule import PairRule
from curate.index.read import Held
from curate.index.rows.segment import SETS, TOLD
from curate.index.runs import blocks_of
from curate.native.kernel import SLOTS

I64 = npt.NDArray[np.int64]
WHERE = ["run", "source", "split", "start", "size", "check"]


def signed_rows(
    held: Held, positions: I64, base: int, rule: PairRule, compare: str | Sequence[str], work: Path
) -> pl.DataFrame:
    """Return the rows at ``positions`` of a place with the columns of ``near_keys``.

    Their numbers count from ``base``.
    """
    found = _of_sets(held, positions, rule) if held.is_exact else _of_files(held, positions, rule, compare, work)
    return found.with_columns(pl.col("row") + pl.lit(EARLIER + base, dtype=pl.UInt64))


def _of_sets(held: Held, positions: I64, rule: PairRule) -> pl.DataFrame:
    bands = [f"b{band}" for band in range(rule.bands[0])]
    rows = held.take(positions, [*bands, *SETS, "spaceless", *TOLD])
    prompts = {f"p{band}": np.zeros(len(rows), dtype=np.uint64) for band in range(rule.prompt_bands[0])}
    return rows.with_columns(
        row=pl.Series(positions.astype(np.uint64)),
        sketch=pl.Series(held.sketches(positions), dtype=pl.Array(pl.UInt8, SLOTS)),
        **{name: pl.Series(zeros) for name, zeros in prompts.items()},
    )


def _of_files(held: Held, positions: I64, rule: PairRule, compare: str | Sequence[str], work: Path) -> pl.DataFrame:
    parts = [
        near_keys(block.with_columns(row=numbers), rule, compare)
        for numbers, block in kept_blocks(held, positions, work)
    ]
    return pl.concat(parts).sort("row") if parts else pl.DataFrame()


def kept_blocks(held: Held, positions: I64, work: Path) -> Iterator[tuple[pl.Series, pl.DataFrame]]:
    """Yield blocks of the rows at ``positions``, read in the kept files, and the position of each."""
    rows = held.take(positions, WHERE if held.keeps_lines else WHERE[:-1])
    rows = rows.with_columns(position=pl.Series(positions.astype(np.uint64)))
    for (run, source), own in rows.group_by("run", "source", maintain_order=True):
        kept = held.runs[int(str(run))]
        lines = kept.lines(*(own[name].to_list() for name in WHERE[2:] if name in own.columns))
        for block in blocks_of(lines, kept.origins[int(str(source))], work):
            yield own["position"].gather(block["line"] - 1), block
