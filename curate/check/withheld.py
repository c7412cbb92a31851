"""Findings that quote nothing from the data, for logs and comments that others read."""

from __future__ import annotations

import re
from dataclasses import replace

from curate.check.codes import CODES
from curate.check.faults import Faults
from curate.check.finding import Finding
from curate.check.findings import Findings
from curate.core.read.layouts import LAYOUTS

_KNOWN = frozenset().union(*(layout.own for layout in LAYOUTS.values())) | {
    *("role", "content", "name", "weight", "tool_calls", "tool_call_id", "function_call"),
    *("from", "value", "function", "text", "label"),
}
_ARRAYS = frozenset({"messages", "conversations", "prompt", "completion", "history", "tools", "functions"}) | {
    *("chosen", "rejected", "preferred_output", "non_preferred_output", "content", "tool_calls"),
}
_INDEX = re.compile("0|[1-9][0-9]{0,3}")  # a longer one is rather a key: a number of a card or of a telephone


def without_text(fault: Finding) -> Finding:
    """Return the finding with the sentence of its code for a message; its pointer ends before a name we do not know."""
    return fault._replace(message=CODES[fault.slug].sentence, pointer=_known_part(fault.pointer))


def withhold(findings: Findings) -> Findings:
    """Return the findings, none of which quotes the data."""
    return replace(findings, faults=Faults(map(without_text, findings.faults)))


def _known_part(pointer: str) -> str:
    kept: list[str] = []
    for part in pointer.split("/")[1:]:
        is_index = bool(kept) and kept[-1] in _ARRAYS and _INDEX.fullmatch(part) is not None
        if part not in _KNOWN and not is_index:
            break
        kept.append(part)
    return "".join(f"/{part}" for part in kept)
