"""Faults in any number: counted, in their order, and never all in memory."""

from __future__ import annotations

import json
import pickle
import tempfile
import tracemalloc

import pytest

from curate.check.faults import HELD, Faults
from curate.check.finding import Finding
from curate.check.formats import FORMATS
from curate.check.judge import Judge
from curate.check.run import check_sources
from curate.core.read.source import Source
from tests.conftest import chat

WARNED = {"conversations": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}]}
FORMS = ("text", "json", "sarif", "junit", "github", "gitlab")


def finding(line: int) -> Finding:
    severity = "warning" if line % 3 else "error"
    return Finding("TH101", "not_json", severity, "a\udcff.jsonl", line, None, "", f"größe {line}", "mend it")


@pytest.mark.parametrize("count", [0, 1, HELD, HELD + 1, 3 * HELD + 7])
def test_they_come_back_as_they_were_and_as_often_as_asked(count):
    listed = [finding(line) for line in range(count)]
    faults = Faults()
    for number, fault in enumerate(listed):
        faults.append(fault)
        if number == 2 * HELD:
            assert next(iter(faults)) == listed[0], "read before it is whole"

    assert list(faults) == list(faults) == listed
    assert list(zip(faults, faults, strict=True)) == list(zip(listed, listed, strict=True)), "two readers at once"
    assert faults == listed
    assert list(reversed(faults)) == listed[::-1]
    assert [faults[place] for place in range(0, count, 997)] == listed[::997]
    assert pickle.loads(pickle.dumps(faults)) == listed
    assert (len(faults), faults.errors) == (count, len(range(0, count, 3)))
    assert faults.by_code == ({"TH101": count} if count else {})
    for key in (0, count - 1, -1, slice(2), slice(count // 2, count // 2 + 3)):
        if count:
            assert faults[key] == listed[key]
    with pytest.raises(IndexError):
        faults[count]


@pytest.mark.parametrize("form", ["text", "json", "sarif", "junit", "github"])
def test_memory_does_not_grow_with_the_faults(jsonl, monkeypatch, form):
    monkeypatch.setattr("curate.check.faults.HELD", 100)

    def most(rows: int) -> int:
        file = jsonl([{"text": 1}] * rows, f"{rows}.jsonl")
        tracemalloc.start()
        findings = check_sources([Source(0, file.name, file, "text")], Judge(), block_bytes=1000)
        assert len(findings.faults) == rows
        for _ in FORMATS[form](findings):
            pass
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return peak

    few, many = most(1_000), most(8_000)

    assert many < few + 500_000, "a fault takes about 300 bytes"


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("options", [[], ["--no-text"], ["--baseline", "none.json"]], ids=" ".join)
def test_a_report_is_the_same_whether_faults_were_spilled_or_not(thresher, jsonl, tmp_path, monkeypatch, form, options):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "none.json").write_text(json.dumps({"faults": []}))
    jsonl([chat("Hi", "Hello"), *[WARNED, '{"messages": [],}', chat("Hi", ""), chat("Hi", "Hello", "Bye")] * 9])
    whole = thresher("check", "rows.jsonl", "--format", form, *options)
    monkeypatch.setattr("curate.check.faults.HELD", 4)

    spilled = thresher("check", "rows.jsonl", "--format", form, *options)

    assert (spilled.code, spilled.out) == (whole.code, whole.out)


def test_without_a_temporary_file_they_stay_in_memory(monkeypatch):
    def refused(**_: object) -> None:
        raise FileNotFoundError("no usable temporary directory")

    monkeypatch.setattr(tempfile, "TemporaryFile", refused)
    listed = [finding(line) for line in range(2 * HELD + 5)]
    faults = Faults(listed)

    assert list(faults) == listed
    assert (len(faults), faults[2 * HELD]) == (2 * HELD + 5, listed[2 * HELD])
