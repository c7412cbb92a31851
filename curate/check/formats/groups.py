"""Findings by code: errors first, then the most frequent."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from curate.check.findings import Finding


def by_code(faults: Iterable[Finding]) -> list[list[Finding]]:
    """Return the findings of each code, in file and line order inside a code."""
    groups: defaultdict[str, list[Finding]] = defaultdict(list)
    for fault in faults:
        groups[fault.code].append(fault)
    return sorted(groups.values(), key=lambda group: (group[0].severity != "error", -len(group), group[0].code))
