"""What later commands would refuse, found before a model is asked: its answers may cost money and hours."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import polars as pl

from curate.core.run.errors import ConfigError, InputError, OutputError, nearest
from curate.core.write.manifest import MANIFEST
from curate.core.write.spared import refuse_read_in, refuse_target
from evalkit.eval.config import EvalConfig, GateTable, ScoreTable
from evalkit.eval.flags import COMPARED, GATE, ITEMS, RUN, baselines, settings
from evalkit.gate.config import load_gate
from evalkit.gate.output.files import JUNIT, SUMMARY, VERDICT
from evalkit.gate.rules.evaluate import baseline_of
from evalkit.gate.rules.waivers import load_waivers
from evalkit.gate.runs.run import Run, read_run
from evalkit.judge.ask import plan
from evalkit.metrics.metric import Metric
from evalkit.metrics.model.judge import Judge
from evalkit.predictions import PREDICTIONS
from evalkit.read.records import Fields
from evalkit.read.tainted import read_tainted
from evalkit.results import JUDGEMENTS, PREDICTIONS_FILE, ROWS, SCORES
from evalkit.run import make_metrics

_NO_ROWS = pl.DataFrame(schema=PREDICTIONS)
_PAGE = 'name another file: output = "report.html" in [report]'
_WRITTEN = (
    COMPARED,
    ITEMS,
    *(f"{RUN}/{name}" for name in (PREDICTIONS_FILE, ROWS, SCORES, JUDGEMENTS, MANIFEST)),
    *(f"{GATE}/{name}" for name in (VERDICT, JUNIT, SUMMARY, MANIFEST)),
)


def refuse_unready(config: EvalConfig, home: Path, out: Path) -> None:
    """Look at the metrics, the files that they name, the rules and what these are held against; ``home`` has the paths.

    Raises:
        ThresherError: a metric, a setting or a file of the gate is missing or wrong; a rule is on what is not scored;
            a baseline lies where the candidate will.
    """
    metrics = make_metrics(config.score.metrics, settings(config.score, home))
    for metric in metrics:
        _read_named(metric, config.score)
    scored = [metric.name for metric in metrics]
    if config.gate is None:
        return
    limits = home / config.gate.limits
    rules = load_gate(limits)
    _read_beside(config.gate, home, rules.waivers)
    paths = baselines(config.gate, home)
    refuse_read_in(out / RUN, paths.values())  # the candidate would be held against itself
    held = {name: _baseline(path) for name, path in paths.items()}
    for limit in rules.limits:
        if limit.metric not in scored:
            raise ConfigError(
                f"{limits} has a rule on {limit.metric!r}, which is not scored{nearest(limit.metric, scored)}",
                hint=f"metrics = {[*config.score.metrics, limit.metric]} in [score], or no such rule".replace("'", '"'),
            )
        if not limit.alone:
            held[baseline_of(limit, held)].statistics(limit.metric)


def ready_page(page: Path, config: EvalConfig, file: Path, out: Path) -> None:
    """Make the folder that a page goes into, and look whether the page can be written there.

    Raises:
        OutputError: it cannot, or would be written over what the evaluation reads (``file`` too) or writes.
    """
    if page.is_dir():
        raise OutputError(f"{page} cannot be written: it is a folder", hint=_PAGE)
    place = page.resolve()
    if any(place == (out / name).resolve() for name in (*_WRITTEN, RUN, GATE)):
        raise OutputError(f"{page} is something else of the evaluation", hint=_PAGE)
    if any((out / name).resolve() in place.parent.parents for name in (RUN, GATE)):
        raise OutputError(f"{page} lies in a folder of a folder that the evaluation writes", hint=_PAGE)
    tables = [table for table in (config.predict, config.score, config.gate) if table is not None]
    named = [value for table in tables for value in vars(table).values() if isinstance(value, Path)]
    held = {} if config.gate is None else baselines(config.gate, file.parent)
    refuse_target(page, [file, *(file.parent / path for path in named), *held.values(), *_read(config, file.parent)])
    try:
        page.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{page} cannot be written: {error.strerror}", hint=_PAGE) from error
    replaced = page.is_file() or not page.exists()  # a pipe or a terminal is written to as it is
    if not os.access(page.parent if replaced else page, os.W_OK):
        raise OutputError(f"{page} cannot be written: {os.strerror(errno.EACCES)}", hint=_PAGE)


def _read(config: EvalConfig, home: Path) -> list[Path]:
    """Return the files that a replayed model and the settings of metrics name."""
    model = "" if config.predict is None else config.predict.model
    replayed = [home / model.removeprefix("replay:")] if model.startswith("replay:") else []
    told = [value for own in settings(config.score, home).values() for value in own.values() if isinstance(value, str)]
    return [*replayed, *map(Path, told)]


def _read_named(metric: Metric, table: ScoreTable) -> None:
    """Read the files that the settings of a metric name."""
    if isinstance(metric, Judge):
        named = (table.id_field, table.prediction_field, table.reference_field, table.prompt_field)
        plan(metric, _NO_ROWS, Fields(*named, tuple(table.slice)), table.source or "jsonl")
    elif metric.use in table.settings:
        metric.prepared(_NO_ROWS)


def _read_beside(gate: GateTable, home: Path, named: Path | None) -> None:
    """Read the lists that stand beside the rules."""
    waivers = named if gate.waivers is None else home / gate.waivers
    if waivers is not None:
        load_waivers(waivers)
    if gate.tainted is not None:
        read_tainted(home / gate.tainted)


def _baseline(path: Path) -> Run:
    if not path.exists():
        raise InputError(
            f"there is no baseline {path}",
            hint="a first run has none: run it without [gate], then thresher gate DIR/run --accept BASELINE",
        )
    return read_run(path)
