"""A text is cut into the strings it was made of, or not at all."""

from __future__ import annotations

import pytest

from curate.core.read.layouts.cut import cut_text


@pytest.mark.parametrize(
    ("old", "new", "joint", "cut"),
    [
        pytest.param(["a\n", "b"], "a\n\n\nb", "\n\n", ["a\n", "b"], id="as it was"),
        pytest.param(["a\n", "\nb"], "a\n\n\n\nb", "\n\n", ["a\n", "\nb"], id="as it was, on both sides"),
        pytest.param(["a\n", "b"], "a\n\n\nB", "\n\n", None, id="a line end before the joint"),
        pytest.param(["a", "\nb"], "a\n\n\nB", "\n\n", None, id="a line end after it"),
        pytest.param(["a", "b"], "a\n\n\nB", "\n\n", None, id="a line end that came with the edit"),
        pytest.param(["\na", "b\n"], "\nA\n\nb\n", "\n\n", ["\nA", "b\n"], id="at the ends there is no joint"),
        pytest.param(["a\n\nb", "c"], "a\n\nB\n\nc", "\n\n", ["a\n\nB", "c"], id="the joint within a string"),
        pytest.param(["a\n", "b"], "a\n\nB", "\n", ["a\n", "B"], id="of parts each line end counts"),
    ],
)
def test_a_text_is_cut_where_its_strings_met(old, new, joint, cut):
    """Oracle: by hand."""
    assert cut_text(old, new, joint) == cut
