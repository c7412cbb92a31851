"""A folder to its scores."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import polars as pl

from curate.core.command.words import path_word
from curate.core.run.errors import InputError
from reports.files import Folder, open_folder
from reports.scores.answers import Answers, answers_of
from reports.scores.files import Scores

AGAIN = "run `thresher score FILE --metrics ... --out DIR` again, then report it"
SCORES, ROWS = "scores.json", "rows.parquet"


@dataclass(frozen=True)
class ScoredFolder:
    """Scores with the folder that they lie in."""

    folder: Folder
    scores: Scores

    @cached_property
    def ids(self) -> frozenset[str]:
        """Return the names of its rows."""
        return frozenset(pl.read_parquet(self.folder.path / ROWS, glob=False, columns=["id"])["id"].to_list())

    @cached_property
    def answers(self) -> Answers:
        """Return its rows, item by item; read when a view first needs them."""
        return answers_of(self.folder.path, list(self.scores.metrics))


def read_scores(path: Path) -> ScoredFolder:
    """Return the scores of a folder that ``thresher score`` wrote.

    Raises:
        InputError: it holds none, or some that were changed.
    """
    folder = open_folder(path, AGAIN)
    if folder.listed(SCORES) is None:
        raise InputError(f"{path} holds answers without scores", hint=f"thresher score {path_word(path)} --metrics ...")
    folder.bytes(ROWS)
    scores = folder.model(SCORES, Scores)
    asked = made(folder).get("metrics", [])
    order = sorted(scores.metrics, key=lambda name: asked.index(name) if name in asked else len(asked))
    return ScoredFolder(folder, scores.model_copy(update={"metrics": {name: scores.metrics[name] for name in order}}))


def made(folder: Folder) -> dict[str, Any]:
    """Return how the rows of a folder were scored: metrics in the order asked for, fields, settings."""
    config: dict[str, Any] = folder.manifest.get("score", folder.manifest).get("config", {})
    return config
