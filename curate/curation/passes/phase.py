"""One pass over the blocks, and the decisions of its set steps."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

import polars as pl

from curate.core.command.words import path_word
from curate.core.read.rows import Seen
from curate.core.record.block import BLOCK
from curate.core.run.errors import ConfigError
from curate.core.run.memory import give_back
from curate.core.run.workers import in_order
from curate.curation.passes.deciding import Deciding
from curate.curation.passes.looked import Looked, Wanted, look
from curate.curation.passes.staged import Staged
from curate.curation.plan import Phase, Plan, shared_keys
from curate.curation.protected import protected_blocks
from curate.engines.columns import ColumnTable
from curate.engines.tables import DiskTable
from curate.steps.exact_duplicates import ExactDuplicates
from curate.steps.step import SetStep


def run_phase(
    plan: Plan,
    phase: Phase,
    blocks: Iterator[pl.DataFrame],
    staged: Staged,
    keys: Path,
    *,
    first: bool,
    last: bool,
    threads: int,
) -> None:
    """Run one pass over the blocks, ``threads`` of them at once, then the decisions of its set steps.

    In the ``first`` pass what came in is counted, in the ``last`` one a split's keys are taken.

    Raises:
        ConfigError: no row has a field of ``[split] group_by``.
    """
    shared = shared_keys(plan, phase)
    tables = [
        _table(step, keys / f"{place}-{step.use}", staged.mapped_bytes) for place, step in enumerate(phase.set_steps)
    ]
    prints = DiskTable(keys / "prints")
    if last and plan.config.split is not None:
        staged.split_keys = DiskTable(keys / "split")
        own = None if shared is None else tables[shared]
        staged.pair_keys = own if isinstance(own, ColumnTable) else ColumnTable(keys / "pairs", staged.mapped_bytes)
    wanted = _wanted(plan, phase, staged, first=first, last=last)
    unnamed = wanted.ids
    lacking: list[frozenset[str]] = []
    try:
        for looked in in_order(partial(look, plan, phase, wanted), blocks, threads):
            unnamed &= not looked.named
            lacking += [] if looked.lacking is None else [looked.lacking]
            _stage(looked, staged, tables, prints)
        for block in _protected(plan, staged, keys) if any(step.sees_protected for step in phase.set_steps) else ():
            for set_step, table in zip(phase.set_steps, tables, strict=True):
                if set_step.sees_protected:
                    table.append(set_step.keys(block))
    finally:
        for held in (*tables, staged.pair_keys):
            if isinstance(held, ColumnTable):
                held.close()
    give_back()
    plan.notes.extend(_ungrouped(plan, lacking, last=last))
    if staged.blocks.rows:
        told = [step.missing(table) for step, table in zip(phase.set_steps, tables, strict=True)]
        plan.notes.extend(note for note in (_unnamed(plan) if unnamed else None, *told) if note is not None)
    deciding = Deciding(phase.set_steps, tables, prints, staged, plan.frozen)
    staged.decided.append(deciding.decide(pl.Series("row", [], dtype=pl.UInt64)))
    staged.again = deciding.decide if last else None
    if shared is not None and isinstance(own := tables[shared], ColumnTable) and staged.pair_keys is not None:
        staged.pair_keys = own  # rows of earlier runs may have come to it


def _wanted(plan: Plan, phase: Phase, staged: Staged, *, first: bool, last: bool) -> Wanted:
    """Return what a pass has to find in each block, beside the marks of its steps."""
    exact = next((step for step in phase.set_steps if isinstance(step, ExactDuplicates)), None)
    return Wanted(
        first,
        first and plan.names_ids,
        None if staged.beside.against is None else exact,
        split=staged.split_keys is not None,
        fields=bool(plan.group_by) and (first or last),
    )


def _stage(looked: Looked, staged: Staged, tables: Sequence[DiskTable | ColumnTable], prints: DiskTable) -> None:
    """Keep what a pass found in a block: its counts, its keys (``tables``, one a set step), and its rows."""
    if looked.counted is not None:
        staged.tally.came_in(looked.block, looked.counted)
    staged.tainted += looked.tainted
    for table, found in (
        *zip(tables, looked.keys, strict=True),
        (prints, looked.prints),
        (staged.split_keys, looked.split_keys),
        (staged.pair_keys, looked.pair_keys),
        (staged.blocks, looked.block),
    ):
        if table is not None and found is not None:
            table.append(found)


def _unnamed(plan: Plan) -> str:
    return f"no row has an id in {plan.config.input.id!r}, which [input] id names: they are called by their digests"


def _ungrouped(plan: Plan, lacking: Sequence[frozenset[str]], *, last: bool) -> list[str]:
    """Return notes of the fields of ``[split] group_by`` that no row has, where earlier rows may have them.

    ``lacking`` has those of each block with rows.

    Raises:
        ConfigError: there are no earlier rows.
    """
    none = [name for name in plan.group_by if lacking and all(name in own for own in lacking)]
    if none and (plan.config.split is None or plan.config.split.previous is None):
        raise ConfigError(f"[split] group_by: no row has the field {none[0]!r}", hint="name a field of the records")
    told = "[split] group_by: no new row has the field {!r}; it keeps none with earlier rows"
    return [told.format(name) for name in none] if last else []


def _protected(plan: Plan, staged: Staged, keys: Path) -> Iterator[pl.DataFrame]:
    """Yield the rows of the protected files, and spill them beside the run's own."""
    staged.protected = DiskTable(keys / "protected", BLOCK)
    for source in plan.protected:
        seen = Seen()
        rows = 0
        for block in protected_blocks(source, seen, plan.config.input.id):
            rows += len(block)
            staged.protected.append(block)
            yield block
        staged.protected_seen.append(seen)
        if rows < seen.rows:
            plan.notes.append(
                f"{seen.rows - rows:,} of {seen.rows:,} rows of {source.name} cannot be read and are not protected; "
                f"see them: thresher check {path_word(source.name)}"
            )


def _table(step: SetStep, folder: Path, mapped_bytes: int) -> DiskTable | ColumnTable:
    return ColumnTable(folder, mapped_bytes) if step.by_column else DiskTable(folder)
