"""A folder to a training run: its log, its stats, its times."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import orjson
from pydantic import BaseModel, ValidationError

from curate.core.run.errors import InputError
from reports.files import Folder, open_folder
from reports.training.files import Line, Manifest, Stats, Times

AGAIN = "run `thresher train train.toml --out DIR` again, then report it"
LOG, STATS, TIMES = "log.jsonl", "stats.json", "run.json"
M = TypeVar("M", bound=BaseModel)


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
        _model(path / LOG, Line, _value(path / LOG, line), f"line {number}")
        for number, line in enumerate(folder.bytes(LOG).splitlines(), start=1)
        if line.strip()
    ]
    return Training(folder, _model(path / "manifest.json", Manifest, folder.manifest), lines, stats, _times(path))


def _times(path: Path) -> Times:
    """Return the times of a run: of no two runs the same, so that no manifest lists them."""
    try:
        data = (path / TIMES).read_bytes()
    except FileNotFoundError:
        return Times()
    return _model(path / TIMES, Times, _value(path / TIMES, data))


def _value(path: Path, data: bytes) -> Mapping[str, Any]:
    try:
        value: Any = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise InputError(f"{path} is no JSON: {error}", hint=AGAIN) from error
    return value if isinstance(value, dict) else {}


def _model(path: Path, model: type[M], value: Mapping[str, Any], where: str = "") -> M:
    try:
        return model.model_validate(value)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in (*([where] if where else []), *first["loc"]))
        raise InputError(f"{path}: {place}: {first['msg']}", hint=AGAIN) from error
