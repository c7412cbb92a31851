"""An augmenting run from its configuration to its files: a curation run again, the manifest last."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import polars as pl

from curate.augment.config import AugmentConfig, make_augments
from curate.augment.gating.arrivals import Arrival, added_lines, arrivals
from curate.augment.gating.frozen import frozen_blocks, split_blocks
from curate.augment.gating.gates import Gates, open_gates
from curate.augment.gating.given import GivenRun, given_run
from curate.augment.gating.home import HELD_AGAINST
from curate.augment.lines import Writer
from curate.augment.produce import Models, produce
from curate.augment.step import AugmentStep
from curate.augment.told.measured import added_stats, limits_of
from curate.core.read.layouts.shapes import packed
from curate.core.record.block import row_of
from curate.core.run.canonical import SCHEMA_VERSION
from curate.core.run.errors import InputError
from curate.core.run.progress import Progress
from curate.core.run.version import version, versions
from curate.core.write.folder import output_folder
from curate.core.write.manifest import files_in
from curate.core.write.spared import refuse_read_in
from curate.core.write.written import WrittenFile
from curate.curation.divide import Division
from curate.curation.output.examples.groups import largest_clusters
from curate.curation.output.outputs import ADDED_FILE, DROPPED_FILE, LEDGER_FILE
from curate.curation.output.published import REQUESTS_FILE, STATS_FILE, publish
from curate.curation.output.stats import stats_of
from curate.curation.output.tainted import Tainted
from curate.curation.passes.stage import stage
from curate.curation.passes.staged import Staged
from curate.curation.plan import Plan
from curate.curation.run import Options, Outcome, cluster_of, run_view, write_rows
from curate.steps.exact_duplicates import ExactDuplicates
from curate.steps.near_duplicates import NearDuplicates


def run_augment(
    config: AugmentConfig,
    base: Path,
    out: Path,
    options: Options | None = None,
    then: Callable[[], None] = lambda: None,
) -> Outcome:
    """Make rows, hold them against every gate of the run they come from, and write both into ``out``.

    ``then`` is called when all is written and the folder still locked.

    Raises:
        BudgetError: the budget is reached: nothing is written, and what was bought is in the cache.
        ThresherError: the configuration is wrong, the run was changed, the endpoint does not work, or the output
            cannot be written.
    """
    started = time.monotonic()
    options = options or Options()
    steps = make_augments(config)
    given = given_run(config.input.run, base)
    refuse_read_in(out, [given.folder])
    with output_folder(out, "augment") as folder, Progress(quiet=options.quiet) as progress:
        gates = open_gates(given, config, base, folder.work / "earlier")
        models = Models(config, base, folder.work, progress)
        seeds = seeds_in(given)
        made = produce(steps, seeds, config.seed, writer(given, seeds), models)
        arrived = arrivals(made, len(given.splits), folder.work / "new")
        plan = gates.plan([one.source for one in arrived])
        staged = _staged(plan, gates, arrived, folder.work, progress, options)
        division = _division(given)
        names = [*(f"{name}.jsonl" for name in given.splits), DROPPED_FILE, LEDGER_FILE]
        outputs = write_rows(plan, staged, division, folder, names, out.resolve(), progress, options)
        hashes = outputs.hashes() | {ADDED_FILE: _write_added(folder.file(ADDED_FILE), arrived)}
        clusters = largest_clusters(cluster_of(staged), plan.names, staged.engine, texts=options.texts)
        stats = stats_of(plan, staged, outputs, division, clusters, Tainted((), ()), texts=options.texts)
        for source, name in zip(stats["sources"], given.splits, strict=False):  # frozen sources come first
            source["shapes"] = packed(given.shapes[name])
        ledger = pl.read_parquet(folder.file(LEDGER_FILE), glob=False)
        twins = any(isinstance(step, ExactDuplicates | NearDuplicates) for step in plan.steps)
        stats["added"] = added_stats(made, arrived, staged, ledger, seed=config.seed, texts=options.texts, twins=twins)
        if len(given.splits) > 1:
            stats["split"] = {"rows": outputs.counts.as_json()["by_split"]}
        stats["limits"] = limits_of(config.limits, stats["added"])
        stats["notes"] += gates.beside.notes
        manifest = _manifest(config, steps, given, outputs.counts.as_json())
        folder.file(REQUESTS_FILE).write_bytes(models.log())
        view = run_view(started, options) | {"chat": models.summaries()}
        publish(folder, [*names, ADDED_FILE], hashes, stats, manifest, view)
        then()
    return Outcome(out, manifest, stats, stats["limits"]["broken"], stats["notes"], view["chat"])


def seeds_in(given: GivenRun) -> pl.DataFrame:
    """Return the training rows of a run.

    Raises:
        InputError: it has none.
    """
    blocks = list(split_blocks(given, 0, "train"))
    if not blocks:
        raise InputError(f"{given.folder} has no training row, and rows are made of those alone")
    return pl.concat(blocks)


def writer(given: GivenRun, seeds: pl.DataFrame) -> Writer:
    """Return what writes candidates."""
    return Writer(seeds, given.shapes["train"], given.kept["id"], given.gates.input.id)


def _staged(
    plan: Plan,
    gates: Gates,
    arrived: Sequence[Arrival],
    work: Path,
    progress: Progress,
    options: Options,
) -> Staged:
    memory = options.memory
    new: Iterator[pl.DataFrame] = chain.from_iterable(one.blocks(plan, memory.block) for one in arrived)
    blocks = chain(frozen_blocks(gates.given, memory.block), new)
    staged = stage(plan, work, progress, memory=memory, blocks=blocks, beside=gates.beside)
    staged.again = None  # no split is drawn, which alone decides again; it would hold the keys' open files
    return staged


def _division(given: GivenRun) -> Division:
    """Return the splits of the frozen rows that do not train; a row that is not named trains."""
    rows = [pl.DataFrame(schema={"row": pl.UInt64, "split": pl.String})]
    for source, name in enumerate(given.splits):
        if name != "train":
            lines = pl.int_range(1, 1 + len(given.kept.filter(split=name)), dtype=pl.UInt64, eager=True)
            rows.append(pl.DataFrame({"row": lines + row_of(source, 0)}).with_columns(split=pl.lit(name)))
    return Division(pl.concat(rows))


def _write_added(path: Path, arrived: Sequence[Arrival]) -> tuple[str, int]:
    file = WrittenFile(path)
    file.write_lines(added_lines(arrived))
    file.close()
    return file.sha256, file.bytes


def _manifest(
    config: AugmentConfig, steps: Sequence[AugmentStep], given: GivenRun, counts: dict[str, Any]
) -> dict[str, Any]:
    told = config.model_dump(mode="json") | {"steps": [step.model_dump(mode="json") for step in steps]}
    read = [*(f"{name}.jsonl" for name in given.splits), LEDGER_FILE, STATS_FILE]
    inputs = [given.outputs[file] | {"path": f"{given.name}/{file}"} for file in read]
    return {
        "thresher": version(),
        "schema_version": SCHEMA_VERSION,
        "command": "augment",
        "config": told | {"gates": _gates(given, config)},
        "seed": config.seed,
        "first_rows": None,
        "inputs": inputs + [one for one in files_in(given.manifest, "inputs") if one.get("protected")],
        **{part: given.manifest[part] for part in HELD_AGAINST if part in given.manifest},
        "outputs": [],
        "counts": counts,
        "steps_off": given.manifest["steps_off"],
        "versions": versions(),
    }


def _gates(given: GivenRun, config: AugmentConfig) -> dict[str, Any]:
    """Return the configuration that the new rows passed: the next run's rows have to pass it too."""
    gates = given.gates.model_dump(mode="json")
    schema = gates["check"]["answer_schema"] and (config.input.answer_schema or gates["check"]["answer_schema"])
    return gates | {"check": gates["check"] | {"answer_schema": schema}}
