"""Findings as text, JSON, SARIF, JUnit, GitHub and GitLab annotations."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from curate.check.findings import Findings
from curate.check.formats.as_json import as_json
from curate.check.formats.github import as_github
from curate.check.formats.gitlab import as_gitlab
from curate.check.formats.junit import as_junit
from curate.check.formats.sarif import as_sarif
from curate.check.formats.text import as_text

FORMATS: dict[str, Callable[[Findings], Iterator[str]]] = {  # in pieces, for faults may be many
    "text": as_text,
    "json": as_json,
    "sarif": as_sarif,
    "junit": as_junit,
    "github": as_github,
    "gitlab": as_gitlab,
}

__all__ = ["FORMATS"]
