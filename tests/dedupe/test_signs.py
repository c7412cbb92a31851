"""Signs that are no words and yet say something: which count, and that the kernel says so as Python does."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curate.dedupe.signatures.signs import by_python, sign_digests
from curate.dedupe.text import comparable
from curate.native.kernel import kernel

ANY = st.text(st.one_of(st.sampled_from("<>=+-*/%^&|~\\$!#@,.'\" \n\tab_5é天€"), st.characters()), max_size=200)


def digests(*texts: str) -> list[int]:
    """Return the digests of texts that are long enough to be compared by their words."""
    longer = [f"{text} and so it goes on and on, as texts do" for text in texts]
    return by_python(comparable(pl.Series(longer))).tolist()


@pytest.mark.skipif(kernel() is None, reason="the kernel was not built")
@settings(derandomize=True, max_examples=300, deadline=None)
@given(st.lists(ANY, max_size=8))
def test_the_kernel_says_what_python_says(texts):
    """Oracle: the definition as a regular expression."""
    series = pl.Series(texts, dtype=pl.String)
    assert sign_digests(series).tolist() == by_python(series).tolist()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("return a < b here", "return a > b here"),
        ("set it to -5 now", "set it to 5 now"),
        ("(-x) and more", "(x) and more"),
        ("grew by 5%", "grew by 5"),
        ("a + b", "a / b"),
        ("a * b is", "a b is"),
        ("if !ready: go", "if ready: go"),
        ("a != b", "a b"),
        ("write it in C#", "write it in C"),
        ("costs 5 €", "costs 5 £"),
        ("costs €5", "costs $5"),
        ("A ∪ B", "A ∩ B"),
        ("fine 👍", "fine 👎"),
        ("x × y", "x ÷ y"),
        ("-5 and 5", "5 and +5"),
        ("a < b > c", "a > b < c"),
        ("it reads ✔️ here", "it reads ❌ here"),
        ("flag 🏳️‍🌈 here", "flag 👎 here"),
        ("a + b", "a b"),
        ("a*b is", "ab is"),
    ],
)
def test_what_says_something_tells_texts_apart(one, other):
    assert len(set(digests(one, other))) == 2


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Hello, world!", "hello world."),
        ("a well-known fact", "a well known fact"),
        ("that is - so to say - it", "that is so to say it"),
        ("so -- it is", "so it is"),
        ("so – it is", "so it is"),
        ("**Answer:** yes", "Answer: yes"),
        ("* one\n* two", "- one\n- two"),
        ("# Title\nit", "Title\nit"),
        ("- one\n  - two", "* one\n  * two"),
        ("+ one\n+ two", "* one\n* two"),
        ("it is *really* so", "it is really so"),
        ("it is ✔️ so", "it is ✔ so"),
        ("'quoted' (so)", "“quoted” so"),
        ("Wait... what?", "Wait… what"),
    ],
)
def test_what_is_punctuation_alone_does_not(one, other):
    assert len(set(digests(one, other))) == 1
