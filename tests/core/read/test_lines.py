"""Bytes to physical lines. The oracle is `bytes.split`, and that the size of a block changes nothing."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curate.core.read.lines import BOM, MAX_LINE_BYTES, Lines, read_lines, split

SIZES = [1, 2, 3, 7, 16, 1 << 20]


def lines_of(stream: io.BufferedIOBase, size: int, limit: int = MAX_LINE_BYTES) -> list[Lines]:
    """Return the lines of every piece, numbered on."""
    found: list[Lines] = []
    for piece in read_lines(stream, size, limit):
        found.append(split(piece, found[-1].first + len(found[-1].rows) if found else 1))
    return found


def rows(data: bytes, size: int = 1 << 20, limit: int = MAX_LINE_BYTES) -> list[tuple[int, bytes, int | None, bool]]:
    """Return (number, bytes, size where too long, whether a mark was taken off) of every line."""
    return [
        (lines.first + index, row, lines.too_long.get(index), index in lines.marked)
        for lines in lines_of(io.BytesIO(data), size, limit)
        for index, row in enumerate(lines.rows)
    ]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(
    ("data", "wanted"),
    [
        pytest.param(b"", [], id="nothing"),
        pytest.param(b"a\nb\n", [b"a", b"b"], id="two lines"),
        pytest.param(b"a\nb", [b"a", b"b"], id="the last without its end"),
        pytest.param(b"a\r\nb\r\n", [b"a", b"b"], id="line ends of Windows"),
        pytest.param(b"a\r\nb\r", [b"a", b"b"], id="half a line end at the end"),
        pytest.param(b"a\rb\n", [b"a\rb"], id="a carriage return inside stays"),
        pytest.param(b"\n\r\n \na", [b"", b"", b" ", b"a"], id="blank lines keep their numbers"),
        pytest.param(b"\n", [b""], id="one blank line"),
        pytest.param("a\u2028b\x85c\x0bd".encode(), ["a\u2028b\x85c\x0bd".encode()], id="only a line feed ends a line"),
    ],
)
def test_lines_are_those_of_an_editor(data, wanted, size):
    assert [(number, row) for number, row, _, _ in rows(data, size)] == list(enumerate(wanted, 1))


@pytest.mark.parametrize("size", SIZES)
def test_a_mark_at_the_start_of_any_line_is_taken_off_and_noted(size):
    data = BOM + b"a\n" + BOM + b"b\r\nc" + BOM + b"\n" + BOM

    assert rows(data, size) == [
        (1, b"a", None, True),
        (2, b"b", None, True),
        (3, b"c" + BOM, None, False),
        (4, b"", None, True),
    ]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(
    ("line", "kept", "too_long"),
    [
        pytest.param(b"12345678", b"12345678", None, id="at the limit"),
        pytest.param(b"12345678\r", b"12345678", None, id="a line end is not counted"),
        pytest.param(BOM + b"12345678\r", b"12345678", None, id="nor is a mark"),
        pytest.param(b"123456789", b"12345678", 9, id="one over"),
        pytest.param(b"123456789\r", b"12345678", 9, id="one over, with a line end"),
        pytest.param(BOM + b"123456789", b"12345678", 9, id="one over, with a mark"),
        pytest.param(BOM + b"1" * 40 + b"\r", b"1" * 8, 40, id="far over, with both"),
        pytest.param(b"12345678\rx", b"12345678", 10, id="what looks like a line end at the limit"),
        pytest.param(b"12345678\r" * 4, b"12345678", 35, id="and again"),
    ],
)
def test_a_line_that_is_too_long_is_cut_and_its_length_told(line, kept, too_long, size):
    assert rows(b"a\n" + line + b"\nb\n", size, 8) == [
        (1, b"a", None, False),
        (2, kept, too_long, line.startswith(BOM)),
        (3, b"b", None, False),
    ]
    assert rows(line, size, 8) == [(1, kept, too_long, line.startswith(BOM))]


@given(
    st.lists(st.sampled_from([b"a", b"\n", b"\r", b"\r\n", BOM, b"0123456789", b" "]), max_size=12).map(b"".join),
    st.integers(1, 12),
    st.integers(1, 12),
)
def test_the_size_of_a_block_changes_no_row(data, size, limit):
    lines = data.split(b"\n")
    whole = [line.removesuffix(b"\r").removeprefix(BOM) for line in (lines if lines[-1] else lines[:-1])]

    found = rows(data, size, limit)

    assert [row for _, row, _, _ in found] == [line[:limit] for line in whole]
    assert [long for _, _, long, _ in found] == [len(line) if len(line) > limit else None for line in whole]
    assert found == rows(data, 1 << 20, limit)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(("data", "unended"), [(b"a\nb", True), (b"a\nb\n", False), (b"a\n\r", True)])
def test_a_last_line_without_its_end_is_noted(data, unended, size):
    assert [lines.unended for lines in lines_of(io.BytesIO(data), size)][-1] == unended


def test_one_endless_line_does_not_fill_the_memory():
    class Endless(io.RawIOBase):
        left = 5_000

        def read(self, size: int = -1) -> bytes:
            self.left -= 1
            return b"x" * size if self.left > 0 else b""

    (lines,) = lines_of(Endless(), 1_000, 100)  # type: ignore[arg-type]

    assert (lines.rows, lines.too_long) == ([b"x" * 100], {0: 4_999_000})


def test_short_reads_are_joined():
    class Slow(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            return super().read(1)

    assert [lines.rows for lines in lines_of(Slow(b"a\nb\nc\n"), 4)] == [[b"a", b"b"], [b"c"]]
