"""A scoring run: a file of predictions in, scores out, written into a folder if one is named."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from importlib.metadata import version as installed
from pathlib import Path
from typing import Any

import polars as pl

from curate.core.run.canonical import SCHEMA_VERSION, write_json
from curate.core.run.counts import all_kept
from curate.core.run.errors import ConfigError, InputError, nearest
from curate.core.run.progress import Progress
from curate.core.run.version import version
from curate.core.write.folder import OutputFolder, output_folder, sha256_of
from curate.core.write.manifest import manifest_of
from evalkit.judge.ask import Plan, judge_files, plan
from evalkit.metrics import make_metric
from evalkit.metrics.metric import Metric
from evalkit.metrics.model.judge import Judge
from evalkit.predictions import to_frame
from evalkit.read import READERS, Fields, InputFile
from evalkit.read.tainted import read_tainted, with_tainted
from evalkit.results import JUDGEMENTS, PREDICTIONS_FILE, ROWS, SCORES, as_rows, as_scores, write_lines, write_rows
from evalkit.score import Scored, Tell, score
from evalkit.statistics.intervals import SEED

_OWN = (SCORES, ROWS, JUDGEMENTS)
_REQUESTS = "judge.requests.jsonl"  # a view: seconds stand in it, so that the manifest does not list it
_MOVING = ("jsonschema-rs", "numpy", "orjson", "polars", "py3langid", "rouge-score-rs", "sacrebleu", "sqlglot")


@dataclass(frozen=True)
class Options:
    """How a run is made, beside its metrics."""

    fields: Fields = field(default_factory=Fields)
    source: str = "jsonl"  # a name in READERS
    settings: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)  # of metrics: {"bleu": {"tokenize": "zh"}}
    seed: int = SEED
    texts: bool = True
    tainted: Path | None = None  # a tainted.jsonl: its items and the others are slices


@dataclass(frozen=True)
class Outcome:
    """What a run found, and where it was written."""

    scored: Scored
    scores: dict[str, Any]  # the content of scores.json
    out: Path | None


def run_scores(
    path: Path, names: Sequence[str], out: Path | None, options: Options | None = None, progress: Progress | None = None
) -> Outcome:
    """Score a file of predictions, or a folder with ``predictions.jsonl``, into which the scores go if ``out`` is None.

    Raises:
        ThresherError: no metric is named or there is none such, the file cannot be read, or the folder cannot be
            written.
    """
    options = options or Options()
    metrics = make_metrics(names, options.settings)
    folder = path if path.is_dir() else None
    file = InputFile(path / PREDICTIONS_FILE if folder else path)
    target = out or folder
    if folder is None and target is not None and _wrote(target, file):
        folder = target
    before = manifest_of(folder) if folder else None
    inside = folder is not None and target is not None and target.resolve() == folder.resolve()
    predicted = before if inside and before is not None and before.get("command") == "predict" else None
    _refuse_missing(file)  # before older scores go: a slip of the pen takes none away
    with _target(target, file, predicted) as opened:
        frame = read(file, options)
        if options.tainted is not None:
            frame = with_tainted(frame, read_tainted(options.tainted))
        metrics = [_asked(metric, frame, options, progress) for metric in metrics]
        tell: Tell | None = None if progress is None else partial(progress.tell, "rows scored")
        scored = score(frame, metrics, options.seed, tell)
        scores = as_scores(scored, _model(file, before), texts=options.texts)
        if opened is not None:
            _write(opened, scored, scores, file, names, options, predicted)
    return Outcome(scored, scores, target)


def plans(path: Path, names: Sequence[str], options: Options) -> list[Plan]:
    """Return what the judges among some metrics would be asked about a file, or a folder; nothing is sent.

    Raises:
        ThresherError: as `run_scores`.
    """
    judges = [metric for metric in make_metrics(names, options.settings) if isinstance(metric, Judge)]
    frame = read(InputFile(path / PREDICTIONS_FILE if path.is_dir() else path), options)
    return [plan(judge, frame, options.fields, options.source) for judge in judges]


def _asked(metric: Metric, frame: pl.DataFrame, options: Options, progress: Progress | None) -> Metric:
    """Return a metric that knows all that it needs: a judge is asked, which may cost money."""
    if not isinstance(metric, Judge):
        return metric
    return plan(metric, frame, options.fields, options.source).ask(progress)


def make_metrics(names: Sequence[str], settings: Mapping[str, Mapping[str, Any]]) -> list[Metric]:
    """Return the metrics of some names, each once, with their settings.

    Raises:
        ConfigError: no metric is named, there is no such metric or setting, or a setting is of one not asked for.
    """
    if not names:
        raise ConfigError("score needs metrics", hint="exact_match, token_f1, ...: thresher metrics lists all")
    uses = [name.partition(":")[0] for name in names]
    for use in settings:
        if use not in uses:
            raise ConfigError(f"settings of {use!r}: no metric of this name is asked for{nearest(use, uses)}")
    return [make_metric(name, settings.get(use)) for name, use in dict(zip(names, uses, strict=True)).items()]


def read(file: InputFile, options: Options) -> pl.DataFrame:
    """Return the predictions of a file as a frame.

    Raises:
        InputError: it cannot be read, or an id stands twice.
    """
    _refuse_missing(file)
    return to_frame(READERS[options.source](file, options.fields), file.name)


def _refuse_missing(file: InputFile) -> None:
    if not file.source.is_stdin and (file.path.is_dir() or not file.path.exists()):
        raise InputError(f"there is no file {file.name!r}", hint="thresher predict writes one; or name any JSONL file")


def _model(file: InputFile, before: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return what is known of the model: as the run that predicted says, else the one name that all rows give."""
    if before and isinstance(before.get("model"), dict):
        return dict(before["model"])
    return {"name": next(iter(file.models))} if len(file.models) == 1 else {}


