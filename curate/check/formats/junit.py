"""Findings as JUnit XML: a suite for each file, a case for each code found in it.

``<testcase classname="rows.jsonl" name="TH102 trailing_comma"><failure message="..." type="TH102">...</failure>``
"""

from __future__ import annotations

from collections import defaultdict
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from curate.check.codes import CODES
from curate.check.findings import Finding, Findings
from curate.check.formats.groups import by_code
from curate.check.formats.place import place
from curate.core.command.terminal import inert

SHOWN = 20  # places of a code in a file
_WIDEST = 200


def as_junit(findings: Findings) -> str:
    """Return the XML; an error fails its case, warnings are told in a case that passes.

    ``inert`` keeps all that XML 1.0 has no form for out of the text, control characters above all.
    """
    files: defaultdict[str, list[Finding]] = defaultdict(list, {file: [] for file in findings.layouts})
    for fault in findings.faults:
        files[fault.file].append(fault)
    root = Element("testsuites", name="thresher check")
    for file, faults in files.items():
        _suite(root, inert(file), by_code(faults))
    cases, failures = root.findall("testsuite/testcase"), root.findall("testsuite/testcase/failure")
    root.attrib |= {"tests": str(len(cases)), "failures": str(len(failures)), "errors": "0"}
    indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{tostring(root, encoding="us-ascii").decode()}\n'


def _suite(root: Element, file: str, groups: list[list[Finding]]) -> None:
    failures = sum(group[0].severity == "error" for group in groups)
    counts = {"tests": str(len(groups) or 1), "failures": str(failures), "errors": "0", "skipped": "0"}
    suite = SubElement(root, "testsuite", {"name": file, **counts})
    if not groups:
        SubElement(suite, "testcase", classname=file, name="no faults")
    for group in groups:
        first = group[0]
        case = SubElement(suite, "testcase", classname=file, name=f"{first.code} {first.slug}")
        told = f"{len(group):,} times: {CODES[first.slug].sentence}"
        if first.severity == "error":
            SubElement(case, "failure", message=told, type=first.code).text = _places(group)
        else:
            SubElement(case, "system-out").text = f"{told}\n{_places(group)}"


def _places(group: list[Finding]) -> str:
    lines = [f"{place(fault)}  {inert(fault.message, _WIDEST)}" for fault in group[:SHOWN]]
    if len(group) > SHOWN:
        lines.append(f"and {len(group) - SHOWN:,} more")
    return "\n".join([*lines, f"hint: {group[0].hint}"])
