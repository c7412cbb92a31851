"""All that a run needs before a model is loaded: rows read, made tokens, and looked at by the guards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from curate.core.run.canonical import SCHEMA_VERSION
from curate.core.run.errors import ConfigError, InputError, ThresherError
from curate.core.write.folder import sha256_of
from curate.core.write.manifest import MANIFEST, read_curation
from evalkit.answers.local.facts import read_facts
from evalkit.answers.local.loaded import read_tokenizer
from train.config import DataTable, TrainConfig
from train.data.rehearsal import rehearsal_rows, with_rehearsal
from train.data.rows import Row, read_rows
from train.examples import Examples
from train.guards import MEASURED, examine
from train.guards.finding import Facts, Finding
from train.guards.folder import read_folder
from train.guards.shown import counts
from train.masking.encoder import Encoder
from train.masking.tokenizer import read_template
from train.model.source import Base, find_base, parameters_in


class GuardError(ThresherError):
    """The data, or the settings, would train wrongly: exit 1."""

    exit_code = 1


@dataclass(frozen=True)
class Files:
    """The files of a run."""

    train: tuple[Path, ...]
    validation: tuple[Path, ...]
    test: tuple[Path, ...]
    manifest: Path | None  # of the curation run

    @property
    def unseen(self) -> tuple[Path, ...]:
        """Return the files whose rows must not be trained on; the guards find those of a curation run."""
        return () if self.manifest else (*self.test, *self.validation)


@dataclass(frozen=True)
class Prepared:
    """Rows as tokens, the tokenizer that made them, and what the guards say."""

    base: Base
    tokenizer: Any
    encoder: Encoder
    rows: Sequence[Row]
    examples: Examples
    validation: Examples | None
    findings: Sequence[Finding]
    inputs: list[dict[str, Any]]  # as the manifest lists them
    rehearsal: int  # of the rows

    @property
    def errors(self) -> list[Finding]:
        """Return what must not be trained on."""
        return [one for one in self.findings if one.severity == "error"]

    def as_json(self) -> dict[str, Any]:
        """Return what is known where the guards refuse: ``{"findings": [...], "counts": {"errors": 1, ...}, ...}``."""
        return {
            "schema_version": SCHEMA_VERSION,
            "rows": len(self.rows),
            "findings": [one.as_json() for one in self.findings],
            "counts": counts(self.findings),
        }


def prepare(config: TrainConfig, home: Path) -> Prepared:
    """Return what a configuration asks for, its paths relative to ``home``.

    Raises:
        ThresherError: a file, a row, the model or its tokenizer cannot be read.
    """
    base = find_base(config.model, home)
    facts = read_facts(base.weights.base)
    if config.data.max_tokens > facts.window:
        raise ConfigError(
            f"max_tokens = {config.data.max_tokens:,} is more than {base.called} can see: {facts.window:,}",
            hint=f"[data] max_tokens = {facts.window}",
        )
    tokenizer = read_tokenizer(base.weights)
    if config.model.template is not None:
        tokenizer.chat_template = read_template(home / config.model.template)
    encoder = Encoder(tokenizer, None, config.data.max_tokens, config.data.train_on)
    files = find_files(config.data, home)
    rows = read_rows(files.train)
    own, validation = len(rows), read_rows(files.validation)
    inputs = _inputs(files, home, {"train": own, "validation": len(validation)})
    wanted = 0
    if config.data.rehearsal is not None:
        wanted = rehearsal_rows(own, config.data.rehearsal.share)
        general = home / config.data.rehearsal.file
        others = read_rows([general])
        rows = with_rehearsal(rows, others, config.data.rehearsal.share, config.seed)
        inputs.append(_input(general, home, len(others)))
    examples = encoder.encode(rows)
    known = _facts(config, base, tokenizer, files)
    known = replace(known, vocabulary=facts.vocabulary, rehearsal=len(rows) - own, rehearsal_wanted=wanted)
    known = replace(known, patience_unused=config.evaluation.patience is not None and not validation)
    evaluated, measured = encoder.encode(validation), Facts(vocabulary=facts.vocabulary)
    return Prepared(
        base=base,
        tokenizer=tokenizer,
        encoder=encoder,
        rows=rows,
        examples=examples,
        validation=evaluated if validation else None,
        findings=examine(examples, rows, encoder, known) + examine(evaluated, validation, encoder, measured, MEASURED),
        inputs=inputs,
        rehearsal=len(rows) - own,
    )


def _facts(config: TrainConfig, base: Base, tokenizer: Any, files: Files) -> Facts:
    """Return what the guards are told beside the rows."""
    return Facts(
        parameters=parameters_in(base.weights.base),
        stops=read_folder(base.weights.base, tokenizer).stops,
        learning_rate=config.training.learning_rate,
        rank=config.adapter.rank if config.adapter.kind == "lora" else None,
        tests=files.unseen,
    )


def find_files(table: DataTable, home: Path) -> Files:
    """Return the files that a configuration names, or those of the curation run that it names.

    Raises:
        InputError: the folder is no finished curation run.
    """
    if table.run is None:
        train, validation, test = (
            tuple(home / path for path in some) for some in (table.train or [], table.validation, table.test)
        )
        return Files(train, validation, test, None)
    run = home / table.run
    read_curation(run, hint="run = the folder that thresher curate wrote")
    train, validation, test = (
        (path,) if (path := run / f"{name}.jsonl").is_file() else () for name in ("train", "validation", "test")
    )
    if not train:
        raise InputError(f"{run} has no train.jsonl", hint="the run kept nothing, or is of another kind")
    return Files(train, validation, test, run / MANIFEST)


def _inputs(files: Files, home: Path, rows: dict[str, int]) -> list[dict[str, Any]]:
    """Return the files as a manifest lists them; rows are told where one file holds them all."""
    made = [
        _input(path, home, rows[kind] if len(some) == 1 else None)
        for kind, some in (("train", files.train), ("validation", files.validation))
        for path in some
    ]
    made += [_input(path, home, None) for path in files.test]
    return made + ([_input(files.manifest, home, None)] if files.manifest else [])


def _input(path: Path, home: Path, rows: int | None) -> dict[str, Any]:
    sha256, size = sha256_of(path)
    named = path.relative_to(home) if path.is_relative_to(home) else path
    return {"path": named.as_posix(), "sha256": sha256, "bytes": size, "rows": rows}
