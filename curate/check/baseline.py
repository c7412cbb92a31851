"""The faults of an earlier check, so that a check reports new ones only.

A baseline is what ``thresher check FILES --format json --output faults.json`` wrote.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

from curate.check.faults import Faults
from curate.check.finding import Finding
from curate.check.findings import SCHEMA_VERSION, Findings
from curate.check.withheld import without_text
from curate.core.run.errors import ConfigError

Identity = tuple[str, str, str, str]  # file, code, pointer, message
_HOW = "write one: thresher check FILES --format json --output faults.json"


def identity(fault: Finding) -> Identity:
    """Return what makes a fault the same one when rows above it came or went.

    The message of a fault of the whole file counts its rows, so it is left out.
    """
    return fault.file, fault.code, fault.pointer, "" if fault.line is None else fault.message


def read_baseline(path: Path) -> Counter[Identity]:
    """Return how often each fault stands in a baseline.

    Raises:
        ConfigError: the file cannot be read, or is no JSON that ``check`` wrote.
    """
    try:
        content = json.loads(path.read_bytes())
    except OSError as error:
        raise ConfigError(f"the baseline {path} cannot be read: {error.strerror}", hint=_HOW) from error
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"the baseline {path} is no JSON: {error}", hint=_HOW) from error
    if isinstance(content, list) or (isinstance(content, dict) and "runs" in content):
        kind = "a GitLab report" if isinstance(content, list) else "SARIF"
        raise ConfigError(f"the baseline {path} is {kind}; it must be of --format json", hint=_HOW)
    if not isinstance(content, dict) or not isinstance(content.get("faults"), list):
        raise ConfigError(f"the baseline {path} has no list 'faults'", hint=_HOW)
    if content.get("schema_version", SCHEMA_VERSION) != SCHEMA_VERSION:
        found = content["schema_version"]
        raise ConfigError(f"the baseline {path} has schema_version {found!r}, not {SCHEMA_VERSION}", hint=_HOW)
    return Counter(_identity(fault, index, path) for index, fault in enumerate(content["faults"]))


def _identity(fault: Any, index: int, path: Path) -> Identity:
    names = ("file", "code", "pointer", "message")
    if not isinstance(fault, dict) or not all(isinstance(fault.get(name), str) for name in names):
        raise ConfigError(f"the baseline {path} has no {', '.join(names)} at /faults/{index}", hint=_HOW)
    message = "" if fault.get("line") is None else fault["message"]
    return fault["file"], fault["code"], fault["pointer"], message


def leave_out(findings: Findings, baseline: Counter[Identity]) -> Findings:
    """Return the findings without those of the baseline, each of which stands for one fault.

    A baseline written with ``--no-text`` has no messages of its own: there a fault is known by its bare form.
    """
    left = baseline.copy()
    new = Faults()
    for fault in findings.faults:
        for same in (identity(fault), identity(without_text(fault))):
            if left[same] > 0:
                left[same] -= 1
                break
        else:
            new.append(fault)
    return replace(findings, faults=new, known=len(findings.faults) - len(new))
