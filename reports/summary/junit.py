"""Briefs as JUnit XML: a suite for each part of the page, a case for each thing that holds or not.

``<testcase classname="verdict: tuned" name="exact_match max_drop"><failure message="fail: 61.00% → 55.00%; ..."/>``
"""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from curate.core.command.terminal import inert
from reports.summary.brief import Brief

_ELEMENTS = {"failed": "failure", "undecided": "error"}


def as_junit(briefs: Sequence[Brief]) -> str:
    """Return the XML: what failed is a failure, what the evidence cannot decide an error, what no rule judges skipped.

    ``inert`` keeps all that XML 1.0 has no form for out of the text, control characters above all.
    """
    root = Element("testsuites", name="thresher report")
    for brief in briefs:
        name = inert(f"{brief.kind}: {brief.name}")
        suite = SubElement(root, "testsuite", name=name)
        for one in brief.cases:
            case = SubElement(suite, "testcase", classname=name, name=inert(one.name))
            if one.outcome == "passed":
                SubElement(case, "system-out").text = inert(one.told)
            elif one.outcome == "skipped":
                SubElement(case, "skipped", message=inert(one.told))
            else:
                SubElement(case, _ELEMENTS[one.outcome], message=inert(one.told), type=one.outcome)
        _count(suite)
    _count(root)
    indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{tostring(root, encoding="us-ascii").decode()}\n'


def _count(element: Element) -> None:
    kinds = (("tests", "testcase"), ("failures", "failure"), ("errors", "error"), ("skipped", "skipped"))
    element.attrib |= {name: str(len(element.findall(f".//{tag}"))) for name, tag in kinds}
