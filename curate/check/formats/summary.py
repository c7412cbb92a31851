"""The last lines of a report: what was counted, and what to do next."""

from __future__ import annotations

from collections import defaultdict

from curate.check.findings import Findings
from curate.check.formats.place import calm
from curate.core.command.figures import many
from curate.core.command.terminal import harmless


def summary(findings: Findings) -> list[str]:
    """Return ``1,234 rows in 3 files: 5 errors, 2 warnings``, the layouts told, and the next command."""
    counts = findings.counts()
    told = f"{many(counts['errors'], 'error')}, {many(counts['warnings'], 'warning')}"
    lines = [f"{many(findings.rows, 'row')} in {many(findings.files, 'file')}: {told}"]
    if findings.blank:
        are = "which is no row" if findings.blank == 1 else "which are no rows"
        lines.append(f"{many(findings.blank, 'blank line')}, {are}")
    if findings.known is not None:
        lines.append(f"{many(findings.known, 'fault')} of the baseline left out")
    lines.append(f"layouts: {_layouts(findings.layouts)}")
    if findings.then:
        lines.append(f"next: {harmless(findings.then).replace('##[', '## [')}")
    return lines


def _layouts(layouts: dict[str, str | None]) -> str:
    """Return the layouts, each with its file, or how many files have it."""
    files: defaultdict[str, list[str]] = defaultdict(list)
    for file, layout in layouts.items():
        files[layout or "unknown"].append(file)
    return ", ".join(
        f"{layout} in {calm(named[0]) if len(named) == 1 else many(len(named), 'file')}"
        for layout, named in sorted(files.items(), key=lambda item: (item[0] == "unknown", -len(item[1]), item[0]))
    )
