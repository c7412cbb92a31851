"""Findings as JSON, a fault a line; what ``--baseline`` reads.

``{"code": "TH102", "column": 31, "file": "rows.jsonl", "hint": "remove the comma; ...", "line": 3, ...}``
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from curate.check.findings import SCHEMA_VERSION, Findings


def as_json(findings: Findings) -> Iterator[str]:
    """Yield one object of ``faults`` and ``counts``; ``known`` too, where a baseline was given."""
    yield f'{{"counts": {encoded(findings.counts())},\n"faults": '
    yield from lines(fault.as_json() for fault in findings.faults)
    known = "" if findings.known is None else f',\n"known": {findings.known}'
    yield f'{known},\n"schema_version": {SCHEMA_VERSION}}}\n'


def lines(values: Iterable[Any]) -> Iterator[str]:
    """Yield an array with one value a line, so that a diff shows what came and went."""
    before, end = "[\n", "[]"
    for value in values:
        yield before + encoded(value)
        before, end = ",\n", "\n]"
    yield end


def encoded(value: Any) -> str:
    """Return JSON with sorted keys; all but ASCII is escaped, so that no mark in it steers a terminal."""
    return json.dumps(value, sort_keys=True)
