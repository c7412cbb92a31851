"""A curation run from its configuration to its files, the manifest last."""

from __future__ import annotations

import os
import platform
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl

from curate.core.record.block import BLOCK, EARLIER
from curate.core.run.canonical import SCHEMA_VERSION
from curate.core.run.memory import peak_bytes
from curate.core.run.progress import Progress
from curate.core.run.version import version, versions
from curate.core.run.workers import cores, in_order
from curate.core.write.folder import OutputFolder, output_folder
from curate.core.write.spared import refuse_read_in
from curate.curation.config import CurateConfig, steps_off
from curate.curation.divide import Division, divide
from curate.curation.earlier.beside import Beside, Named, find_earlier, open_earlier
from curate.curation.earlier.kept import own_rows, write_cumulative
from curate.curation.memory import Memory, memory_for
from curate.curation.output.absorbed import absorbed
from curate.curation.output.examples.groups import largest_clusters
from curate.curation.output.matched import Matched
from curate.curation.output.noticed import noticed
from curate.curation.output.outputs import DROPPED_FILE, LEDGER_FILE, Outputs
from curate.curation.output.prepared import Prepared, Preparer
from curate.curation.output.published import publish
from curate.curation.output.stats import stats_of
from curate.curation.output.tainted import TAINTED_FILE, Tainted
from curate.curation.output.uncompared import uncompared
from curate.curation.passes.stage import marked_by, rows_of, stage
from curate.curation.passes.staged import Staged
from curate.curation.plan import Plan, make_plan
from curate.curation.protected import refuse_unreadable
from curate.engines.local import LocalEngine
from curate.engines.tables import MemoryTable
from curate.index.against import INDEX_FILE
from curate.split.draw import NAMES


@dataclass(frozen=True)
class Options:
    """How a run is done, which is no part of the configuration; ``limit`` and ``texts`` alone change what it writes."""

    memory_limit: int | None = None
    threads: int = field(default_factory=cores)
    block_bytes: int | None = None
    limit: int | None = None  # rows read
    texts: bool = True  # texts of the data in stats and reports
    quiet: bool = False

    @property
    def memory(self) -> Memory:
        """Return what the run may hold at once."""
        bounds = memory_for(self.memory_limit, self.threads)
        return bounds if self.block_bytes is None else bounds._replace(block=self.block_bytes)


@dataclass(frozen=True)
class Outcome:
    """What a run did."""

    out: Path | None
    manifest: dict[str, Any]
    stats: dict[str, Any]
    broken: list[str]  # limits that were passed, in words
    notes: list[str] = field(default_factory=list)
    chat: dict[str, Any] = field(default_factory=dict)  # sums of the requests to each model that was asked


def run_curation(
    config: CurateConfig,
    base: Path,
    out: Path | None,
    options: Options = Options(),
    then: Callable[[], None] = lambda: None,
) -> Outcome:
    """Curate; write the outputs into ``out``, or nothing at all where it is None (a dry run).

    ``then`` is called when all is written and the folder still locked: no other run changes what it reads.

    Raises:
        ThresherError: the configuration is wrong, an input cannot be read, or the output cannot be written.
    """
    started = time.monotonic()
    plan = make_plan(config, base)
    named = find_earlier(plan, base, out)
    if out is not None:
        refuse_read_in(out, plan.files(base))
    refuse_unreadable(plan.protected, config.input.id)
    with work_folder(out) as (folder, work):
        outcome = _curated(plan, named, base, folder, work, options, started)
        then()
    return outcome


def _curated(
    plan: Plan,
    named: Named,
    base: Path,
    folder: OutputFolder | None,
    work: Path,
    options: Options,
    started: float,
) -> Outcome:
    out = None if folder is None else folder.path
    here = (out or base).resolve()
    with Progress(quiet=options.quiet) as progress:
        memory = options.memory
        beside = open_earlier(plan, base, named, work / "earlier")
        staged = stage(plan, work, progress, memory=memory, limit=options.limit, beside=beside)
        division = divide(plan, staged)
        names = _names(plan, beside)
        outputs = write_rows(plan, staged, division, folder, names, here, progress, options)
        clusters = largest_clusters(cluster_of(staged), plan.names, staged.engine, texts=options.texts)
        tainted = Tainted(plan.contamination, staged.tainted)
        stats = stats_of(
            plan, staged, outputs, division, clusters, tainted, texts=options.texts, first_rows=options.limit
        )
        stats["notes"] += [
            *noticed([*plan.sources, *plan.protected], [*staged.seen, *staged.protected_seen]),
            *beside.notes,
            *absorbed(plan, staged, outputs.counts),
            *uncompared(plan, staged),
        ]
        manifest = _manifest(plan, staged, outputs, tainted, options.limit)
        if folder is not None:
            hashes, indexed = outputs.hashes(), {}
            if outputs.index is not None:
                index = write_cumulative(folder, outputs.index, outputs, beside, here)
                manifest["index"] = {"footer": index[0].footer}
                names += [part.path for part in index[1:]]
                hashes |= {part.path: (part.sha256, part.bytes) for part in index}
                indexed = {part.path: part.rows for part in index}
            if plan.contamination:
                names = [*names, TAINTED_FILE]
                hashes[TAINTED_FILE] = tainted.write(folder.file(TAINTED_FILE), plan.sources)
            publish(folder, names, hashes, stats, manifest, run_view(started, options), indexed)
    return Outcome(out, manifest, stats, stats["limits"]["broken"], stats["notes"])


