"""A training run: rows in, an adapter out, with a log, statistics, a model card, and the manifest last."""

from __future__ import annotations

import datetime
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import version as installed
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import orjson
import torch

from curate.core.run.canonical import SCHEMA_VERSION, write_json
from curate.core.run.errors import ConfigError
from curate.core.run.progress import Progress
from curate.core.run.version import version
from curate.core.write.folder import OutputFolder, output_folder, sha256_of
from train.card import card
from train.config import TrainConfig
from train.ended import STATS
from train.guards.finding import Finding
from train.loop.checkpoint import CHECKPOINTS, Checkpoints
from train.loop.forgetting import Suites
from train.loop.loop import Loop
from train.loop.state import State
from train.loop.watch import Stopped
from train.model.disk import told_as_os_error
from train.model.parent import inherited
from train.model.save import ADAPTER_FOLDER, MODEL_FOLDER, save_model
from train.prepare import GuardError, Prepared, prepare
from train.ready import Ready, make_ready
from train.stats import data_stats, result_stats

LOG, RUN, CARD = "log.jsonl", "run.json", "README.md"
_MOVING = ("torch", "transformers", "peft", "tokenizers", "safetensors")
Warn = Callable[[Sequence[Finding]], None]


@dataclass(frozen=True)
class Options:
    """How a run is made, beside its configuration."""

    resume: bool = False
    texts: bool = True
    quiet: bool = False


@dataclass(frozen=True)
class Outcome:
    """What came of a run."""

    out: Path
    stats: dict[str, Any]
    stopped: Stopped
    first: bool  # of several processes the one that speaks


def checked(config: TrainConfig, home: Path, warn: Warn) -> Prepared:
    """Return what a configuration asks for, where no guard refuses it; ``warn`` hears of what is doubtful.

    Raises:
        GuardError: one does.
        ThresherError: a file, a row, the model or its tokenizer cannot be read.
    """
    prepared = prepare(config, home)
    if prepared.errors:
        told = [f"{one.place}: {one.message}" if one.place else one.message for one in prepared.errors]
        more = [f"... and {len(told) - 10:,} more"] if len(told) > 10 else []
        count = "an error" if len(told) == 1 else f"{len(told):,} errors"
        raise GuardError(
            f"nothing was trained: {count} in data or settings", *told[:10], *more, hint=prepared.errors[0].hint
        )
    warn(prepared.findings)
    return prepared


def run_training(config: TrainConfig, home: Path, out: Path, options: Options, warn: Warn = lambda _: None) -> Outcome:
    """Train, and write the folder ``out``; paths of the configuration are relative to ``home``.

    Raises:
        GuardError: data or settings would train wrongly.
        KeyboardInterrupt: it was asked to stop; the checkpoint lies in ``out``.
        ThresherError: something cannot be read or written, or does not fit into memory.
    """
    started = time.perf_counter()
    _refuse_unfinished(out, options)
    config = inherited(config, home)
    prepared = checked(config, home, warn)
    ready = make_ready(config, prepared, home)
    if ready.unpacked is not None:
        warn([ready.unpacked])
    try:
        if not ready.processes.first:
            return _followed(ready, out, options)
        beside = () if Checkpoints(out, {}).ours else None  # a run that was stopped: the folder is ours
        with output_folder(out, "train", beside=beside) as folder, told_as_os_error():
            with _Log(folder.file(LOG), ready, quiet=options.quiet) as log:
                loop = _loop(ready, out, options, log)
                stopped = _trained(loop)
            stats = data_stats(ready, texts=options.texts) | result_stats(loop.state, stopped)
            _write(folder, ready, loop, stats, home, time.perf_counter() - started)
            loop.checkpoints.remove()
    finally:
        ready.processes.close()
    return Outcome(out, stats, stopped, first=True)


def _followed(ready: Ready, out: Path, options: Options) -> Outcome:
    """Make this process's share of the steps; the first one writes."""
    loop = _loop(ready, out, options, None)
    return Outcome(out, {}, _trained(loop), first=False)


def _refuse_unfinished(out: Path, options: Options) -> None:
    """Refuse to write over the checkpoint of a run that was stopped."""
    left = Checkpoints(out, {}).last
    if left is not None and not options.resume:
        raise ConfigError(
            f"{out} holds a run that was stopped after {int(left.name.partition('-')[2]):,} steps",
            hint=f"--resume goes on with it; remove {out / CHECKPOINTS} to start again",
        )


