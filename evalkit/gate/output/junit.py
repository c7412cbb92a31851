"""A verdict as JUnit XML: a rule is a test case.

``<testcase classname="thresher gate" name="exact_match max_drop"><failure message="..." type="fail">...</failure>``
"""

from __future__ import annotations

from typing import Any
from xml.etree.ElementTree import Element, SubElement

from curate.core.command.figures import number
from curate.core.command.junit import count_cases, xml_text
from curate.core.command.terminal import inert
from evalkit.gate.verdict import Verdict


def as_junit(verdict: Verdict) -> str:
    """Return the XML by what each rule counts as: a fail is a failure, what stays undecided an error, else skipped.

    A rule that did not pass and is skipped was waived, or let pass by ``on_inconclusive``.
    """
    root = Element("testsuites", name="thresher gate")
    suite = SubElement(root, "testsuite", name="thresher gate")
    for row in verdict.rows:
        case = SubElement(suite, "testcase", classname="thresher gate", name=inert(row["name"]))
        told = sentence(row)
        if row["verdict"] == "pass":
            SubElement(case, "system-out").text = told
        elif row["waiver"]:
            SubElement(case, "skipped", message=inert(f"waived: {row['waiver']['reason']} ({row['waiver']['who']})"))
        elif row["counts_as"] == "pass":
            SubElement(case, "skipped", message=f"let pass by on_inconclusive: {told}")
        else:
            kind = "failure" if row["counts_as"] == "fail" else "error"
            SubElement(case, kind, message=told, type=row["verdict"]).text = "\n".join([told, *map(inert, row["next"])])
    for element in (root, suite):
        count_cases(element)
    return xml_text(root)


def sentence(row: dict[str, Any]) -> str:
    """Return a rule's result on one line."""
    of = {"difference": "difference", "ratio": "ratio", "value": "value"}[row["estimate"]["of"]]
    interval = " to ".join(number(bound) for bound in row["interval"])
    undecided = row["verdict"] == "inconclusive" and (row["needed_n"] or 0) > row["n"]
    needed = f"; {row['needed_n']:,} items would decide" if undecided else ""
    return (
        f"{inert(_with_margin(row))}: {row['verdict']}; {of} {number(row['estimate']['value'])}"
        f" ({interval}), n {row['n']:,}, could show {number(row['smallest_detectable'])}{needed}"
    )


def _with_margin(row: dict[str, Any]) -> str:
    """Return a rule's name with its margin, which a name has that would else be another rule's too."""
    name, margin = str(row["name"]), f"{row['margin']:g}"
    named = f"{row['metric']} {row['rule']} {margin}"
    return name if f"{name} ".startswith(f"{named} ") else f"{name} {margin}"
