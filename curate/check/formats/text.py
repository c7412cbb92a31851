"""Findings for people: grouped by code, three examples each, the counts, and the next command."""

from __future__ import annotations

from curate.check.codes import CODES
from curate.check.findings import Finding, Findings
from curate.check.formats.groups import by_code
from curate.check.formats.place import calm, place
from curate.check.formats.summary import summary
from curate.core.command.terminal import styled

EXAMPLES = 3
_WIDEST = 200  # characters of a message


def as_text(findings: Findings, *, colour: bool = False) -> str:
    """Return the findings for a terminal or a log."""
    blocks = [_group(group, colour=colour) for group in by_code(findings.faults)]
    return "\n".join([*(f"{block}\n" for block in blocks), *summary(findings), ""])


def _group(faults: list[Finding], *, colour: bool) -> str:
    first = faults[0]
    style = "red" if first.severity == "error" else "yellow"
    name = styled(f"{first.code} {first.slug}", "bold", colour=colour)
    head = f"{styled(first.severity, style, colour=colour)} {name} ({len(faults):,}): {CODES[first.slug].sentence}"
    lines = [head, *(f"  {_example(fault)}" for fault in faults[:EXAMPLES])]
    if len(faults) > EXAMPLES:
        lines.append(f"  and {len(faults) - EXAMPLES:,} more")
    lines.append(styled(f"  hint: {first.hint}", "dim", colour=colour))
    return "\n".join(lines)


def _example(fault: Finding) -> str:
    at = f"  at {calm(fault.pointer, _WIDEST)}" if fault.pointer else ""
    return f"{place(fault)}  {calm(fault.message, _WIDEST)}{at}"
