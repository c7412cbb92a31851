"""Lines left out by number, and lines written: in C and in Python, against a plain walk over the lines."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curate.core.run.errors import ConfigError
from curate.native import library, lines

PIECES = st.binary(max_size=60).map(lambda data: data.replace(b"a", b"\n"))


@pytest.mark.parametrize("kernel", [True, False], ids=["kernel", "python"])
@given(data=PIECES, first=st.integers(1, 9), gone=st.sets(st.integers(0, 30)))
def test_lines_go_by_their_numbers(kernel, data, first, gone):
    """Oracle: ``io``'s lines, numbered."""
    with pytest.MonkeyPatch.context() as patch:
        if not kernel:
            patch.setattr(lines, "library", lambda: None)
        left, count = lines.without(data, first, np.array(sorted(gone), np.uint64))

    whole = data.split(b"\n")
    ended = [line + b"\n" for line in whole[:-1]] + [line for line in whole[-1:] if line]
    assert bytes(left) == b"".join([line for number, line in enumerate(ended, first) if number not in gone])
    assert count == len(ended)


@pytest.mark.parametrize("kernel", [True, False], ids=["kernel", "python"])
@given(rows=st.lists(st.binary(max_size=20), max_size=9), often=st.sampled_from([1, 100]), kept=st.integers(0, 3))
def test_lines_are_written_with_their_ends(kernel, rows, often, kept):
    """Oracle: joined bytes. Of a column that was filtered, views lead into the buffers of all rows."""
    column = pl.Series(rows * often, dtype=pl.Binary)
    mask = pl.Series([row % 4 >= kept for row in range(len(column))], dtype=pl.Boolean)
    with pytest.MonkeyPatch.context() as patch:
        if not kernel:
            patch.setattr(lines, "library", lambda: None)
        written = b"".join(lines.ended(column.filter(mask)))

    assert written == b"".join(row + b"\n" for row in column.filter(mask).to_list())


def test_a_library_of_other_sources_is_refused(monkeypatch):
    monkeypatch.setattr(library, "DOORS", -1)
    with pytest.raises(ConfigError, match="other sources"):
        library.library.__wrapped__()
