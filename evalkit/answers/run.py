"""A prediction run: items in, ``predictions.jsonl`` out, with a manifest that names the model by its hashes."""

from __future__ import annotations

import datetime
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from curate.core.run.canonical import SCHEMA_VERSION, write_json
from curate.core.run.counts import all_kept
from curate.core.run.errors import ConfigError
from curate.core.run.progress import Progress
from curate.core.run.version import version
from curate.core.write.folder import OutputFolder, output_folder, sha256_of
from curate.core.write.spared import refuse_read_in
from evalkit.answers import Asking, make_source
from evalkit.answers.generation import repeated
from evalkit.answers.item import Item, Said, Source
from evalkit.answers.items import ItemFields, read_items, refuse_missing
from evalkit.answers.ledger import read_clusters
from evalkit.read.records import InputFile
from evalkit.results import JUDGEMENTS, PREDICTIONS_FILE, ROWS, SCORES

RUN_FILE, REQUESTS_FILE = "run.json", "requests.jsonl"
REPLAY = "replay:"
_SCORED = (SCORES, ROWS, JUDGEMENTS)  # of older predictions in the same folder


@dataclass(frozen=True)
class Data:
    """What is asked: a file, the names of its fields, and how much of it.

    Raises:
        ConfigError: a limit leaves no item, or counts from the end.
    """

    path: Path
    fields: ItemFields = field(default_factory=ItemFields)
    ledger: Path | None = None
    limit: int | None = None

    def __post_init__(self) -> None:
        if self.limit is not None and self.limit < 1:
            raise ConfigError(f"limit is {self.limit}, and no item is asked", hint="give 1 or more, or none: all items")


@dataclass(frozen=True)
class Predicted:
    """What a run came to."""

    manifest: dict[str, Any]
    summary: list[str]  # of the source
    answers: list[tuple[str, str]]  # id and text of each
    out: Path

    @property
    def answered(self) -> int:
        """Return how many rows have an answer."""
        return len(self.answers)


def read_data(data: Data, samples: int) -> tuple[InputFile, list[Item]]:
    """Return the items to ask, each as often as it is asked.

    Raises:
        ThresherError: the file or the ledger cannot be read, or holds something that is no item.
    """
    file = InputFile(data.path)
    clusters = None if data.ledger is None else read_clusters(data.ledger)
    return file, repeated(read_items(file, data.fields, clusters, data.limit), samples)


def run_predictions(data: Data, spec: str, out: Path, asking: Asking, progress: Progress | None = None) -> Predicted:
    """Answer the items of a file and write the folder ``out``.

    Raises:
        BudgetError: the budget is reached; what was bought is in the cache, and the folder has no manifest.
        ThresherError: an input cannot be read, the model cannot be used, or the folder cannot be written.
    """
    started = time.perf_counter()
    replayed = [Path(spec.removeprefix(REPLAY))] if spec.startswith(REPLAY) else []
    refuse_read_in(out, [data.path, *replayed])
    source = make_source(spec, asking)
    refuse_missing(data.path)  # before older scores go: a slip of the pen takes none away
    with output_folder(out, "predict") as folder:
        folder.remove(_SCORED)
        file, items = read_data(data, asking.generation.samples)
        with source.open(folder.file(REQUESTS_FILE)):
            said = source.answer(items, progress)
            rows = [item.row() | one.row() for item, one in zip(items, said, strict=True)]
            with folder.file(PREDICTIONS_FILE).open("wb") as stream:
                for row in rows:
                    stream.write(orjson.dumps(row, option=orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE))
            manifest = _manifest(data, spec, source, asking, file, items, said)
            summary = source.summary()
            write_json(folder.file(RUN_FILE), _run(source, time.perf_counter() - started))
            _publish(folder, manifest)
    pairs = zip(items, said, strict=True)
    answers = [(item.id, one.prediction) for item, one in pairs if one.prediction is not None and not one.fault]
    return Predicted(manifest, summary, answers, out)


def _run(source: Source, seconds: float) -> dict[str, Any]:
    finished = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    return {"schema_version": SCHEMA_VERSION, "finished": finished, "seconds": round(seconds, 3)} | source.run()


def _publish(folder: OutputFolder, manifest: dict[str, Any]) -> None:
    """Publish the files, and the manifest after them."""
    sha256, size = sha256_of(folder.file(PREDICTIONS_FILE))
    rows = manifest["counts"]["kept"]
    manifest["outputs"] = [{"path": PREDICTIONS_FILE, "sha256": sha256, "bytes": size, "rows": rows}]
    names = [PREDICTIONS_FILE, RUN_FILE, *([REQUESTS_FILE] if folder.file(REQUESTS_FILE).exists() else [])]
    folder.publish(names, own=(PREDICTIONS_FILE, RUN_FILE, REQUESTS_FILE))
    folder.finish(manifest)


def _manifest(
    data: Data, spec: str, source: Source, asking: Asking, file: InputFile, items: Sequence[Item], said: Sequence[Said]
) -> dict[str, Any]:
    distinct = sum(item.sample == 1 for item in items)
    faults = Counter(str(one.fault["kind"]) for one in said if one.fault)
    unlikely = Counter(
        str(told["fault"]["kind"])
        for one in said
        for told in (one.logprobs, one.choice_logprobs)
        if told is not None and "fault" in told
    )
    fields = {name: value for name, value in vars(data.fields).items() if value not in (None, ())}
    return {
        "thresher": version(),
        "schema_version": SCHEMA_VERSION,
        "command": "predict",
        "config": {
            "model": spec,
            "generation": asking.generation.model_dump(mode="json"),
            "fields": fields,
            "ledger": None if data.ledger is None else data.ledger.as_posix(),
            "limit": data.limit,
        },
        "seed": asking.generation.seed,
        "model": source.model,
        "inputs": [{"path": file.name, "sha256": file.sha256, "bytes": file.bytes, "rows": distinct}],
        "outputs": [],
        "counts": all_kept(file.name, distinct, len(items) - distinct)
        | {
            "by_fault": dict(sorted(faults.items())),
            "likelihoods_by_fault": dict(sorted(unlikely.items())),
        },
        "versions": source.run().get("versions", {}),
    }


def plan(data: Data, spec: str, asking: Asking) -> Any:
    """Return what a run would use of an endpoint, an `Estimate`; nothing is sent.

    Raises:
        ConfigError: the source is no endpoint, so that there is nothing to estimate.
    """
    from evalkit.answers.endpoint import Endpoint  # noqa: PLC0415 - a replay needs no client

    _, items = read_data(data, asking.generation.samples)
    source = make_source(spec, asking)
    if not isinstance(source, Endpoint):
        raise ConfigError("--dry-run tells what an endpoint would cost", hint=f"{spec} costs nothing: leave it out")
    return source.estimate(items)
