"""Scored runs of a few items, made by the command that makes real ones, and the gate on two of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from curate.core.command.door import run
from tests.conftest import Ran

GOOD = [1] * 700 + [0] * 300
DROPPED = [0] * 150 + GOOD[150:]
SOME = [0] * 5 + GOOD[5:-5] + [1] * 5
AREAS = {"slices": lambda n: {"area": "ab"[n % 2]}}


def scored(folder: Path, name: str, rows: Iterable[dict[str, Any]], metrics: str = "exact_match") -> Path:
    """Return the folder of a run of predictions."""
    file = folder / f"{name}.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    assert run(["score", str(file), "--metrics", metrics, "--out", str(folder / name), "--quiet"]) == 0
    return folder / name


def right(flags: Iterable[int], **more: Callable[[int], Any]) -> list[dict[str, Any]]:
    """Return predictions that are right where a flag is 1; ``more`` are fields by the number of the item."""
    return [
        {"id": f"q{n:04d}", "prediction": "yes" if flag else "no", "reference": "yes", "prompt": f"question {n}"}
        | {field: of(n) for field, of in more.items()}
        for n, flag in enumerate(flags)
    ]


def limits(folder: Path, text: str = 'metric = "exact_match"\nmax_drop = 0.02', head: str = "") -> Path:
    """Return a gate.toml of one rule, or of several divided by blank lines."""
    path = folder / "gate.toml"
    rules = "\n".join(f"[[limits]]\n{rule}" for rule in text.split("\n\n"))
    path.write_text(f"{head}\n{rules}\n", encoding="utf-8")
    return path


def gate(thresher: Callable[..., Ran], candidate: Path, base: Path, rules: Path, *more: object) -> Ran:
    """Run the gate on two runs."""
    return thresher("gate", candidate, "--baseline", base, "--limits", rules, *more)
