"""The command that scores a run again: by all of its metrics, for those that are not named would be gone from it."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from curate.core.command.words import path_word
from curate.core.run.toml import written
from curate.core.write.manifest import files_in
from evalkit.results import PREDICTIONS_FILE

_FIELDS = ("id", "prediction", "reference", "prompt")


def score_again(name: str, manifest: Mapping[str, Any], metrics: list[str], more: Mapping[str, Any]) -> str:
    """Return ``thresher score ...`` for a run called ``name``, with the settings it had.

    ``metrics`` are all it is to have, ``more`` are settings of some of them, by the name before the colon, in place of
    its own. Of a run whose predictions lie elsewhere their file is named, as its manifest has it.
    """
    told = scoring(manifest)
    config = told.get("config") or {}
    settings = dict(config.get("settings") or {}) | {use: own for use, own in more.items() if own}
    settings = {use: own for use, own in settings.items() if more.get(use, own)}
    words = [*_where(name, manifest), "--metrics", ",".join(dict.fromkeys(metrics))]
    for use, own in settings.items():
        words += [part for one in _assigned(use, own) for part in ("--set", shlex.quote(one))]
    words += ["--from", str(config["from"])] if config.get("from", "jsonl") != "jsonl" else []
    fields = config.get("fields") or {}
    named = [(f"--{field}-field", fields.get(field)) for field in _FIELDS]
    named += [("--slice", one) for one in fields.get("slices") or ()]
    named += [("--tainted", (config.get("tainted") or {}).get("path")), ("--seed", told.get("seed") or None)]
    words += [part for flag, value in named if value is not None for part in (flag, shlex.quote(str(value)))]
    return " ".join(["thresher score", *words])


def scoring(manifest: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what a manifest says of how the run was scored: a part of that of predictions; empty where nothing."""
    found = manifest.get("score", manifest if manifest.get("command") == "score" else {})
    return found if isinstance(found, Mapping) else {}


def settings_of(manifest: Mapping[str, Any], metric: str) -> dict[str, Any]:
    """Return the settings that a run's metric was given, by the name before the colon."""
    use = metric.partition(":")[0]
    config = scoring(manifest).get("config") or {}
    return {use: (config.get("settings") or {}).get(use) or {}}


def _where(name: str, manifest: Mapping[str, Any]) -> list[str]:
    """Return what is scored: the folder that holds the predictions, or their file and the folder."""
    inputs = files_in(manifest, "inputs") if manifest.get("command") == "score" else []
    if inputs:
        return [path_word(inputs[0]["path"]), "--out", path_word(name)]
    held = (Path(name) / PREDICTIONS_FILE).is_file()
    return [path_word(name)] if held else ["PREDICTIONS", "--out", path_word(name)]


def _assigned(name: str, value: Any) -> Iterator[str]:
    """Yield ``metric.setting=value`` for each setting; a value is TOML, as ``--set`` reads it."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _assigned(f"{name}.{key}", inner)
    elif value is not None:
        yield f"{name}={written(value)}"
