"""JUnit XML: what a runner counts, and what it reads."""

from __future__ import annotations

from xml.etree.ElementTree import Element, SubElement, fromstring

from curate.core.command.junit import count_cases, xml_text


def test_cases_are_counted_by_how_they_ended():
    root = Element("testsuites")
    suite = SubElement(root, "testsuite", name="naïve")
    for ending in (None, None, "failure", "error", "skipped"):
        case = SubElement(suite, "testcase", name="a")
        if ending:
            SubElement(case, ending)
    for element in (root, suite):
        count_cases(element)

    read = fromstring(xml_text(root).encode("ascii"))

    assert read.attrib == {"tests": "5", "failures": "1", "errors": "1", "skipped": "1"}
    assert read[0].attrib == {"name": "naïve", **read.attrib}
