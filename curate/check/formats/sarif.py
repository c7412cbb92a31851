"""Findings as SARIF 2.1.0, which code-scanning services read."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import quote

from curate.check.codes import CODES, FAMILIES
from curate.check.finding import Finding
from curate.check.findings import Findings
from curate.check.formats.groups import Group, grouped
from curate.check.formats.identity import fingerprints
from curate.check.formats.place import in_tree
from curate.core.command.door import version

MOST = 5_000  # results that GitHub takes of a run
_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def as_sarif(findings: Findings) -> Iterator[str]:
    """Yield one run; past 5,000 faults one result for each code and file, with the count and the first place."""
    faults, known_by = _results(findings)
    marked = sorted(zip(faults, fingerprints(known_by), strict=True), key=lambda result: result[0].severity != "error")
    shown = [fault for fault, _ in marked[:MOST]]
    rules = sorted({fault.slug for fault in shown}, key=lambda slug: CODES[slug].code)
    index = {slug: number for number, slug in enumerate(rules)}
    invocation: dict[str, Any] = {"executionSuccessful": True}
    if len(shown) < len(faults):
        told = f"{len(faults) - len(shown):,} results more; the report is cut at {MOST:,}"
        invocation["toolExecutionNotifications"] = [{"level": "warning", "message": {"text": told}}]
    driver = {"name": "Thresher", "version": version(), "rules": [_rule(slug) for slug in rules]}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "invocations": [invocation],
        "results": [_result(fault, index, mark) for fault, mark in marked[:MOST]],
    }
    yield json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2, sort_keys=True) + "\n"


def _results(findings: Findings) -> tuple[Sequence[Finding], Sequence[Finding]]:
    """Return the findings to show, and by what each is known again: a group by its file and code alone."""
    if len(findings.faults) <= MOST:
        return findings.faults, findings.faults
    groups = grouped(findings.faults, lambda fault: (fault.file, fault.code), 1).values()
    first = [group.first[0] for group in groups]
    return [_summed(group) for group in groups], [fault._replace(line=None, pointer="") for fault in first]


def _summed(group: Group) -> Finding:
    (first,) = group.first
    return first if group.count == 1 else first._replace(message=f"{group.count:,} times; first: {first.message}")


def _rule(slug: str) -> dict[str, Any]:
    code = CODES[slug]
    return {
        "id": code.code,
        "name": slug,
        "shortDescription": {"text": code.sentence},
        "fullDescription": {"text": f"{code.sentence} To do: {code.hint}."},
        "help": {"text": code.hint},
        "defaultConfiguration": {"level": code.severity},
        "properties": {"tags": ["data", FAMILIES[code.code[:3]]]},
    }


def _result(fault: Finding, index: dict[str, int], fingerprint: str) -> dict[str, Any]:
    region = {"startLine": fault.line or 1}  # services want a line, also for a fault of the whole file
    if fault.column is not None:
        region["startColumn"] = fault.column
    location: dict[str, Any] = {"physicalLocation": {"artifactLocation": {"uri": _uri(fault.file)}, "region": region}}
    if fault.pointer:
        location["logicalLocations"] = [{"fullyQualifiedName": fault.pointer, "kind": "member"}]
    return {
        "ruleId": fault.code,
        "ruleIndex": index[fault.slug],
        "level": fault.severity,
        "message": {"text": fault.message},
        "locations": [location],
        "partialFingerprints": {"primaryLocationLineHash": fingerprint, "thresherFault/v1": fingerprint},
    }


def _uri(file: str) -> str:
    """Return the path as a URI reference: relative, or ``file:`` where it lies outside the working folder."""
    path = in_tree(file)
    return f"{'file://' if path.startswith('/') else ''}{quote(os.fsencode(path))}"
