"""A folder to a training run: its log, its stats, its times."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from reports.files import Folder, as_json, as_model, open_folder
from reports.training.files import Line, Manifest, Stats, Times

AGAIN = "run `thresher train train.toml --out DIR` again, then report it"
LOG, STATS, TIMES = "log.jsonl", "stats.json", "run.json"


@dataclass(frozen=True)
class Training:
    """A finished training run; an endpoint's has no stats."""

    folder: Folder
    manifest: Manifest
    lines: list[Line]
    stats: Stats | None
    times: Times


def read_training(path: Path) -> Training:
    """Return the run of a folder that ``thresher train`` wrote.

    Raises:
        InputError: it holds none, or one that was changed.
    """
    folder = open_folder(path, AGAIN)
    stats = folder.model(STATS, Stats) if folder.listed(STATS) else None
    lines = [
        as_model(path / LOG, as_json(path / LOG, line, AGAIN), Line, AGAIN, f"line {number}")
        for number, line in enumerate(folder.bytes(LOG).splitlines(), start=1)
        if line.strip()
    ]
    times = folder.view(TIMES, Times) or Times()
    return Training(folder, folder.told(Manifest), lines, stats, times)
