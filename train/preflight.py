"""The guards on data alone: a tokenizer and a template, no model, no torch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

import numpy as np

from curate.core.run.errors import ConfigError, nearest
from train.data.curated import run_of
from train.data.rows import read_rows
from train.examples import Examples
from train.guards import Facts, Finding, examine
from train.guards.folder import UNBOUNDED, read_folder
from train.guards.shown import as_objects, counts
from train.masking.encoder import Encoder, TrainOn
from train.masking.tokenizer import load_tokenizer, read_template
from train.preview import Mask, preview
from train.preview import as_objects as masks_as_objects


@dataclass(frozen=True)
class Asked:
    """What a preflight looks at: files, or folders of curation runs, whose training split it is.

    A limit or a template that is absent is the tokenizer's own.

    Raises:
        ConfigError: a limit leaves no token, or nothing is called what is to be trained on.
    """

    files: Sequence[Path]
    tokenizer: Path
    template: Path | None = None
    max_tokens: int | None = None
    train_on: TrainOn = "assistant"
    tests: Sequence[Path] = ()

    def __post_init__(self) -> None:
        if self.max_tokens is not None and self.max_tokens < 1:
            raise ConfigError(
                f"max_tokens is {self.max_tokens}, and no token of a row is left",
                hint="give 1 or more, or none: what the model sees",
            )
        if self.train_on not in (known := get_args(TrainOn)):
            raise ConfigError(f"train_on is {self.train_on!r}{nearest(self.train_on, known)}")


@dataclass(frozen=True)
class Preflight:
    """What came out: the rows as tokens, the findings, the masks of three rows."""

    examples: Examples
    encoder: Encoder
    findings: list[Finding]
    masks: list[Mask]
    texts: int  # rows that are a text alone

    @property
    def errors(self) -> int:
        """Return how many findings are errors."""
        return sum(one.severity == "error" for one in self.findings)

    @property
    def limit(self) -> int | None:
        """Return at how many tokens rows are cut; None where they are not."""
        return None if self.encoder.max_tokens >= UNBOUNDED else self.encoder.max_tokens

    def as_object(self, *, texts: bool = True) -> dict[str, Any]:
        """Return everything as one object, for ``--json``."""
        lengths = self.examples.lengths
        return {
            "rows": len(self.examples),
            "texts": self.texts,
            "tokens": len(self.examples.tokens),
            "trained_tokens": int(self.examples.trained.sum()),
            "truncated": int((self.examples.cut > 0).sum()),
            "longest": int(lengths.max(initial=0)),
            "median": int(np.median(lengths)) if len(lengths) else 0,
            "max_tokens": self.limit,
            "mask_source": self.encoder.mask_source,
            "template_sha256": self.encoder.template_sha256,
            "findings": as_objects(self.findings),
            "counts": counts(self.findings),
            "preview": masks_as_objects(self.masks, texts=texts),
        }


def run_preflight(asked: Asked) -> Preflight:
    """Return what the guards find in some files, as they would be trained with this tokenizer.

    Raises:
        ConfigError: transformers is not installed, or the model sees fewer tokens than rows are to have.
        InputError: a file, the tokenizer or the template cannot be read.
    """
    files = [train if (train := file / "train.jsonl").is_file() and run_of(train) else file for file in asked.files]
    rows = read_rows(files)
    tokenizer = load_tokenizer(asked.tokenizer)
    folder = asked.tokenizer.parent if asked.tokenizer.is_file() else asked.tokenizer
    told = read_folder(folder, tokenizer)
    if asked.max_tokens is not None and told.positions is not None and asked.max_tokens > told.positions:
        raise ConfigError(
            f"--max-tokens {asked.max_tokens:,} is more than {folder} can see: {told.positions:,}",
            hint=f"--max-tokens {told.positions}",
        )
    template = None if asked.template is None else read_template(asked.template)
    encoder = Encoder(tokenizer, template, asked.max_tokens or told.window or UNBOUNDED, asked.train_on)
    examples = encoder.encode(rows)
    facts = Facts(vocabulary=told.vocabulary, stops=told.stops, tests=asked.tests)
    findings = examine(examples, rows, encoder, facts)
    texts = sum(row.text is not None for row in rows)
    return Preflight(examples, encoder, findings, preview(examples, tokenizer), texts)
