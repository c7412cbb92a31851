"""The last pass: splits, dropped rows and the ledger, block by block."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import polars as pl

from curate.core.write.folder import OutputFolder
from curate.core.write.written import WrittenFile
from curate.curation.earlier.kept import OwnRows
from curate.curation.output.examples.edits import Edits
from curate.curation.output.examples.examples import Examples
from curate.curation.output.examples.groups import AtOdds
from curate.curation.output.ledger import write_ledger
from curate.curation.output.prepared import Prepared
from curate.curation.plan import Plan
from curate.native.lines import ended

LEDGER_FILE, DROPPED_FILE = "ledger.parquet", "dropped.jsonl"
ADDED_FILE = "added.jsonl"  # how each new row was made, of runs that make rows


class Outputs:
    """The files of a run while they are written; ``counts`` are what the manifest says of them."""

    def __init__(self, plan: Plan, folder: OutputFolder | None, names: list[str], index: OwnRows | None = None) -> None:
        self._plan = plan
        self._folder = folder
        self._names = names
        self.index = index
        self._files: dict[str, WrittenFile] = {}
        self._parts: list[Path] = []
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

    def write(self, ready: Prepared) -> None:
        """Write the rows of the next block."""
        self.counts.add(ready.ledger)
        if self._plan.frozen and not self._plan.is_frozen(ready.block):
            self.counts.added += len(ready.block)
        self.examples.add(ready.ledger, ready.block["raw"], ready.block["matched"])
        self.at_odds.add(ready.block)
        for edited in ready.edited:
            self.edits.add(*edited)
        if self._folder is None:
            return
        kept, lines = ready.kept, ready.lines
        for name, file in self._files.items():
            if name != DROPPED_FILE:
                mine = kept["split"] == name.removesuffix(".jsonl")
                for data in ended(lines if mine.all() else lines.filter(mine)) if mine.any() else ():
                    file.write(data)
        if self.index is not None:
            self.index.add(kept, lines)
        self._files[DROPPED_FILE].write_lines(ready.dropped)
        part = self._folder.file("ledger") / f"{len(self._parts):06d}.arrow"
        ready.ledger.write_ipc(part)
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
