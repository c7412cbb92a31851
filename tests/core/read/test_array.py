"""A `.json` file to rows: an array, one value after another, or lines. The oracle is the standard library."""

from __future__ import annotations

import json
from pathlib import Path

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curate.core.read.array import is_spread, one_line, read_values
from curate.core.read.records import read_records
from curate.core.read.rows import Seen
from curate.core.read.source import Source
from tests.strategies import JSON


def rows(data: bytes, size: int = 1 << 20) -> list[bytes]:
    return [row for lines in read_values(data, size) for row in lines.rows]


def read(path: Path, data: str | bytes) -> list[tuple[int, bytes, str | None, int | None]]:
    """Return (physical line, bytes, slug, column) of every row of a .json file, blank lines aside."""
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    found = []
    for batch in read_records(Source(0, path.name, path), Seen()):
        for index, row in enumerate(batch.lines.rows):
            if batch.records[index] is not None or index in batch.faults:
                fault = batch.faults[index][0] if index in batch.faults else None
                place = batch.lines.places[index] if batch.lines.places else batch.lines.first + index
                found.append((place, row, fault and fault.slug, fault and fault.column))
    return found


@pytest.mark.parametrize(
    ("data", "wanted"),
    [
        pytest.param(
            '[{"text": "a"}, {"text":"b"}]', [(1, b'{"text": "a"}'), (1, b'{"text":"b"}')], id="the very bytes"
        ),
        pytest.param(
            '\n[\n{"text": "a"},\n\n{"text": "b"}\n]\n',
            [(3, b'{"text": "a"}'), (5, b'{"text": "b"}')],
            id="physical lines",
        ),
        pytest.param(
            '[\n {\n  "text": "a  b",\n  "n": [1,\n 2]\n }\n]',
            [(2, b'{"text":"a  b","n":[1,2]}')],
            id="over several lines",
        ),
        pytest.param('{"text": "a"}\n\n{"text": "b"}\n', [(1, b'{"text": "a"}'), (3, b'{"text": "b"}')], id="lines"),
        pytest.param(
            '{\n "text": "a"\n}\n{\n "text": "b"\n}\n',
            [(1, b'{"text":"a"}'), (4, b'{"text":"b"}')],
            id="values one after another",
        ),
        pytest.param(
            '{"text": "a"}{"text": "b"} {"text": "c"}\n',
            [(1, b'{"text": "a"}'), (1, b'{"text": "b"}'), (1, b'{"text": "c"}')],
            id="values in one line",
        ),
        pytest.param(
            '{"text": "a"}\n\n{\n "text": "b"\n}\n{"text": "c"}\n',
            [(1, b'{"text": "a"}'), (3, b'{"text":"b"}'), (6, b'{"text": "c"}')],
            id="a value over several lines after one in a line",
        ),
        pytest.param(
            '{\n"messages": [\n{"role": "user"},\n{"role": "assistant"}\n]}\n',
            [(1, b'{"messages":[{"role":"user"},{"role":"assistant"}]}')],
            id="objects in lines of their own inside a value",
        ),
        pytest.param(
            '{"text": "} {"}\n{"text": "}{"}',
            [(1, b'{"text": "} {"}'), (2, b'{"text": "}{"}')],
            id="lines with brackets in texts",
        ),
        pytest.param(
            '\ufeff[{"text": "]"}, {"text": "\\"},{"}]',
            [(1, b'{"text": "]"}'), (1, b'{"text": "\\"},{"}')],
            id="brackets in texts",
        ),
        pytest.param("[]", [], id="an empty array"),
        pytest.param("", [], id="nothing"),
        pytest.param("\ufeff", [], id="a mark alone"),
    ],
)
def test_a_json_file_is_read_whatever_its_form(data, wanted, tmp_path):
    assert [(place, row) for place, row, _, _ in read(tmp_path / "a.json", data)] == wanted


@pytest.mark.parametrize(
    ("data", "wanted"),
    [
        pytest.param(
            '[{"text": "a"},]', [(1, b'{"text": "a"}', None, None), (1, b",", "not_json", 15)], id="a trailing comma"
        ),
        pytest.param(
            '[{"text": "a"},\n,{"text": "b"}]',
            [(1, b'{"text": "a"}', None, None), (2, b",", "not_json", 1), (2, b'{"text": "b"}', None, None)],
            id="two commas",
        ),
        pytest.param(
            '[{"text": "a"},\n {"text": "b"}\n',
            [(1, b'{"text": "a"}', None, None), (2, b'{"text": "b"}', None, None), (3, b"[", "truncated_line", None)],
            id="never closed",
        ),
        pytest.param(
            '[{"text": "a"}, {"text": "b',
            [(1, b'{"text": "a"}', None, None), (1, b'{"text": "b', "truncated_line", 28)],
            id="cut in an element",
        ),
        pytest.param(
            '[{"text": "a"}] tail',
            [(1, b'{"text": "a"}', None, None), (1, b"tail", "not_json", 17)],
            id="junk after the end",
        ),
        pytest.param(
            '[{"text": "é"}, {"text": "b" 1}]',
            [(1, '{"text": "é"}'.encode(), None, None), (1, b'{"text": "b" 1}', "not_json", 30)],
            id="columns are the file's",
        ),
        pytest.param(
            '[{"text": "a"},\n{"text":\n"b" 1}]',
            [(1, b'{"text": "a"}', None, None), (2, b'{"text":"b"1}', "not_json", None)],
            id="over several lines there is no column",
        ),
        pytest.param(
            '[{"text": "a"}, 7]', [(1, b'{"text": "a"}', None, None), (1, b"7", "not_an_object", 17)], id="a number"
        ),
    ],
)
def test_a_faulty_element_leaves_its_neighbours(data, wanted, tmp_path):
    assert read(tmp_path / "a.json", data) == wanted


