"""Scored runs and verdicts of a few items, made by the commands that make real ones."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from tests.evalkit.gate.runs import limits, right, scored


def gated(thresher: Callable[..., Any], folder: Path, base: Iterable[int], new: Iterable[int], **more: Any) -> Path:
    """Return the folder of a verdict on runs that are right where a flag is 1; the runs lie beside it."""
    rules = more.pop("rules", 'metric = "exact_match"\nmax_drop = 0.02')
    head, flags = more.pop("head", ""), more.pop("flags", ())
    one = scored(folder, "base", right(base, **more))
    other = scored(folder, "new", right(new, **more))
    gate = limits(folder, rules, head)
    ran = thresher("gate", other, "--baseline", one, "--limits", gate, "--out", folder / "gate", *flags)
    assert ran.code in (0, 1, 3), ran.err
    return folder / "gate"
