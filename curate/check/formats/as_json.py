"""Findings as JSON, a fault a line; what ``--baseline`` reads.

``{"code": "TH102", "column": 31, "file": "rows.jsonl", "hint": "remove the comma; ...", "line": 3, ...}``
"""

from __future__ import annotations

import json
from typing import Any

from curate.check.findings import SCHEMA_VERSION, Findings


def as_json(findings: Findings) -> str:
    """Return one object of ``faults`` and ``counts``; ``known`` too, where a baseline was given."""
    parts = [f'"counts": {encoded(findings.counts())}', f'"faults": {lines(f.as_json() for f in findings.faults)}']
    if findings.known is not None:
        parts.append(f'"known": {findings.known}')
    parts.append(f'"schema_version": {SCHEMA_VERSION}')
    return "{" + ",\n".join(parts) + "}\n"


def lines(values: Any) -> str:
    """Return an array with one value a line, so that a diff shows what came and went."""
    inside = ",\n".join(map(encoded, values))
    return f"[\n{inside}\n]" if inside else "[]"


def encoded(value: Any) -> str:
    """Return JSON with sorted keys; all but ASCII is escaped, so that no mark in it steers a terminal."""
    return json.dumps(value, sort_keys=True)
