"""What the rows of a block become, before any is written: pure, so that blocks may be prepared in any thread."""

from __future__ import annotations

from typing import Any, NamedTuple

import polars as pl

from curate.core.record.marks import alive
from curate.curation.output.convert import converted
from curate.curation.output.dropped import TOLD, dropped_lines
from curate.curation.output.edited import edited_line
from curate.curation.output.ledger import ledger_of
from curate.curation.output.matched import Matched
from curate.curation.output.tally.tally import Sample
from curate.curation.output.withheld import without_text
from curate.curation.plan import Plan


class Edited(NamedTuple):
    """A row that is not written as it came."""

    source: str
    row: dict[str, Any]  # of the block
    line: bytes


class Prepared(NamedTuple):
    """A block ready to be written."""

    block: pl.DataFrame
    kept: pl.DataFrame  # its rows that were not dropped
    lines: pl.Series  # one a kept row, without its end
    edited: list[Edited]
    dropped: list[bytes]  # lines of dropped.jsonl
    ledger: pl.DataFrame
    counted: Sample  # of the kept rows


class Preparer:
    """What is known of the run while its blocks are prepared; no block changes it."""

    def __init__(self, plan: Plan, matched: Matched, *, writes: bool, texts: bool) -> None:
        self._plan = plan
        self._bare = not (texts and plan.config.output.records)  # then no detail quotes a row
        self._writes = writes  # else nothing becomes of dropped rows
        self._matched = matched
        self._folding = plan.normalise.edit and plan.normalise.white_space  # then no edited string holds a line end
        self._ids = matched.rows.select("row", "id")
        self._steps = pl.DataFrame(
            {"reason": list(plan.step_of), "step": list(plan.step_of.values())},
            schema={"reason": pl.String, "step": pl.String},
        )
        self._sources = pl.Series(plan.names, dtype=pl.String)
        unseen = pl.col("source").is_between(len(plan.sources), len(plan.names), closed="left")
        self._protected = _places(matched.rows.filter(unseen), self._sources)

    def prepare(self, block: pl.DataFrame) -> Prepared:
        """Return what a block becomes that has ``cluster`` and ``split`` beside its own columns."""
        block, kept, lines, edited = self._lines(block)
        ids = self._ids.rename({"row": "matched", "id": "matched_id"})
        block = block.join(ids, on="matched", how="left", maintain_order="left")
        noted = self._with_places(without_text(block, self._plan.step_of) if self._bare else block)
        ledger = ledger_of(noted, self._sources, self._steps, self._ids)
        dropped = self._dropped(noted) if self._writes else []
        return Prepared(block, kept, lines, edited, dropped, ledger, Sample(self._plan.tokens).add(kept))

    def _dropped(self, block: pl.DataFrame) -> list[bytes]:
        gone = block.select(*(name for name in TOLD if name != "step")).filter(~alive())
        gone = gone.join(self._steps, on="reason", how="left", maintain_order="left")
        gone = gone.with_columns(source=self._sources.gather(gone["source"]))
        return list(dropped_lines(gone, self._matched, records=self._plan.config.output.records))

    def _lines(self, block: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame, pl.Series, list[Edited]]:
        """Return the block, its kept rows, the line of each, and the edited ones of them.

        An edit that cannot be written is undone and noted; so is what a conversion leaves out.
        """
        target = self._plan.config.output.layout
        kept = block.filter(alive())
        lines: dict[int, bytes] = {}  # of rows that are not written as they came
        edited: list[Edited] = []
        special = pl.col("edited_by").list.len() > 0
        if target is not None:
            special |= pl.col("layout") != target
        undone: list[int] = []
        shortened: list[int] = []
        for row in kept.with_row_index("at").filter(special).iter_rows(named=True):
            raw, fields = row["raw"], self._plan.sources[row["source"]].fields
            if target is not None and row["layout"] != target:
                lines[row["at"]], lost = converted(row, raw, target, fields)
                shortened += [row["row"]] if lost else []
                continue
            texts = [message["text"] for message in row["messages"]]
            folded = self._folding and row["edited_by"] == [self._plan.normalise.use]
            line = edited_line(raw, row["layout"], fields, texts, rejected=row["rejected"], folded=folded)
            if line is None:
                undone.append(row["row"])
            else:
                lines[row["at"]] = line
                edited.append(Edited(self._sources[row["source"]], row, line))
        if undone:
            here = pl.col("row").is_in(pl.Series(undone, dtype=pl.UInt64).implode())
            nobody = pl.lit([], dtype=pl.List(pl.String))
            block = block.with_columns(edited_by=pl.when(here).then(nobody).otherwise("edited_by"))
        if undone or shortened:
            block = _noted(_noted(block, undone, "edit_not_written"), shortened, "fields_not_converted")
            kept = block.filter(alive())
        if not lines:
            return block, kept, kept["raw"], edited
        written = kept["raw"].clone().scatter(list(lines), pl.Series(list(lines.values()), dtype=pl.Binary))
        return block, kept, written, edited

    def _with_places(self, block: pl.DataFrame) -> pl.DataFrame:
        """Return the block with the place of the protected row in the detail of each row that is matched with one.

        The ledger has no row for it, so that its place must stand here.
        """
        if self._protected.is_empty():
            return block
        placed = block.join(self._protected, on="matched", how="left", maintain_order="left")
        detail = (
            pl.when(pl.col("place").is_null())
            .then("detail")
            .otherwise(pl.concat_str("place", "detail", separator=", ", ignore_nulls=True))
        )
        return placed.with_columns(detail=detail).drop("place")


def _noted(block: pl.DataFrame, rows: list[int], word: str) -> pl.DataFrame:
    """Return the block with a word among the warnings of some rows."""
    here = pl.col("row").is_in(pl.Series(rows, dtype=pl.UInt64).implode())
    grown = pl.col("warnings").list.concat(pl.lit([word]))
    return block.with_columns(warnings=pl.when(here).then(grown).otherwise("warnings"))


def _places(rows: pl.DataFrame, sources: pl.Series) -> pl.DataFrame:
    """Return (matched, place) of rows that are of no input: FILE:LINE."""
    names = sources.gather(rows["source"])
    return rows.select(matched="row", place=pl.concat_str(pl.lit(names), "line", separator=":"))
