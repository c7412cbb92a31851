"""Rows to records of one layout: how a file's layout is told, what does not fit it, and fields by other names."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curate.check.judge import Judge
from curate.check.run import check_sources
from curate.core.read.records import Batch, read_records
from curate.core.read.rows import Seen
from curate.core.read.source import Source
from curate.native.scanner import native_sieve
from tests.conftest import chat

CHAT, TEXT, PAIR = chat("Hi", "Hello"), {"text": "a"}, {"prompt": "a", "chosen": "b", "rejected": "c"}


def batches(path: Path, block_bytes: int = 1 << 20, **source: Any) -> tuple[list[Batch], Seen]:
    seen = Seen()
    return list(read_records(Source(0, path.name, path, **source), seen, block_bytes=block_bytes)), seen


def rows_of(batch: Batch) -> int:
    """Return how many of the lines are rows: a blank one is none."""
    return sum(record is not None or index in batch.faults for index, record in enumerate(batch.records))


def layout(path: Path, block_bytes: int = 1 << 20) -> str | None:
    told = {batch.layout.name if batch.layout else None for batch in batches(path, block_bytes)[0]}
    assert len(told) == 1
    return told.pop()


def slugs(path: Path, block_bytes: int = 1 << 20, **source: Any) -> dict[int, list[str]]:
    return {
        batch.lines.first + index: [fault.slug for fault in faults]
        for batch in batches(path, block_bytes, **source)[0]
        for index, faults in batch.faults.items()
    }


@pytest.mark.parametrize("size", [1, 100, 1 << 20])
@pytest.mark.parametrize(
    ("rows", "name"),
    [
        pytest.param([CHAT], "messages", id="one row"),
        pytest.param([TEXT, CHAT, CHAT], "messages", id="the most rows win"),
        pytest.param([TEXT, CHAT, TEXT, CHAT], "text", id="the first where two are even"),
        pytest.param([CHAT, TEXT, TEXT, CHAT], "messages", id="the first where two are even, the other way"),
        pytest.param(["{", "", {"x": 1}, CHAT], "messages", id="rows that fit nothing have no say"),
        pytest.param([{"x": 1}, {}], None, id="no row fits"),
        pytest.param(["{", "7"], None, id="no row is a record"),
        pytest.param([TEXT] * 60 + [CHAT] * 100, "text", id="only the first hundred have a say"),
        pytest.param([CHAT | PAIR], "preference", id="the most specific"),
        pytest.param([TEXT | {"label": 1}], "classification", id="a label beside a text"),
        pytest.param([CHAT | {"label": True}], "messages", id="a label beside messages"),
    ],
)
def test_a_files_layout_is_that_of_most_of_its_first_rows(jsonl, rows, name, size):
    assert layout(jsonl(rows), size) == name


@given(
    st.lists(st.sampled_from([CHAT, TEXT, PAIR, {"x": 1}, "", "  ", "{", "[]", "\ufeff{}"]), max_size=8),
    st.integers(1, 200),
)
def test_the_size_of_a_block_changes_nothing(tmp_path_factory, rows, size):
    path = tmp_path_factory.mktemp("rows") / "a.jsonl"
    path.write_text("\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows), encoding="utf-8")

    whole, seen = batches(path)
    parts, seen_in_parts = batches(path, size)

    assert slugs(path, size) == slugs(path)
    assert [record for batch in parts for record in batch.records] == [r for batch in whole for r in batch.records]
    assert seen == seen_in_parts
    assert seen.rows == sum(rows_of(batch) for batch in whole)


def test_blank_lines_are_no_rows_and_keep_their_numbers(jsonl):
    path = jsonl(["", CHAT, "  ", TEXT, "\t", "\r"])

    assert slugs(path) == {4: ["mixed_layout"]}
    assert batches(path)[1].rows == 2


@pytest.mark.parametrize("limit", [4, 1000])
def test_a_line_of_blanks_that_is_too_long_counts_as_a_row(jsonl, limit):
    seen = Seen()
    path = jsonl(["     ", TEXT])

    (batch,) = read_records(Source(0, path.name, path), seen, max_line_bytes=limit)

    assert seen.rows == rows_of(batch) == (2 if limit == 4 else 1)


def test_the_end_of_the_file_is_told_where_it_cuts_a_row(tmp_path):
    (tmp_path / "a.jsonl").write_text('{"text": "a"}\n{"text": "b')

    *_, last = batches(tmp_path / "a.jsonl")[0]

    assert last.faults[0][0].slug == "truncated_line"
    assert "no line end" in last.faults[0][0].message


@pytest.mark.parametrize(
    ("rows", "fields", "wanted"),
    [
        pytest.param(
            [{"question": "a", "reply": "b"}], {"prompt": "question", "completion": "reply"}, {}, id="two names"
        ),
        pytest.param(
            [{"completion": "a", "prompt": "b"}],
            {"prompt": "completion", "completion": "prompt"},
            {},
            id="names that swap",
        ),
        pytest.param(
            [{"prompt": "no", "question": "a", "completion": "b"}],
            {"prompt": "question"},
            {},
            id="ours gives way to theirs",
        ),
        pytest.param(
            [{"question": "a", "answer": "b"}], {"prompt": "question"}, {1: ["unknown_layout"]}, id="a name too few"
        ),
    ],
)
def test_fields_go_by_other_names(jsonl, rows, fields, wanted):
    assert slugs(jsonl(rows), fields=fields) == wanted


def test_a_mapped_record_has_our_names_and_keeps_the_rest(jsonl):
    path = jsonl([{"q": "a", "completion": "b", "prompt": "old", "id": 7}])

    (batch,), _ = batches(path, fields={"prompt": "q"})

    assert batch.records == [{"prompt": "a", "completion": "b", "id": 7}]


def test_a_fault_in_a_mapped_field_points_at_the_name_in_the_file(jsonl):
    path = jsonl([{"q/a": 1, "completion": "b"}, {"q/a": [{"role": "user"}], "completion": "b"}])
    source = Source(0, path.name, path, fields={"prompt": "q/a"})

    findings = check_sources([source], Judge())

    assert [(fault.line, fault.pointer) for fault in findings.faults] == [(1, "/q~1a"), (2, "/q~1a/0")]


def test_a_layout_that_is_named_is_not_guessed(jsonl):
    assert slugs(jsonl([TEXT, CHAT]), layout="messages") == {1: ["mixed_layout"]}


def test_what_is_missing_is_named_the_same_in_every_run(jsonl):
    (batch,), _ = batches(jsonl([{"rejected": "a"}]), layout="preference")

    assert batch.faults[0][0].message.startswith("no field 'chosen', which layout preference needs")


@pytest.mark.parametrize(
    ("lines", "blank"),
    [
        pytest.param([TEXT, TEXT], 0, id="none"),
        pytest.param(["", TEXT, "  ", "\t", TEXT, "\r", ""], 5, id="some"),
        pytest.param(["", "{broken", ""], 2, id="a line that is no JSON is a row"),
        pytest.param(["", ""], 2, id="all"),
    ],
)
@pytest.mark.parametrize("sized", [{}, {"block_bytes": 1}])
@pytest.mark.parametrize("scanner", [None, native_sieve()], ids=["Python", "native"])
def test_blank_lines_are_counted_apart(jsonl, lines, blank, sized, scanner):
    path, seen = jsonl(lines), Seen()
    for _ in read_records(Source(0, path.name, path), seen, scanner=scanner, **sized):
        pass

    assert (seen.blank, seen.rows, seen.by_value) == (blank, len(lines) - blank, False)


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        pytest.param([PAIR, {**PAIR, "chosen": None}], {2: ["missing_field"]}, id="an answer"),
        pytest.param([PAIR, {**PAIR, "chosen": None, "rejected": None}], {2: ["missing_field"] * 2}, id="both answers"),
        pytest.param([CHAT, {**CHAT, "chosen": None, "rejected": None}], {}, id="answers beside messages"),
        pytest.param([CHAT, {"messages": None, "conversations": None}], {2: ["wrong_type"]}, id="messages"),
        pytest.param([TEXT, {"text": None}], {2: ["wrong_type"]}, id="a text"),
        pytest.param([{"messages": None}], {1: ["wrong_type"]}, id="the only field of the only row"),
    ],
)
def test_a_null_field_is_told_at_its_place_and_makes_no_other_layout(jsonl, rows, found):
    """Where a file's layout is known its null field is a fault of the field, not of the layout."""
    told: dict[int, list[str]] = {}
    for fault in check_sources([Source(0, "a.jsonl", jsonl(rows))], Judge()).faults:
        told.setdefault(fault.line or 0, []).append(fault.slug)

    assert told == found
