"""The command lines that an ``eval.toml`` stands for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import BaseModel

from curate.core.run.toml import written
from evalkit.answers.local.weights import base_and_adapter
from evalkit.eval.config import EvalConfig, GateTable, ScoreTable, SuitesTable
from evalkit.run import make_metrics

RUN, GATE, COMPARED, ITEMS = "run", "gate", "compare.md", "items.jsonl"


def suites_flags(table: SuitesTable, out: Path) -> list[str]:
    """Return what ``suites`` is called with; the items go into the folder."""
    return [*table.names, *_flags(table, out, skip=("names",)), "--output", str(out / ITEMS)]


def predict_flags(config: EvalConfig, home: Path, out: Path) -> list[str]:
    """Return what ``predict`` is called with; paths are relative to the configuration."""
    if config.predict is None:
        return []
    table = config.predict
    items = ["--data", str(out / ITEMS)] if config.suites is not None else []
    flags = _flags(table, home, skip=("model",))
    return [*items, *flags, "--model", _model(table.model, home), "--out", str(out / RUN)]


def _model(spec: str, home: Path) -> str:
    """Return a model whose files, where it is made of files, are named as seen from here."""
    kind, _, named = spec.partition(":")
    if kind == "replay" and named:
        return f"replay:{home / named}"
    if kind == "local" and named:
        return "local:" + "+".join(str(path) for path in base_and_adapter(named, home) if path is not None)
    return spec


def score_flags(config: EvalConfig, home: Path, out: Path) -> list[str]:
    """Return what ``score`` is called with: the folder that was predicted into, or a file and that folder."""
    table = config.score
    where = [argument(out / RUN)]
    if table.predictions is not None:
        where = [argument(home / table.predictions), "--out", str(out / RUN)]
        where += ["--from", table.source] if table.source else []
    changed = [
        part
        for metric, own in settings(table, home).items()
        for name, value in own.items()
        for part in ("--set", f"{metric}.{name}={written(value)}")
    ]
    flags = _flags(table, home, skip=("metrics", "settings", "predictions", "source"))
    return [*where, "--metrics", ",".join(table.metrics), *changed, *flags]


def settings(table: ScoreTable, home: Path) -> dict[str, dict[str, Any]]:
    """Return the settings of metrics; paths among them are relative to the configuration.

    Raises:
        ConfigError: there is no such metric or setting.
    """
    found = {use: dict(own) for use, own in table.settings.items()}
    for metric in make_metrics(table.metrics, table.settings):
        for name in table.settings.get(metric.use, {}):
            if isinstance(path := getattr(metric, name), Path):
                found[metric.use][name] = str(home / path)
    return found


def gate_flags(table: GateTable, home: Path, out: Path) -> list[str]:
    """Return what ``gate`` is called with; its verdict goes into a folder of its own."""
    named = baselines(table, home)
    flags = [part for name, path in named.items() for part in ("--baseline", f"{name}={path}")]
    return [argument(out / RUN), *flags, *_flags(table, home, skip=("baseline",)), "--out", str(out / GATE)]


def baselines(table: GateTable, home: Path) -> dict[str, Path]:
    """Return the baselines by name."""
    if table.baseline is None:
        return {}
    given = table.baseline if isinstance(table.baseline, dict) else {"baseline": table.baseline}
    return {name: home / path for name, path in given.items()}


def argument(path: Path) -> str:
    """Return a path as an argument that no command takes for an option."""
    text = str(path)
    return f"./{text}" if text.startswith("-") else text


def _flags(table: BaseModel, home: Path, skip: tuple[str, ...]) -> list[str]:
    found: list[str] = []
    for name in type(table).model_fields:
        value: Any = getattr(table, name)
        if name in skip or value is None or value is False:
            continue
        flag = f"--{name.replace('_', '-')}"
        if value is True:
            found.append(flag)
        else:
            for one in value if isinstance(value, list) else [value]:
                found += [flag, str(home / one if isinstance(one, Path) else one)]
    return found
