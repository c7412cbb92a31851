"""Briefs as JUnit XML: a suite for each part of the page, a case for each thing that holds or not.

``<testcase classname="verdict: tuned" name="exact_match max_drop"><failure message="fail: 61.00% → 55.00%; ..."/>``
"""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree.ElementTree import Element, SubElement

from curate.core.command.junit import count_cases, xml_text
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
        count_cases(suite)
    count_cases(root)
    return xml_text(root)
