"""Findings as GitHub workflow commands, shown beside the lines of a pull request.

``::error file=data/a.jsonl,line=3,col=31,title=TH102 trailing_comma::a comma before the closing bracket``
"""

from __future__ import annotations

from collections.abc import Iterator

from curate.check.finding import Finding
from curate.check.findings import Findings
from curate.check.formats.groups import by_code
from curate.check.formats.place import calm, in_tree
from curate.check.formats.summary import summary
from curate.core.command.terminal import harmless
from curate.core.read.expand import STDIN

SHOWN = 10  # of a code; GitHub shows as many of a kind for each step of a job


def as_github(findings: Findings) -> Iterator[str]:
    """Yield an annotation for each of the first ten faults of a code, how many more there are, and the summary."""
    for group in by_code(findings.faults, SHOWN):
        yield from (f"{_annotation(fault)}\n" for fault in group.first)
        if group.count > SHOWN:
            title = f"{group.first[0].code} {group.first[0].slug}"
            yield f"::notice title={title}::{group.count - SHOWN:,} more; --format text or json shows the count\n"
    yield "\n".join([*summary(findings), ""])


def _annotation(fault: Finding) -> str:
    properties = {} if fault.file == STDIN else {"file": in_tree(fault.file), "line": fault.line, "col": fault.column}
    properties["title"] = f"{fault.code} {fault.slug}"
    told = ",".join(f"{name}={_property(str(value))}" for name, value in properties.items() if value is not None)
    at = f" at {calm(fault.pointer, 200)}" if fault.pointer else ""
    return f"::{fault.severity} {told}::{_data(calm(fault.message, 400) + at)} ({_data(fault.hint)})"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return harmless(_data(text).replace(":", "%3A").replace(",", "%2C"))