@contextmanager
def work_folder(out: Path | None) -> Iterator[tuple[OutputFolder | None, Path]]:
    """Give the folder that a run writes, locked, and one to work in, which a dry run has elsewhere."""
    if out is None:
        with tempfile.TemporaryDirectory(prefix="thresher-") as scratch:
            yield None, Path(scratch)
    else:
        with output_folder(out, "curate") as folder:
            yield folder, folder.work


def _names(plan: Plan, beside: Beside) -> list[str]:
    """Return the files that the run writes, in the manifest's order."""
    split = plan.config.split
    asked = {"train": 1.0} | ({"validation": split.validation, "test": split.test} if split else {})
    held = beside.previous_splits
    splits = [f"{name}.jsonl" for name in NAMES if asked.get(name, 0) > 0 or name in held]
    return [*splits, DROPPED_FILE, LEDGER_FILE, *([INDEX_FILE] if plan.config.index.write else [])]


def write_rows(
    plan: Plan,
    staged: Staged,
    division: Division,
    folder: OutputFolder | None,
    names: list[str],
    here: Path,
    progress: Progress,
    options: Options,
) -> Outputs:
    """Write the splits, the dropped rows and the ledger; a kept row that the division does not name trains."""
    clusters = cluster_of(staged)
    matched = _matched(staged, plan, here)
    index = None
    if folder is not None and plan.config.index.write:
        index = own_rows(plan, folder.file("index"))
    preparer = Preparer(plan, matched, writes=folder is not None, texts=options.texts)

    def prepared(block: pl.DataFrame) -> Prepared:
        block = marked_by(staged.decisions, block)
        rows = block.join(rows_of(block, clusters), on="row", how="left", maintain_order="left")
        rows = rows.join(rows_of(block, division.rows), on="row", how="left", maintain_order="left")
        kept = pl.col("reason").is_null()
        return preparer.prepare(
            rows.with_columns(split=pl.when(kept).then(pl.col("split").cast(pl.String).fill_null("train")))
        )

    with Outputs(plan, folder, names, index) as outputs:
        for ready in in_order(prepared, staged.blocks.batches(BLOCK.names()), options.memory.threads):
            outputs.write(ready)
            staged.tally.after.merge(ready.counted)
            progress.tell("rows written", outputs.counts.rows, staged.blocks.rows)
        outputs.finish()
        outputs.examples.add_twins(staged.engine, matched)
        outputs.at_odds.choose(plan.names, staged.engine)
    return outputs


def _matched(staged: Staged, plan: Plan, here: Path) -> Matched:
    """Return every row that another is matched with, or was made of."""
    found = [decision["matched"] for decision in staged.decisions]
    for block in staged.blocks.batches(["matched", "parents"]):
        found += [block["matched"], block["parents"].explode(empty_as_null=False)]
    rows = pl.concat(found or [pl.Series([], dtype=pl.UInt64)]).drop_nulls().unique().sort()
    return Matched(rows, staged.engine, plan.names, staged.beside, here)


def cluster_of(staged: Staged) -> pl.DataFrame:
    """Return (row, cluster) of the rows that were removed for another, and of those they were removed for."""
    links = pl.concat([*staged.removals, *staged.alike] or [pl.DataFrame(schema={"a": pl.UInt64, "b": pl.UInt64})])
    if links.is_empty():
        return pl.DataFrame(schema={"row": pl.UInt64, "cluster": pl.UInt64})
    roots = LocalEngine(staged.blocks).components(MemoryTable(links)).read(["row", "root"])
    return roots.filter(pl.col("row") < EARLIER).rename({"root": "cluster"})


def _manifest(plan: Plan, staged: Staged, outputs: Outputs, tainted: Tainted, limit: int | None) -> dict[str, Any]:
    counts = outputs.counts.as_json()
    return {
        "thresher": version(),
        "schema_version": SCHEMA_VERSION,
        "command": "curate",
        "config": resolved(plan),
        "seed": plan.config.seed,
        "first_rows": limit,
        "inputs": [
            {"path": source.name, "sha256": seen.sha256, "bytes": seen.bytes, "rows": seen.rows}
            for source, seen in zip(plan.sources, staged.seen, strict=True)
        ]
        + [
            {"path": source.name, "sha256": seen.sha256, "bytes": seen.bytes, "rows": seen.rows, "protected": True}
            for source, seen in zip(plan.protected, staged.protected_seen, strict=True)
        ],
        **staged.beside.inputs,
        "outputs": [],
        "evaluation_sets": tainted.sets(),
        "counts": counts,
        "steps_off": steps_off(plan.config, plan.steps),
        "versions": versions(),
    }


def resolved(plan: Plan) -> dict[str, Any]:
    """Return the configuration of a run, its steps complete."""
    config = plan.config.model_dump(mode="json")
    for files in (config["input"]["files"], config["input"]["protect"]):
        files.sort(key=str)  # their order on a command line says nothing: they are read by path
    config["steps"] = [step.model_dump(mode="json") for step in plan.steps]
    return config


def run_view(started: float, options: Options) -> dict[str, Any]:
    """Return what differs between two runs of the same thing: no part of the manifest."""
    return {
        "schema_version": SCHEMA_VERSION,
        "finished": datetime.now(UTC).isoformat(timespec="seconds"),
        "seconds": round(time.monotonic() - started, 3),
        "engine": "local",
        "threads": options.memory.threads,
        "memory_limit": options.memory_limit,
        "peak_memory_bytes": peak_bytes(),
        "python": platform.python_version(),
        "git_commit": os.environ.get("GITHUB_SHA") or os.environ.get("CI_COMMIT_SHA"),
        "ci": os.environ.get("GITHUB_RUN_ID") or os.environ.get("CI_JOB_URL"),
    }
