"""Lines to records. The oracles are orjson for what is JSON, and the standard library for keys that repeat."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curate.check.codes import CODES
from curate.core.read.decode import MAX_DEPTH, decode_lines, is_blank
from curate.core.read.fault import shown
from curate.core.read.locate import locate
from tests.strategies import JSON, SPOKEN

NAMES = st.sampled_from(["a", "b", "", '"', 'say "hi"', "\\", "é", "a/b", "~"])
PAIRS = st.recursive(
    st.integers(0, 9) | SPOKEN,
    lambda inner: st.lists(inner, max_size=3) | st.lists(st.tuples(NAMES, inner), max_size=4).map(tuple),
    max_leaves=8,
)
OBJECTS = st.dictionaries(SPOKEN, JSON, min_size=1, max_size=3)


def spelt(value: Any, draw: Any) -> str:
    """Return JSON in which a tuple of pairs is an object, and any character may be an escape."""
    if isinstance(value, tuple):
        members = [f"{spelt(key, draw)}{draw(SPACE)}:{spelt(inner, draw)}" for key, inner in value]
        return "{" + f",{draw(SPACE)}".join(members) + "}"
    if isinstance(value, list):
        return "[" + ",".join(spelt(inner, draw) for inner in value) + "]"
    if isinstance(value, str):
        return '"' + "".join(draw(st.sampled_from(escapes(letter))) for letter in value) + '"'
    return json.dumps(value)


SPACE = st.sampled_from(["", " ", "\t", " \r"])


def escapes(letter: str) -> list[str]:
    long = json.dumps(letter)[1:-1] if ord(letter) > 0xFFFF else f"\\u{ord(letter):04x}"
    return [json.dumps(letter, ensure_ascii=False)[1:-1], long]


def repeated(line: bytes) -> Counter[str]:
    """Return how many objects of a line hold each key more than once, told by the standard library."""
    found: Counter[str] = Counter()

    def build(pairs: list[tuple[str, Any]]) -> Any:
        counts = Counter(key for key, _ in pairs)
        found.update(key for key, count in counts.items() if count > 1)
        return dict(pairs)

    json.loads(line, object_pairs_hook=build)
    return found


@given(st.data())
def test_a_repeated_key_is_found_whatever_its_spelling(data):
    line = spelt(data.draw(st.lists(st.tuples(NAMES, PAIRS), max_size=4).map(tuple)), data.draw).encode()

    records, faults = decode_lines([line])

    assert records == [orjson.loads(line)]
    assert bool(faults) == bool(repeated(line))
    for fault in faults.get(0, []):
        key = fault.pointer.rpartition("/")[2].replace("~1", "/").replace("~0", "~")
        assert fault.slug == "duplicate_key"
        assert key in repeated(line)


@pytest.mark.parametrize(
    ("line", "pointers"),
    [
        pytest.param(r'{"a": 1, "\u0061": 2}', ["/a"], id="equal once the escape is read"),
        pytest.param(r'{"a": "\u0022", "b": 1}', [], id="an escaped quote in a text"),
        pytest.param(r'{"\u0022": 1, "\"": 2}', ['/"'], id="an escaped quote in a key"),
        pytest.param(r'{"a\\u0022": 1}', [], id="a backslash before the letters u0022"),
        pytest.param(r'{"a": "\"", "a": "\u0022"}', ["/a"], id="quotes that make up for the lost key"),
        pytest.param(r'{"a": {"a": {"a": 1}}}', [], id="one key at every level"),
        pytest.param(r'{"": 1, "": 2}', ["/"], id="an empty key"),
        pytest.param(r'{"x": [{"b": 1}, {"b": 1, "b": 1}]}', ["/x/1/b"], id="in an element"),
        pytest.param(r'{"x": {"y": 1, "y": 2}, "z": 1, "z": 1}', ["/z", "/x/y"], id="the outer object first"),
        pytest.param(r'{"a": 1, "a": 1, "a": 1}', ["/a"], id="told once, however often it stands"),
        pytest.param(r'{"a": {"b": 1, "b": 2}, "a": 3}', ["/a"], id="in a value that another one hides"),
    ],
)
def test_a_repeated_key_is_shown_at_its_place(line, pointers):
    _, faults = decode_lines([line.encode()])

    assert [fault.pointer for fault in faults.get(0, [])] == pointers


@given(st.lists(st.binary(max_size=30) | OBJECTS.map(orjson.dumps) | SPOKEN.map(str.encode), max_size=5))
def test_any_bytes_are_judged_as_orjson_judges_them(lines):
    records, faults = decode_lines(lines)

    for index, line in enumerate(lines):
        assert (records[index], index in faults) == wanted(line)


MUTATION = st.sampled_from(
    [b"", b",", b"{", b"}", b"[", b"]", b'"', b"\\", b":", b"\x00", b"\xff", b"1", b"e", b"-", b"\xc3"]
)


@given(OBJECTS.map(orjson.dumps), st.lists(st.tuples(st.integers(0, 200), st.integers(0, 2), MUTATION), max_size=3))
def test_json_that_was_damaged_is_judged_as_orjson_judges_it(line, cuts):
    for at, length, put in cuts:
        line = line[: at % (len(line) + 1)] + put + line[at % (len(line) + 1) + length :]

    (record,), faults = decode_lines([line])

    assert (record, bool(faults)) == wanted(line)


def wanted(line: bytes) -> tuple[Any, bool]:
    """Return the record and whether there is a fault, by orjson and by the keys that the standard library sees."""
    if is_blank(line):
        return None, False
    try:
        value = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None, True
    return (value, bool(repeated(line))) if isinstance(value, dict) else (None, True)


@given(
    st.binary(max_size=40)
    | st.text('{}[]",:\\/ntu0189abcdefE+-.NaIilse \x00\x1f\ud800é👋', max_size=30).map(
        lambda text: text.encode("utf-8", "surrogatepass")
    )
)
def test_a_line_that_is_no_json_has_one_fault_at_a_place_in_it(line):
    if is_blank(line) or is_json(line):
        return
    fault = locate(line)

    assert fault.slug in CODES
    assert fault.column is not None
    assert 1 <= fault.column <= len(line) + 1
    assert "\n" not in fault.message


def is_json(line: bytes) -> bool:
    try:
        orjson.loads(line)
    except orjson.JSONDecodeError:
        return False
    return True


@given(OBJECTS, st.booleans(), st.data())
def test_a_line_that_is_cut_anywhere_is_a_truncated_line(record, plain, data):
    text = json.dumps(record, ensure_ascii=plain)
    cut = text[: data.draw(st.integers(1, len(text) - 1))]

    fault = locate(cut.encode())

    assert (fault.slug, fault.column) == ("truncated_line", len(cut) + 1)


@pytest.mark.parametrize(
    ("line", "slug", "column"),
    [
        pytest.param("{}a" + "é" * 20, "not_json", 3, id="an excerpt never cuts a letter in two"),
        pytest.param('{"a": "\\u1"}', "not_json", 8, id="a short escape is no cut line"),
        pytest.param('{"a": 01}', "not_json", 8, id="a leading zero"),
        pytest.param("01", "not_json", 2, id="a leading zero alone is one number, not two"),
        pytest.param("1 2", "two_values", 3, id="two numbers"),
        pytest.param('{"a": [1}', "not_json", 9, id="brackets that do not match"),
        pytest.param('{"é": "👋", "b": nul1}', "not_json", 17, id="columns count characters"),
        pytest.param('{"a": 1,}', "trailing_comma", 8, id="a comma too many"),
        pytest.param('{"a": "\ud800"}', "invalid_utf8", 8, id="a surrogate as bytes"),
    ],
)
def test_the_first_fault_is_named(line, slug, column):
    fault = locate(line.encode("utf-8", "surrogatepass"))

    assert (fault.slug, fault.column) == (slug, column)


@pytest.mark.parametrize("text", ["", '"say \\u0022hi\\u0022"'], ids=["the fast way", "the slow way"])
@pytest.mark.parametrize(
    ("depth", "slugs"),
    [
        (MAX_DEPTH, []),
        (MAX_DEPTH + 1, ["nesting_too_deep"]),
        (1024, ["nesting_too_deep"]),
        (1025, ["nesting_too_deep"]),
    ],
)
def test_both_ways_draw_the_same_line_at_depth(depth, slugs, text):
    line = '{"a": ' + "[" * (depth - 1) + text + "]" * (depth - 1) + "}"

    (record,), faults = decode_lines([line.encode()])

    assert [fault.slug for fault in faults.get(0, [])] == slugs
    assert (record is None) == bool(slugs)


def test_brackets_in_texts_are_no_depth():
    line = '{"a": "' + "[" * 300 + '\\u0022"}'

    assert decode_lines([line.encode()])[1] == {}


def test_the_json_test_suite_is_judged_right(real_data):
    """nst/JSONTestSuite: what starts with y must be read, with n refused; i is free, but never raises."""
    files = sorted((real_data / "raw" / "json_test_suite").glob("*.json"))
    assert len(files) > 100

    wrong = []
    for path in files:
        line = path.read_bytes()
        (record,), faults = decode_lines([line])
        slugs = {fault.slug for fault in faults.get(0, [])}
        read = not is_blank(line) and slugs <= {"not_an_object", "duplicate_key"}
        assert slugs <= set(CODES)
        assert (record is None) == bool(slugs - {"duplicate_key"}) or is_blank(line)
        if path.name[:2] in ("y_", "n_") and read != path.name.startswith("y_"):
            wrong.append(path.name)
    assert wrong == []


@pytest.mark.parametrize(
    ("value", "words"),
    [
        pytest.param(None, "null", id="null"),
        pytest.param([True, {"a": False, "b": [None, 1.5, "x"]}], "[true, {'a': false, 'b': [null, 1.5, 'x']}]", id="nested"),
        pytest.param(["a" * 80], f"['{'a' * 57}…", id="long"),
    ],
)  # fmt: skip
def test_a_value_stands_in_a_message_in_the_words_of_json(value, words):
    assert shown(value) == words


LITTLE = """
import resource
from curate.core.read.locate import locate
resource.setrlimit(resource.RLIMIT_AS, (400 << 20, 400 << 20))
print(locate(b'{"a": "' + b"x" * 20_000_000 + b'" oops}').column)
"""


def test_a_long_string_in_a_broken_line_takes_no_memory_a_character():
    """A limit of 400 MB holds; a pattern that can turn back needs 120 bytes for each character of a string."""
    done = subprocess.run([sys.executable, "-c", LITTLE], capture_output=True, text=True, check=False)

    assert (done.stdout, done.stderr) == ("20000010\n", "")
