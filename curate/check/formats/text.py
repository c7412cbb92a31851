"""Findings for people: grouped by code, three examples each, the counts, and the next command."""

from __future__ import annotations

from collections.abc import Iterator

from curate.check.codes import CODES
from curate.check.finding import Finding
from curate.check.findings import Findings
from curate.check.formats.groups import Group, by_code
from curate.check.formats.place import calm, place
from curate.check.formats.summary import summary
from curate.core.command.terminal import styled

EXAMPLES = 3
_WIDEST = 200  # characters of a message


def as_text(findings: Findings, *, colour: bool = False) -> Iterator[str]:
    """Yield the findings for a terminal or a log."""
    for group in by_code(findings.faults, EXAMPLES):
        yield f"{_group(group, colour=colour)}\n\n"
    yield "\n".join([*summary(findings), ""])


def _group(group: Group, *, colour: bool) -> str:
    first = group.first[0]
    style = "red" if first.severity == "error" else "yellow"
    name = styled(f"{first.code} {first.slug}", "bold", colour=colour)
    head = f"{styled(first.severity, style, colour=colour)} {name} ({group.count:,}): {CODES[first.slug].sentence}"
    lines = [head, *(f"  {_example(fault)}" for fault in group.first)]
    if group.count > EXAMPLES:
        lines.append(f"  and {group.count - EXAMPLES:,} more")
    lines.append(styled(f"  hint: {first.hint}", "dim", colour=colour))
    return "\n".join(lines)


def _example(fault: Finding) -> str:
    at = f"  at {calm(fault.pointer, _WIDEST)}" if fault.pointer else ""
    return f"{place(fault)}  {calm(fault.message, _WIDEST)}{at}"
