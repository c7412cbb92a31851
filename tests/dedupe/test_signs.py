"""Signs that are no words and yet say something: which count, and that the kernel says so as Python does."""

from __future__ import annotations

import re
import sys

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curate.dedupe.signatures.blocks import block_digests
from curate.dedupe.signatures.digits import DIGITS
from curate.dedupe.signatures.shingles import shingles
from curate.dedupe.signatures.signs import by_python, sign_digests
from curate.dedupe.text import comparable
from curate.native.kernel import kernel

ANY = st.text(
    st.one_of(st.sampled_from("<>=+-*/%^&|~\\$!#@,.:'\"()` \n\tab_5é天€\x7f٥०𞥐"), st.characters(codec="utf-8")),
    max_size=200,
)


def digests(*texts: str) -> list[int]:
    """Return the digests of texts that are long enough to be compared by their words."""
    longer = [f"{text} and so it goes on and on, as texts do" for text in texts]
    return by_python(comparable(pl.Series(longer))).tolist()


@pytest.mark.skipif(kernel() is None, reason="the kernel was not built")
@settings(derandomize=True, max_examples=500, deadline=None)
@given(st.lists(ANY, max_size=8))
def test_the_kernel_says_what_python_says(texts):
    """Oracle: the definition as a regular expression."""
    series = pl.Series(texts, dtype=pl.String)
    assert sign_digests(series).tolist() == by_python(series).tolist()


@pytest.mark.skipif(kernel() is None, reason="the kernel was not built")
@settings(derandomize=True, max_examples=500, deadline=None)
@given(st.lists(st.text("**** ab1(.\n)é٥", max_size=40), max_size=8))
def test_the_kernel_finds_the_partners_of_asterisks_that_python_finds(texts):
    """Oracle: the runs of a line, pair by pair."""
    series = pl.Series(texts, dtype=pl.String)
    assert sign_digests(series).tolist() == by_python(series).tolist()


@pytest.mark.skipif(kernel() is None, reason="the kernel was not built")
def test_decimal_digits_are_those_of_unicode():
    """Oracle: Polars' own table, of what is left of a digit when texts are compared."""
    characters = pl.Series([chr(code) for code in range(sys.maxunicode + 1) if not 0xD800 <= code < 0xE000])
    left = comparable(characters.filter(characters.str.contains(r"^\d$"))).str.strip_chars().unique()
    digits = left.filter(left.str.contains(r"^\d$"))

    assert len(digits) > 600
    assert digits.str.contains(f"^[{DIGITS}]$").all()
    assert len(re.findall(f"[{DIGITS}]", "".join(characters))) == digits.n_unique()
    assert set(sign_digests("5." + digits).tolist()) == set(sign_digests(pl.Series(["5.5"])).tolist())


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
        ("returns a - b.", "returns a b."),
        ("returns a - b.", "returns a ** b."),
        ("returns a**b.", "returns a b."),
        ("returns a ** b.", "returns a * b."),
        ("it is f(x)**2 then", "it is f(x) 2 then"),
        ("returns a @ b.", "returns a b."),
        ("read i-- here", "read i here"),
        ("read --i here", "read i here"),
        ("read --i here", "read i-- here"),
        ("it is 7-5 then", "it is 7.5 then"),
        ("it is 7 - 5 then", "it is 7 5 then"),
        ("it is 7-5 then", "it is 7:5 then"),
        ("it is 7,5 then", "it is 7 5 then"),
        ("the total - 5 is", "the total 5 is"),
        ("it is x-1 then", "it is x 1 then"),
        ("it is .5 then", "it is 5 then"),
        ("x -= 1 is", "x = 1 is"),
        ("x -> y is", "x > y is"),
        ("it is 5! then", "it is 5 then"),
        ("it is f'(x) then", "it is f(x) then"),
        ("it is y'' + y then", "it is y' + y then"),
        ("it is 5' long", 'it is 5" long'),
        ("Is 2⁴ even", "Is 24 even"),
        ("it is x² then", "it is x2 then"),
        ("it is ٥٫٠ then", "it is ٥ ٠ then"),
        ("it is ٥٫٠ then", "it is ٥٬٠ then"),
        ("it is ٥-٣ then", "it is ٥ ٣ then"),
        ("it is ۵.۰ then", "it is ۵:۰ then"),
        ("it is १,००० then", "it is १.००० then"),
        ("it is ٥! then", "it is ٥ then"),
        ("it is २**३ then", "it is २ ३ then"),
        ("the total - ٥ is", "the total ٥ is"),
        ("grew by ٥٪ then", "grew by ٥ then"),
        ("grew by 5‰ then", "grew by 5% then"),
        ("grew by 5‰ then", "grew by 5‱ then"),
        ("it is ⌈x⌉ then", "it is ⌊x⌋ then"),
        ("it is ‖x‖ then", "it is |x| then"),
        ("it is a·b then", "it is a b then"),
        ("it is a · b then", "it is a / b then"),
        ("it is ∇·f then", "it is ∇f then"),
        ("fine 👍🏻 so", "fine 👍🏿 so"),
        ("fine 👍🏻 so", "fine 👍 so"),
        ("flag 🏴\U000e0067\U000e0062\U000e0065\U000e007f", "flag 🏴\U000e0067\U000e0062\U000e0073\U000e007f"),
        ("icon \ue000 so", "icon \ue001 so"),
        ("icon \U00100001 so", "icon so"),
        ("read *p here", "read p here"),
        ("rm tmp* here", "rm tmp here"),
        ("int *p, *q;", "int p, *q;"),
        ("tmp* and *p", "tmp and p"),
        ("call f(*a, **k) here", "call f(a, k) here"),
        ("call f(**k) here", "call f(*k) here"),
        ("it is f(x)*g(y) then", "it is f(x) g(y) then"),
        ("read src/** here", "read src/ here"),
        ("*p\nq*", "p\nq"),
    ],
)
def test_what_says_something_tells_texts_apart(one, other):
    assert len(set(digests(one, other))) == 2


