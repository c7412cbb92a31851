"""JUnit XML as we write it: the counts that runners read, indented, every character of it ASCII."""

from __future__ import annotations

from xml.etree.ElementTree import Element, indent, tostring

_COUNTED = (("tests", "testcase"), ("failures", "failure"), ("errors", "error"), ("skipped", "skipped"))


def count_cases(element: Element) -> None:
    """Write how many cases are in a suite, or in all of them, and how they ended."""
    element.attrib |= {name: str(len(element.findall(f".//{tag}"))) for name, tag in _COUNTED}


def xml_text(root: Element) -> str:
    """Return the text of a file."""
    indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{tostring(root, encoding="us-ascii").decode()}\n'
