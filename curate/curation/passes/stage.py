"""Pass by pass: read, mark, spill, decide; until only writing is left."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import polars as pl

from curate.core.read.build import Builder
from curate.core.read.lines import READ_BYTES, SCANNED_BYTES
from curate.core.read.records import read_records
from curate.core.read.rows import Seen
from curate.core.read.source import Source
from curate.core.record.block import BLOCK
from curate.core.record.marks import reject, warn
from curate.core.run.progress import Progress
from curate.curation.earlier.beside import ALONE, Beside
from curate.curation.memory import Memory
from curate.curation.output.tally.tally import Tally
from curate.curation.passes.phase import run_phase
from curate.curation.passes.staged import Staged
from curate.curation.plan import Plan
from curate.engines.room import Room
from curate.engines.tables import DiskTable
from curate.native.gather import native_gatherer


def stage(
    plan: Plan,
    work: Path,
    progress: Progress,
    *,
    memory: Memory,
    limit: int | None = None,
    blocks: Iterator[pl.DataFrame] | None = None,
    beside: Beside = ALONE,
) -> Staged:
    """Run every step, and collect what the split needs to know; ``blocks`` stand for what the sources hold.

    Raises:
        InputError: a source cannot be read, or changed while it was read.
        ConfigError: no row has a field of ``[split] group_by``.
    """
    seen = [Seen() for _ in plan.sources]
    tally = Tally(plan)
    if blocks is None:
        blocks = _read(plan, seen, progress, memory.block, limit)
    room = Room(memory.held)
    staged = Staged(DiskTable(work / "blocks", BLOCK), seen, tally, mapped_bytes=memory.mapped, beside=beside)
    for number, phase in enumerate(plan.phases):
        last = number == len(plan.phases) - 1
        before, staged.blocks = staged.blocks, DiskTable(work / f"blocks{number}", BLOCK, room=room)
        run_phase(
            plan, phase, blocks, staged, work / f"keys{number}", first=number == 0, last=last, threads=memory.threads
        )
        progress.tell("steps done", number + 1, len(plan.phases))
        before.clear()
        blocks = marked_blocks(staged.blocks, staged.decisions)
    return staged


def marked_by(decisions: list[pl.DataFrame], block: pl.DataFrame) -> pl.DataFrame:
    """Return a spilled block with the decisions of set steps marked, in their order."""
    for decision in decisions:
        block = marked(block, decision)
    return block


def marked_blocks(blocks: DiskTable, decisions: list[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    """Yield spilled blocks with the decisions on them marked."""
    return map(partial(marked_by, decisions), blocks.batches(BLOCK.names()))


def rows_of(block: pl.DataFrame, table: pl.DataFrame) -> pl.DataFrame:
    """Return the part of a table, whose rows ascend, that is about rows of the block: a slice, nothing is copied."""
    start = int(table["row"].search_sorted(block["row"][0], side="left"))
    end = int(table["row"].search_sorted(block["row"][-1], side="right"))
    return table[start:end]


def marked(block: pl.DataFrame, decisions: pl.DataFrame) -> pl.DataFrame:
    """Return the block with the decisions of a set step marked."""
    own = rows_of(block, decisions)
    if own.is_empty():
        return block
    new = own.rename({name: f"__{name}" for name in own.columns if name != "row"})
    block = block.join(new, on="row", how="left", maintain_order="left")
    matched, similarity = pl.col("__matched"), pl.col("__similarity")
    for reason, drops in own.select("reason", "drops").unique(maintain_order=True).iter_rows():
        where = (pl.col("__reason") == reason) & (pl.col("__drops") == drops)
        if drops:
            block = reject(block, where, reason, pl.col("__detail"), matched, similarity)
        else:
            block = warn(block, where, reason, pl.col("__detail"), matched, similarity)
    return block.select(BLOCK.names())


def _read(
    plan: Plan, seen: list[Seen], progress: Progress, block_bytes: int, limit: int | None
) -> Iterator[pl.DataFrame]:
    """Yield the blocks of every source, in order; at most ``limit`` rows in all."""
    done = 0
    for source in plan.sources:
        left = None if limit is None else limit - done
        for block in source_blocks(plan, source, seen[source.index], block_bytes, left):
            done += len(block)
            yield block
            progress.tell("rows read", done)


def source_blocks(
    plan: Plan, source: Source, seen: Seen, block_bytes: int, limit: int | None = None
) -> Iterator[pl.DataFrame]:
    """Yield the blocks of a source, of about ``block_bytes`` of lines; it is read to its end whatever the limit."""
    gatherer = native_gatherer(plan.config.input.id) if plan.judge.is_bare else None
    made = Builder(source.index, plan.judge, plan.drops, plan.warns, plan.config.input.id, gatherer)
    room = limit
    piece = min(READ_BYTES if gatherer is None else SCANNED_BYTES, block_bytes)
    longest = plan.config.input.max_line_bytes
    for batch in read_records(source, seen, block_bytes=piece, max_line_bytes=longest, scanner=gatherer):
        if room is not None and room <= 0:
            if gatherer is not None:
                gatherer.leave()
            continue  # the rest is read for its hash alone
        made.add(batch)
        if made.bytes >= block_bytes or (room is not None and made.rows >= room):
            block = made.block() if room is None else made.block().head(room)
            room = room if room is None else room - len(block)
            yield block
    if made.rows and (room is None or room > 0):
        yield made.block()
