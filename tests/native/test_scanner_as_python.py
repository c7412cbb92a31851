"""The scanner clears no row that Python would not, and gathers what Python builds. The oracle is the path without it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curate.check.judge import Judge
from curate.check.run import check_sources
from curate.core.read.decode import decode_lines
from curate.core.read.layouts import LAYOUTS
from curate.core.read.source import Wanted, find_sources
from curate.native.scanner import LAYOUTS as SCANNED
from curate.native.scanner import Sieve
from tests.conftest import chat
from tests.native.scanning import ROOT, assert_same, cleared, gatherer
from tests.strategies import JSON, RECORDS, SPOKEN, broken

pytestmark = pytest.mark.skipif(shutil.which("cc") is None, reason="there is no C compiler on this machine")


def written(record: dict[str, Any], style: int) -> bytes:
    """Return a record as a line, in one of several spellings."""
    if style == 0:
        return orjson.dumps(record)
    return json.dumps(record, ensure_ascii=style == 1, separators=(" , ", "\t: ") if style == 3 else None).encode()


def damaged(line: bytes, at: int, cut: int, put: bytes) -> bytes:
    at %= len(line) + 1
    return line[:at] + put + line[at + cut :]


PUT = st.one_of(
    st.binary(max_size=3),
    st.sampled_from(
        [
            b'"',
            b"\\",
            b"\\u",
            b"\\ud83d",
            b"\\udc4b",
            b"\\u0000",
            b"{",
            b"}",
            b"[",
            b"]",
            b",",
            b":",
            b"null",
            b"-",
            b"1e400",
            b"0",
            b"1" * 30,
            b"\xed\xa0\x80",
            b"\xc2\x85",
            b"\xf5\x80\x80\x80",
            b"\xc0\xaf",
            b"\x7f",
            b"\r",
            b"\xef\xbb\xbf",
            b'"id":1,',
            b'"role":"user",',
            b'"chosen":1,',
            b'"weight":0,',
            b'"name":"a",',
            b'{"a":1,"a":2}',
            b"[" * 70,
        ]
    ),
)

DAMAGE = st.tuples(st.integers(0, 400), st.sampled_from([0, 0, 1, 2, 9]), PUT)


def lines_of(layout: str) -> st.SearchStrategy[bytes]:
    whole = st.builds(written, RECORDS[layout] | broken(layout) | with_rest(layout), st.integers(0, 3))
    return st.one_of(
        whole,
        st.builds(lambda line, damage: damaged(line, *damage), whole, DAMAGE),
        st.sampled_from([b"", b" ", b"\r", b"\xef\xbb\xbf", b"\xef\xbb\xbf{}", b"{}", b"[]", b"x" * 900]),
    )


def with_rest(layout: str) -> st.SearchStrategy[dict[str, Any]]:
    """Draw clean records with whatever else beside their fields."""
    plain = {
        "messages": st.lists(SPOKEN, min_size=1, max_size=3).map(lambda texts: chat(*texts)),
        "sharegpt": SPOKEN.map(
            lambda text: {"conversations": [{"from": "human", "value": "?"}, {"from": "gpt", "value": text}]}
        ),
    }.get(layout, RECORDS[layout])
    rest = st.dictionaries(
        st.sampled_from(["id", "label", "meta", "é", "tools", "system", "input", ""]), JSON, max_size=3
    )
    return st.builds(lambda record, more: more | record, plain, rest)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_any_mixture_of_rows_gives_the_block_that_python_builds(built, tmp_path, layout):
    path = tmp_path / "a.jsonl"

    @settings(deadline=None, derandomize=True, max_examples=60)
    @given(
        st.lists(lines_of(layout), max_size=8),
        st.sampled_from([b"\n", b"\r\n"]),
        st.booleans(),
        st.sampled_from([1, 40, 300, 1 << 18]),
        st.sampled_from(["id", "text", "label", "é"]),
        st.sampled_from([layout, None]),
    )
    def holds(lines: list[bytes], end: bytes, ended: bool, size: int, id_field: str, told: str | None) -> None:
        path.write_bytes(end.join(line.replace(b"\n", b"") for line in lines) + (end if ended else b""))
        assert_same(path, gatherer(built, id_field), told, id_field, block_bytes=size, max_line_bytes=800)

    holds()


@pytest.mark.parametrize("layout", SCANNED)
def test_any_bytes_in_a_field_are_judged_as_by_python(built, layout):
    """A line in one piece with random bytes where a value, a key or a string would be."""
    sieve, judge = Sieve(built), Judge()
    record = {"messages": chat("a", "b")["messages"], "conversations": []} if layout == "messages" else {}
    record |= {
        "instruction": "a",
        "output": "b",
        "prompt": "a",
        "completion": "b",
        "input": "a",
        "text": "a",
        "label": "b",
    }
    stem = orjson.dumps(record)[:-1]

    @settings(deadline=None, derandomize=True, max_examples=400)
    @given(
        st.lists(st.one_of(PUT, st.binary(max_size=6), st.sampled_from([b"1", b'"a":', b"1.5e3", b"\\n"])), max_size=6)
    )
    def holds(parts: list[bytes]) -> None:
        value = b"".join(parts).replace(b"\n", b"")
        for line in (stem + b',"x":' + value + b"}", stem + b',"' + value + b'":1}', stem + b',"x":"' + value + b'"}'):
            if cleared(sieve, line, layout):
                assert faults(line, layout, judge) == []

    holds()


def faults(line: bytes, layout: str, judge: Judge) -> list[str]:
    (record,), found = decode_lines([line])
    slugs = [fault.slug for fault in found.get(0, [])]
    if record is None:
        return slugs or ["blank"]
    return slugs + [fault.slug for fault in judge.faults(record, LAYOUTS[layout], line)]


def files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file())


def test_every_file_of_the_json_test_suite_is_judged_as_by_python(built, real_data, tmp_path):
    path = tmp_path / "a.jsonl"
    values = [p.read_bytes() for p in files(real_data / "raw" / "json_test_suite")]
    whole = [value.replace(b"\n", b" ") for value in values]
    path.write_bytes(b"\n".join([*whole, *(b'{"text":"a","x":' + value + b"}" for value in whole)]))

    assert_same(path, gatherer(built), "text")


@pytest.mark.parametrize("built", ["vectors"], indirect=True)
def test_every_real_file_gives_the_block_that_python_builds(built, real_data):
    native = gatherer(built)
    for path in files(real_data / "jsonl"):
        if path.stat().st_size < 1_500_000:
            assert_same(path, native)


@pytest.mark.parametrize("folder", ["conformance", "conformance/good"])
def test_every_sample_is_checked_as_without_the_kernel(folder, monkeypatch):
    for path in sorted((ROOT / "tests" / folder).glob("*.json*")):
        sources = find_sources([Wanted(path.name)], path.parent)
        found = check_sources(sources, Judge())
        monkeypatch.setattr("curate.check.run.native_sieve", lambda: None)
        assert found == check_sources(sources, Judge()), path.name
        monkeypatch.undo()
