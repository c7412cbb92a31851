"""The last pass: splits, dropped rows and the ledger, block by block."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import polars as pl

from curate.core.record.marks import alive
from curate.core.write.folder import OutputFolder
from curate.core.write.written import WrittenFile
from curate.curation.earlier.kept import OwnRows
from curate.curation.output.convert import converted
from curate.curation.output.dropped import TOLD, dropped_lines
from curate.curation.output.edited import edited_line
from curate.curation.output.examples.edits import Edits
from curate.curation.output.examples.examples import Examples
from curate.curation.output.examples.groups import AtOdds
from curate.curation.output.ledger import ledger_of, write_ledger
from curate.curation.output.matched import Matched
from curate.curation.output.tally.tally import Tally
from curate.curation.plan import Plan
from curate.native.lines import ended

LEDGER_FILE, DROPPED_FILE = "ledger.parquet", "dropped.jsonl"
ADDED_FILE = "added.jsonl"  # how each new row was made, of runs that make rows


class Outputs:
    """The files of a run while they are written; ``counts`` are what the manifest says of them."""

    def __init__(
        self, plan: Plan, folder: OutputFolder | None, names: list[str], matched: Matched, index: OwnRows | None = None
    ) -> None:
        self._plan = plan
        self._folder = folder
        self._names = names
        self._matched = matched
        self._ids = matched.rows.select("row", "id")
        self.index = index
        self._files: dict[str, WrittenFile] = {}
        self._parts: list[Path] = []
        self._steps = pl.DataFrame(
            {"reason": list(plan.step_of), "step": list(plan.step_of.values())},
            schema={"reason": pl.String, "step": pl.String},
        )
        self._sources = pl.Series(plan.names, dtype=pl.String)
        unseen = pl.col("source").is_between(len(plan.sources), len(plan.names), closed="left")
        self._protected = _places(matched.rows.filter(unseen), self._sources)
        self.counts = Counts()
        self.examples = Examples()
        self.edits = Edits()
        self.at_odds = AtOdds()

    def __enter__(self) -> Self:
        if self._folder is not None:
            for name in self._names:
                if name.endswith(".jsonl"):
                    self._files[name] = WrittenFile(self._folder.file(name), private=name == DROPPED_FILE)
            self._folder.file("ledger").mkdir()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for file in self._files.values():
            file.close()

    def write(self, block: pl.DataFrame, tally: Tally) -> None:
        """Write the rows of a block that has ``cluster`` and ``split`` beside its own columns."""
        block, kept, lines = self._lines(block)
        tally.kept(kept)
        ids = self._ids.rename({"row": "matched", "id": "matched_id"})
        block = self._with_places(block.join(ids, on="matched", how="left", maintain_order="left"))
        ledger = ledger_of(block, self._sources, self._steps, self._ids)
        self.counts.add(ledger)
        if self._plan.frozen and not self._plan.is_frozen(block):
            self.counts.added += len(block)
        self.examples.add(ledger, block["raw"], block["matched"])
        self.at_odds.add(block)
        if self._folder is None:
            return
        for name, file in self._files.items():
            if name != DROPPED_FILE:
                mine = kept["split"] == name.removesuffix(".jsonl")
                for data in ended(lines if mine.all() else lines.filter(mine)) if mine.any() else ():
                    file.write(data)
        if self.index is not None:
            self.index.add(kept, lines)
        gone = block.select(*(name for name in TOLD if name != "step")).filter(~alive())
        gone = gone.join(self._steps, on="reason", how="left", maintain_order="left")
        gone = gone.with_columns(source=self._sources.gather(gone["source"]))
        records = self._plan.config.output.records
        self._files[DROPPED_FILE].write_lines(dropped_lines(gone, self._matched, records=records))
        part = self._folder.file("ledger") / f"{len(self._parts):06d}.arrow"
        ledger.write_ipc(part)
        self._parts.append(part)

    def finish(self) -> None:
        """Close the files, and write the ledger from its parts."""
        for file in self._files.values():
            file.close()
        if self._folder is not None:
            write_ledger(self._parts, self._folder.file(LEDGER_FILE))

    def hashes(self) -> dict[str, tuple[str, int]]:
        """Return the sha256 and the size of each finished file that was hashed while it was written."""
        return {name: (file.sha256, file.bytes) for name, file in self._files.items()}

    def _lines(self, block: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame, pl.Series]:
        """Return the block, its kept rows and the line of each; an edit that cannot be written is undone and noted."""
        target = self._plan.config.output.layout
        kept = block.filter(alive())
        lines: dict[int, bytes] = {}  # of rows that are not written as they came
        special = pl.col("edited_by").list.len() > 0
        if target is not None:
            special |= pl.col("layout") != target
        undone: list[int] = []
        for row in kept.with_row_index("at").filter(special).iter_rows(named=True):
            raw = row["raw"]
            if target is not None and row["layout"] != target:
                lines[row["at"]] = converted(row, raw, target)
                continue
            fields = self._plan.sources[row["source"]].fields
            line = edited_line(raw, row["layout"], fields, [message["text"] for message in row["messages"]])
            if line is None:
                undone.append(row["row"])
            else:
                lines[row["at"]] = line
                self.edits.add(self._sources[row["source"]], row, line)
        if undone:
            here = pl.col("row").is_in(pl.Series(undone, dtype=pl.UInt64))
            block = block.with_columns(
                edited_by=pl.when(here).then(pl.lit([], dtype=pl.List(pl.String))).otherwise("edited_by"),
                warnings=pl.when(here)
                .then(pl.col("warnings").list.concat(pl.lit(["edit_not_written"])))
                .otherwise("warnings"),
            )
            kept = block.filter(alive())
        if not lines:
            return block, kept, kept["raw"]
        return block, kept, kept["raw"].clone().scatter(list(lines), pl.Series(list(lines.values()), dtype=pl.Binary))

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


def _places(rows: pl.DataFrame, sources: pl.Series) -> pl.DataFrame:
    """Return (matched, place) of rows that are of no input: FILE:LINE."""
    names = sources.gather(rows["source"])
    return rows.select(matched="row", place=pl.concat_str(pl.lit(names), "line", separator=":"))


class Counts:
    """Kept and dropped rows by reason, warning, split and source."""

    def __init__(self) -> None:
        self.rows = self.kept = self.added = 0
        self.by_reason: Counter[str] = Counter()
        self.by_warning: Counter[str] = Counter()
        self.by_split: Counter[str] = Counter()
        self.by_source: dict[str, Counter[str]] = {}
        self.edited = self.warned_kept = 0
        self.edited_by: Counter[str] = Counter()

    def add(self, ledger: pl.DataFrame) -> None:
        """Count the rows of a part of the ledger."""
        self.rows += len(ledger)
        self.kept += int((ledger["decision"] == "kept").sum())
        self.edited += int((ledger["edited_by"].list.len() > 0).sum())
        self.edited_by.update(dict(ledger["edited_by"].explode().drop_nulls().value_counts().iter_rows()))
        self.warned_kept += ledger.filter((pl.col("decision") == "kept") & (pl.col("warnings").list.len() > 0)).height
        self.by_reason.update(dict(ledger["reason"].drop_nulls().value_counts().iter_rows()))
        self.by_warning.update(dict(ledger["warnings"].explode().drop_nulls().value_counts().iter_rows()))
        self.by_split.update(dict(ledger["split"].drop_nulls().value_counts().iter_rows()))
        for source, decision, count in ledger.group_by("source", "decision").len().iter_rows():
            self.by_source.setdefault(source, Counter())[decision] += count

    def as_json(self) -> dict[str, Any]:
        """Return the counts as the manifest has them."""
        return {
            "in": self.rows - self.added,
            "added": self.added,
            "kept": self.kept,
            "dropped": self.rows - self.kept,
            "by_reason": dict(self.by_reason),
            "by_warning": dict(self.by_warning),
            "by_split": dict(self.by_split),
            "by_source": {name: {"kept": c["kept"], "dropped": c["dropped"]} for name, c in self.by_source.items()},
        }
