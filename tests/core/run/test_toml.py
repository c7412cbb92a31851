"""Settings as TOML. Oracle: what Python's own reader of TOML makes of them."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curate.core.run.toml import toml, written

VALUES = st.recursive(
    st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


@given(VALUES)
def test_a_value_is_read_back(value):
    assert tomllib.loads(f"value = {written(value)}") == {"value": value}


@pytest.mark.parametrize("text", ["😀", 'öl "gut"', "C:\\schema", "a\x7fb", "one\ntwo", "\u202e", "true", "7", ""])
def test_a_text_stays_that_text(text):
    assert tomllib.loads(toml({"text": text, "table": {text: [text]}})) == {"text": text, "table": {text: [text]}}
