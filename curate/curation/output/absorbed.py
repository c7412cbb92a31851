"""Notes of a run in which one kept row stands for so many near-duplicates that they may share a template alone."""

from __future__ import annotations

import polars as pl

from curate.core.record.block import EARLIER, LINE_BITS, place_of
from curate.curation.output.outputs import Counts
from curate.curation.passes.staged import Staged
from curate.curation.plan import Plan

_SHARE, _MOST = 0.2, 0.5  # of a source's rows that went, above which one kept row may not stand for many, or for any
_MANY, _MANY_SHARE, _FEW = 20, 0.05, 5  # rows that went for one: so many, or a share of the source and not just a few


def absorbed(plan: Plan, staged: Staged, counts: Counts) -> list[str]:
    """Return a note for each source of which many rows went as near-duplicates, and many of them for one row."""
    gone = pl.concat([_near(found) for phase in staged.decided for found in phase.marks] or [_NONE])
    notes = []
    for source, rows in sorted(gone.group_by(pl.col("row") // (1 << LINE_BITS))):
        number = int(str(source[0]))
        name = plan.names[number]
        total = sum(counts.by_source[name].values())
        kept, most = rows["matched"].value_counts().sort("count", "matched", descending=[True, False]).row(0)
        many = most >= _MANY or most >= max(_FEW, _MANY_SHARE * total)
        if total >= _MANY and len(rows) > (_SHARE if many else _MOST) * total:
            at, line = place_of(kept)
            notes.append(
                f"near_duplicates took {len(rows):,} of {total:,} rows of {name}, {most:,} of them for one row, "
                f"{plan.names[at]}:{line}; if they share a long template and ask different things, move it into the "
                'system prompt, set action = "warn" of near_duplicates, or raise its threshold'
            )
    return notes


_NONE = pl.DataFrame(schema={"row": pl.UInt64, "matched": pl.UInt64})


def _near(decided: pl.DataFrame) -> pl.DataFrame:
    went = pl.col("drops") & (pl.col("reason") == "near_duplicate") & (pl.col("matched") < EARLIER)
    return decided.filter(went).select("row", "matched")