@pytest.mark.parametrize(
    ("data", "wanted"),
    [
        pytest.param(
            '{"text": "x", "meta": {"a": 1}\n{"text": "a"}\n{"text": "b"}\n',
            [(1, "truncated_line"), (2, None), (3, None)],
            id="a first row that is not closed",
        ),
        pytest.param(
            '{"text": "x\n{"text": "a"}\n{"text": "b"}\n',
            [(1, "truncated_line"), (2, None), (3, None)],
            id="a first row that is cut in a string",
        ),
        pytest.param(
            '{"text": "a"}\n{"text": "x"\n{"text": "b"}\n',
            [(1, None), (2, "truncated_line"), (3, None)],
            id="a later row",
        ),
        pytest.param(
            '{"text": "a"}\n{"text": "x"} tail\n{"text": "b"}\n',
            [(1, None), (2, "not_json"), (3, None)],
            id="a row with junk behind it",
        ),
        pytest.param(
            '{\n "text": "a"\n}\n{\n "text": x\n}\n{\n "text": "b"\n}\n',
            [(1, None), (4, "not_json"), (7, None)],
            id="a value over several lines",
        ),
        pytest.param('{\n "text": "x"\n', [(1, "truncated_line")], id="all that there is"),
    ],
)
def test_a_faulty_row_of_a_file_without_array_leaves_its_neighbours(data, wanted, tmp_path):
    assert [(place, slug) for place, _, slug, _ in read(tmp_path / "a.json", data)] == wanted


@given(st.lists(st.dictionaries(st.text(max_size=3), JSON, max_size=3), max_size=4), st.sampled_from(["\n", "", " "]))
def test_objects_one_after_another_come_back_however_they_are_laid_out(values, between):
    data = between.join(json.dumps(value, indent=at % 2 or None) for at, value in enumerate(values)).encode()
    lines = [json.dumps(value).encode() for value in values]

    assert not is_spread(b"\n".join(lines))
    if is_spread(data):
        assert [orjson.loads(row) for row in rows(data)] == values
    else:
        assert [orjson.loads(line) for line in data.splitlines() if line.strip()] == values


def test_a_mark_before_an_array_is_told(tmp_path):
    assert read(tmp_path / "a.json", '\ufeff[{"text": "a"}]') == [(1, b'{"text": "a"}', "byte_order_mark", 1)]


@given(st.lists(JSON, max_size=4), st.sampled_from([None, 1, "\t"]), st.integers(1, 40))
def test_every_element_comes_back(values, indent, size):
    data = json.dumps(values, ensure_ascii=False, indent=indent).encode()

    assert [orjson.loads(row) for row in rows(data, size)] == orjson.loads(data)
    assert rows(data, size) == rows(data)
    assert not any(b"\n" in row for row in rows(data))


@given(st.lists(JSON, min_size=1, max_size=4))
def test_an_element_on_one_line_comes_back_byte_for_byte(values):
    spelt = [json.dumps(value).encode() for value in values]

    assert rows(b"[" + b" ,\n ".join(spelt) + b"]") == spelt


@given(st.text('{}[],:"\\ \n1a', max_size=25).map(str.encode))
def test_joining_lines_makes_no_json_of_what_was_none(value):
    def read_or_none(data: bytes) -> object:
        try:
            return orjson.loads(data)
        except orjson.JSONDecodeError:
            return "no JSON"

    assert read_or_none(one_line(value)) == read_or_none(value)


@given(st.text('{}[],:"\\ \n1a', max_size=25).map(str.encode), st.integers(1, 9))
def test_no_byte_of_an_array_is_lost_in_silence(inner, size):
    data = b"[" + inner

    kept = b"".join(rows(data, size))

    for byte in b'{}:"\\1a':
        assert kept.count(byte) == inner.count(byte)


def test_a_large_array_on_one_line_is_read_in_one_pass(tmp_path):
    found = read(tmp_path / "a.json", json.dumps([{"text": "a"}] * 20_000 + [7]))

    assert len(found) == 20_001
    assert found[-1] == (1, b"7", "not_an_object", 1 + 20_000 * len('{"text": "a"}, ') + 1)
