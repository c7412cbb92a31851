"""Findings as GitLab Code Quality, shown in merge requests.

``{"check_name": "TH102", "description": "...", "fingerprint": "...", "location": {...}, "severity": "major"}``
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from curate.check.finding import Finding
from curate.check.findings import Findings
from curate.check.formats.as_json import lines
from curate.check.formats.identity import fingerprints
from curate.check.formats.place import in_tree

SEVERITIES = {"error": "major", "warning": "minor"}


def as_gitlab(findings: Findings) -> Iterator[str]:
    """Yield an array with an object for each fault."""
    faults = findings.faults
    yield from lines(_issue(fault, mark) for fault, mark in zip(faults, fingerprints(faults), strict=True))
    yield "\n"


def _issue(fault: Finding, fingerprint: str) -> dict[str, Any]:
    return {
        "check_name": fault.code,
        "description": f"{fault.message} ({fault.code} {fault.slug}; {fault.hint})",
        "fingerprint": fingerprint,
        "severity": SEVERITIES[fault.severity],
        "location": {"path": in_tree(fault.file), "lines": {"begin": fault.line or 1}},  # GitLab asks for a line
    }
