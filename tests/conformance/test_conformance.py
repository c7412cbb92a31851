"""Every fault at its place, and no fault in a good row. The oracle is `expected.py`, written by hand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from curate.check.codes import CODES
from curate.check.findings import Findings
from curate.check.judge import Judge
from curate.check.profiles import PROFILES
from curate.check.run import check_sources
from curate.check.schemas import Rules
from curate.check.tokens import TokenCounter
from curate.core.read.source import Wanted, find_sources
from tests.conformance.expected import ANSWER_SCHEMA, BYTES, FILES, SETTINGS, Expected

HERE = Path(__file__).parent
GOOD = sorted((HERE / "good").iterdir())


def check(path: Path, **settings: Any) -> Findings:
    profile = PROFILES[settings.pop("profile", "any")]
    if max_bytes := settings.pop("max_bytes", None):
        profile = replace(profile, max_bytes=max_bytes)
    rules = Rules(ANSWER_SCHEMA) if settings.pop("answer_schema", False) else None
    tokens = None
    if limit := settings.pop("max_tokens", None):
        pytest.importorskip("tokenizers", reason="counting tokens needs the package 'tokenizers'")
        tokens = TokenCounter(HERE / "tokenizer", limit)
    wanted = Wanted(path.name, fields=settings.pop("map", {}))
    return check_sources(find_sources([wanted], path.parent), Judge(profile, rules, tokens), **settings)


def found(findings: Findings) -> list[Expected]:
    return [(fault.line, fault.column, fault.slug, fault.pointer) for fault in findings.faults]


@pytest.mark.parametrize("name", FILES)
def test_each_fault_is_found_at_its_place_and_no_other(name):
    assert found(check(HERE / name, **SETTINGS.get(name, {}))) == FILES[name]


@pytest.mark.parametrize("name", FILES)
def test_the_size_of_a_block_changes_no_fault(name):
    settings = SETTINGS.get(name, {})

    assert check(HERE / name, block_bytes=7, **settings).faults == check(HERE / name, **settings).faults


@pytest.mark.parametrize("name", BYTES)
def test_bytes_that_are_no_text_have_their_fault(name, tmp_path):
    data, faults = BYTES[name]
    (tmp_path / "rows.jsonl").write_bytes(data)

    assert found(check(tmp_path / "rows.jsonl")) == faults


@pytest.mark.parametrize("path", GOOD, ids=[path.name for path in GOOD])
def test_a_good_row_has_no_fault(path):
    findings = check(path)

    assert found(findings) == []
    assert findings.rows > 0


@pytest.mark.parametrize("slug", CODES)
def test_every_code_has_a_file_that_shows_it(slug):
    shown = FILES.get(f"{slug}.jsonl") or BYTES[slug][1]

    assert slug in [fault[2] for fault in shown]


def test_every_file_has_an_answer():
    assert {path.name for path in HERE.glob("*.jsonl")} == set(FILES)


@pytest.mark.parametrize("slug", CODES)
def test_every_code_is_explained(slug):
    code = CODES[slug]

    assert code.sentence.endswith(".")
    assert code.hint
    assert len({other.code for other in CODES.values()}) == len(CODES)