def _lies_in(file: InputFile, folder: Path) -> bool:
    return not file.source.is_stdin and file.path.resolve().parent == folder.resolve()


def _wrote(folder: Path, file: InputFile) -> bool:
    """Say whether the run in a folder answered what stands in the file."""
    told = manifest_of(folder)
    return (
        told is not None
        and told.get("command") == "predict"
        and _lies_in(file, folder)
        and file.path.name == PREDICTIONS_FILE
    )


@contextmanager
def _target(target: Path | None, file: InputFile, before: dict[str, Any] | None) -> Iterator[OutputFolder | None]:
    """Give the locked folder that scores go into, without older ones; None where none is named.

    In the folder of a prediction run, ``before``, its manifest stays. The folder of the predictions takes scores
    whoever made it; a manifest, or scores, that are not ours stay.
    """
    if target is None:
        yield None
        return
    command = "score" if before is None else "predict"
    beside = (*_OWN, _REQUESTS) if _lies_in(file, target) else None
    stopped = () if beside is None or manifest_of(target) is not None else ("predict",)
    meanwhile = None if before is None else _unscored(before)
    with output_folder(target, command, also=stopped, beside=beside, meanwhile=meanwhile) as folder:
        folder.remove((*_OWN, _REQUESTS))
        yield folder


def _write(
    folder: OutputFolder,
    scored: Scored,
    scores: dict[str, Any],
    file: InputFile,
    names: Sequence[str],
    options: Options,
    before: dict[str, Any] | None,
) -> None:
    """Write the files, and the manifest after them; that of a prediction run, ``before``, lists them beside its own."""
    write_json(folder.file(SCORES), scores)
    write_rows(folder.file(ROWS), as_rows(scored))
    judged = [one for m in scored.measured for one in m.metric.records(texts=options.texts)]
    if judged:
        write_lines(folder.file(JUDGEMENTS), judged)
        logs = [m.metric.judged.requests for m in scored.measured if isinstance(m.metric, Judge)]
        folder.file(_REQUESTS).write_bytes(b"".join(logs))
    made = {ROWS: len(scored.frame), SCORES: None} | ({JUDGEMENTS: len(judged)} if judged else {})
    outputs = []
    for name, rows in sorted(made.items()):
        sha256, size = sha256_of(folder.file(name))
        outputs.append({"path": name, "sha256": sha256, "bytes": size, "rows": rows})
    folder.publish([*made, *([_REQUESTS] if judged else [])], own=())
    folder.finish(_made(scored, outputs, file, names, options, before))


def _unscored(before: Mapping[str, Any]) -> dict[str, Any]:
    """Return the manifest of a prediction run as it was before its predictions were scored."""
    kept = [one for one in before.get("outputs", []) if one.get("path") not in _OWN]
    return {name: value for name, value in before.items() if name != "score"} | {"outputs": kept}


def _made(
    scored: Scored,
    outputs: list[dict[str, Any]],
    file: InputFile,
    names: Sequence[str],
    options: Options,
    before: dict[str, Any] | None,
) -> dict[str, Any]:
    fields = {
        "id": options.fields.id,
        "prediction": options.fields.prediction,
        "prompt": options.fields.prompt,
        "reference": options.fields.reference,
        "slices": list(options.fields.slices),
    }
    settings = {
        use: {key: str(value) if isinstance(value, Path) else value for key, value in own.items()}
        for use, own in options.settings.items()
    }
    config: dict[str, Any] = {"fields": fields, "from": options.source, "metrics": list(names), "settings": settings}
    if options.tainted is not None:
        config["tainted"] = {"path": str(options.tainted), "sha256": sha256_of(options.tainted)[0]}
    versions = {name: installed(name) for name in _MOVING}
    rows = len(scored.frame)
    judges = [path for m in scored.measured if isinstance(m.metric, Judge) for path in judge_files(m.metric)]
    read = [
        {"path": path.as_posix(), "sha256": sha256, "bytes": size, "rows": None}
        for path in dict.fromkeys(judges)
        for sha256, size in [sha256_of(path)]
    ]
    if before is not None:
        unscored = _unscored(before)
        return unscored | {
            "outputs": [*unscored["outputs"], *outputs],
            "score": {"config": config, "seed": options.seed, "thresher": version(), "versions": versions}
            | ({"inputs": read} if read else {}),
        }
    return {
        "thresher": version(),
        "schema_version": SCHEMA_VERSION,
        "command": "score",
        "config": config,
        "seed": options.seed,
        "inputs": [{"path": file.name, "sha256": file.sha256, "bytes": file.bytes, "rows": rows}, *read],
        "outputs": outputs,
        "counts": all_kept(file.name, rows),
        "versions": versions,
    }
