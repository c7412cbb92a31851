"""Findings as JUnit XML: a suite for each file, a case for each code found in it.

``<testcase classname="rows.jsonl" name="TH102 trailing_comma"><failure message="..." type="TH102">...</failure>``
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from xml.etree.ElementTree import Element, SubElement

from curate.check.codes import CODES
from curate.check.findings import Findings
from curate.check.formats.groups import Group, grouped, ranked
from curate.check.formats.place import place
from curate.core.command.figures import many
from curate.core.command.junit import xml_text
from curate.core.command.terminal import inert

SHOWN = 20  # places of a code in a file
_WIDEST = 200


def as_junit(findings: Findings) -> Iterator[str]:
    """Yield the XML; an error fails its case, warnings are told in a case that passes.

    ``inert`` keeps all that XML 1.0 has no form for out of the text, control characters above all.
    """
    files: dict[str, list[Group]] = {file: [] for file in findings.layouts}
    for (file, _), group in grouped(findings.faults, lambda fault: (fault.file, fault.code), SHOWN).items():
        files[file].append(group)
    root = Element("testsuites", name="thresher check")
    for file, groups in files.items():
        _suite(root, inert(file), ranked(groups))
    cases, failures = root.findall("testsuite/testcase"), root.findall("testsuite/testcase/failure")
    root.attrib |= {"tests": str(len(cases)), "failures": str(len(failures)), "errors": "0"}
    yield xml_text(root)


def _suite(root: Element, file: str, groups: Sequence[Group]) -> None:
    failures = sum(group.first[0].severity == "error" for group in groups)
    counts = {"tests": str(len(groups) or 1), "failures": str(failures), "errors": "0", "skipped": "0"}
    suite = SubElement(root, "testsuite", {"name": file, **counts})
    if not groups:
        SubElement(suite, "testcase", classname=file, name="no faults")
    for group in groups:
        first = group.first[0]
        case = SubElement(suite, "testcase", classname=file, name=f"{first.code} {first.slug}")
        told = f"{many(group.count, 'time')}: {CODES[first.slug].sentence}"
        if first.severity == "error":
            SubElement(case, "failure", message=told, type=first.code).text = _places(group)
        else:
            SubElement(case, "system-out").text = f"{told}\n{_places(group)}"


def _places(group: Group) -> str:
    lines = [f"{place(fault)}  {inert(fault.message, _WIDEST)}" for fault in group.first]
    if group.count > SHOWN:
        lines.append(f"and {group.count - SHOWN:,} more")
    return "\n".join([*lines, f"hint: {group.first[0].hint}"])