def _loop(ready: Ready, out: Path, options: Options, log: _Log | None) -> Loop:
    config, prepared = ready.config, ready.prepared
    suites = Suites(config, prepared.tokenizer)
    loop = Loop(
        config,
        ready.model,
        ready.place,
        ready.plan,
        prepared.examples,
        prepared.validation,
        Checkpoints(out, ready.identity),
        ready.processes,
        measure=lambda model: suites.measure(model, ready.place.device),
        tell=(lambda _: None) if log is None else log.tell,
    )
    if options.resume:
        loop.resume()
        loop.tell(loop.state)  # a run with no step left to make has its log too
    return loop


def _trained(loop: Loop) -> Stopped:
    with loop.place.fitting():
        return loop.run()


class _Log:
    """Writes the lines of a run as they get whole, and tells of them."""

    def __init__(self, path: Path, ready: Ready, *, quiet: bool) -> None:
        self._stream = path.open("wb")
        self._written = 0
        self._lines: list[dict[str, Any]] = []
        self._steps = len(ready.plan.steps)
        self._progress = Progress(quiet=quiet)

    def tell(self, state: State) -> None:
        """Write all lines but the last, to which an evaluation may still add."""
        self._lines = state.lines
        self._write(state.lines[self._written : -1])
        loss = state.lines[-1].get("loss") if state.lines else None
        stage = "training" if loss is None else f"training, loss {loss:.3f}, step"
        self._progress.tell(stage, state.step, self._steps)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Write the last line."""
        with self._stream, self._progress:
            self._write(self._lines[self._written :])

    def _write(self, lines: Sequence[dict[str, Any]]) -> None:
        for line in lines:
            self._stream.write(orjson.dumps(line, option=orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE))
        self._stream.flush()
        self._written += len(lines)


def _write(folder: OutputFolder, ready: Ready, loop: Loop, stats: dict[str, Any], home: Path, seconds: float) -> None:
    config, prepared = ready.config, ready.prepared
    kind = ADAPTER_FOLDER if config.adapter.kind == "lora" else MODEL_FOLDER
    parent = None if config.adapter.parent is None else home / config.adapter.parent
    save_model(ready.model, prepared.tokenizer, folder.file(kind), config.adapter, prepared.base, parent)
    write_json(folder.file(STATS), stats)
    write_json(folder.file(RUN), _times(loop, seconds))
    manifest = _manifest(ready, stats)
    folder.file(CARD).write_text(card(config, manifest, stats), encoding="utf-8")
    made = sorted(path.relative_to(folder.work).as_posix() for path in folder.file(kind).rglob("*") if path.is_file())
    for name in (CARD, LOG, STATS, *made):
        sha256, size = sha256_of(folder.file(name))
        rows = len(loop.state.lines) if name == LOG else None
        manifest["outputs"].append({"path": name, "sha256": sha256, "bytes": size, "rows": rows})
    for old in (ADAPTER_FOLDER, MODEL_FOLDER):
        shutil.rmtree(folder.path / old, ignore_errors=True)
    (folder.path / kind).mkdir()
    folder.publish([CARD, LOG, STATS, RUN, *made], own=())
    folder.finish(manifest)


def _times(loop: Loop, seconds: float) -> dict[str, Any]:
    """Return what a second run would not repeat: dates, speed, memory."""
    spent = sum(one for _, one in loop.seconds)
    tokens = sum(count for count, _ in loop.seconds)
    made: dict[str, Any] = {
        "schema_version": SCHEMA_VERSION,
        "finished": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "seconds": round(seconds, 3),
        "device": loop.place.name,
        "processes": loop.processes.count,
        "tokens_per_second": round(tokens / spent, 1) if spent else None,
        "steps": [{"tokens": count, "seconds": round(one, 4)} for count, one in loop.seconds],
    }
    if loop.place.device.startswith("cuda"):
        made["peak_memory_bytes"] = torch.cuda.max_memory_allocated(loop.place.device)
    return made


def _manifest(ready: Ready, stats: dict[str, Any]) -> dict[str, Any]:
    config, prepared = ready.config, ready.prepared
    rows = len(prepared.examples)
    return {
        "thresher": version(),
        "schema_version": SCHEMA_VERSION,
        "command": "train",
        "config": config.model_dump(mode="json"),
        "seed": config.seed,
        "model": prepared.base.as_json(),
        "adapter": {"name": config.adapter.name, "version": config.adapter.version, "kind": config.adapter.kind},
        "inputs": prepared.inputs,
        "outputs": [],
        "counts": {"in": rows - prepared.rehearsal, "added": prepared.rehearsal, "kept": rows, "dropped": 0},
        "stopped": stats["stopped"]["reason"],
        "versions": {name: installed(name) for name in _MOVING},
    }