LONG = "我们今天要去北京的大学里学习新的知识"


@pytest.mark.parametrize("off", [False, True])
@pytest.mark.parametrize(
    ("texts", "kinds"),
    [
        (["增长了5%，", "增长了5，", "增长了5‰，"], 3),
        (["是7.5吗，", "是7-5吗，", "是7 5吗，", "是7:5吗，"], 4),
        (["多少钱，๕.๐", "多少钱，๕ ๐", "多少钱，๕-๐"], 3),
        (["做吧：\nif x:\n  a\n  b\n", "做吧：\nif x:\n  a\nb\n"], 2),
        (["你好！", "你好，", "你好。", "你好——", "“你好”", "你 好", "你好：\n"], 1),
        (["好的\n- 你好\n- 他好\n", "好的：你好，他好。", "好的\n* 你好\n* 他好\n"], 1),
    ],
)
def test_signs_count_in_scripts_without_spaces_too(texts, kinds, off, monkeypatch):
    """A known answer each: the words are the same, and what stands between some of them says something."""
    if off:
        monkeypatch.setattr("curate.dedupe.text.kernel", lambda: None)
    forms = comparable(pl.Series(texts) + LONG)
    told = sign_digests(forms) ^ block_digests(forms)

    assert len(set(shingles(forms).digests.tolist())) == 1
    assert len(set(told.tolist())) == kinds


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
        ("it is 5–7 then", "it is 5-7 then"),
        ("Paris - the capital", "Paris, the capital"),
        ("that's - so to say - it", "that’s so to say it"),
        ("wait--what", "wait what"),
        ("- 5 apples\n- 6 pears", "5 apples\n6 pears"),
        ("plan 'B' and plan \"5\"", "plan B and plan 5"),
        ("so **5** of them", "so 5 of them"),
        ("**5 - five**\nso", "5 - five\nso"),
        ("여기 **중요**합니다", "여기 중요합니다"),
        ("by 1990! So", "by 1990. So"),
        ("f′(x) and y″", "f'(x) and y''"),
        ("it is x² then", "it is x^2 then"),
        ("· one\n  · two", "- one\n  - two"),
        ("it is *so*, and *so* then", "it is so, and so then"),
        ("* **one:** *two*\n  * ***three***", "- one: two\n  - three"),
        ("the *great **big** thing* is", "the great big thing is"),
        ("one\n***\ntwo", "one\ntwo"),
        ("ο λόγος· και", "ο λόγος, και"),
        ("عام ٢٠٢٤، ثم", "عام ٢٠٢٤ ثم"),
    ],
)
def test_what_is_punctuation_alone_does_not(one, other):
    assert len(set(digests(one, other))) == 1
