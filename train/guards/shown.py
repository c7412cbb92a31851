"""Findings as lines for a terminal, and as objects for JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import groupby
from typing import Any

from curate.core.command.terminal import inert, styled
from train.guards.finding import Finding

EACH = 5  # findings shown of each kind
WIDTH = 40


def as_lines(findings: Sequence[Finding]) -> list[str]:
    """Return the findings by kind, errors first: how many, the first of them with their places, what to do."""
    lines = []
    ordered = sorted(findings, key=lambda one: (one.severity != "error", one.code))
    for (severity, code), group in groupby(ordered, key=lambda one: (one.severity, one.code)):
        same = list(group)
        style = "red" if severity == "error" else "yellow"
        lines.append(styled(f"{f'{severity}: {code}':<{WIDTH}}{len(same):>9,}", style))
        lines += [f"  {_placed(one)}" for one in same[:EACH]]
        lines += [f"  and {len(same) - EACH:,} more: --json has them all"] if len(same) > EACH else []
        lines += [f"  hint: {hint}" for hint in dict.fromkeys(one.hint for one in same[:EACH])]
    return lines


def as_objects(findings: Sequence[Finding]) -> list[dict[str, Any]]:
    """Return the findings, the place of each in fields: ``{"code", "severity", "message", "hint", "file", ...}``."""
    return [
        {
            "code": one.code,
            "severity": one.severity,
            "message": one.message,
            "hint": one.hint,
            "file": one.place.source if one.place else None,
            "line": one.place.line if one.place else None,
            "id": one.place.id if one.place else None,
        }
        for one in findings
    ]


def counts(findings: Sequence[Finding]) -> dict[str, Any]:
    """Return how many errors and warnings there are, and how many of each code."""
    by_severity = Counter(one.severity for one in findings)
    return {
        "errors": by_severity["error"],
        "warnings": by_severity["warning"],
        "by_code": dict(sorted(Counter(one.code for one in findings).items())),
    }


def _placed(one: Finding) -> str:
    return one.message if one.place is None else f"{inert(str(one.place))}: {one.message}"
