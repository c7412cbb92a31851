"""Texts of data in Markdown. Oracle: CommonMark 0.31 as far as it tells what a text without markup shows.

Of section 2.4 a backslash before ASCII punctuation shows that character, any other backslash itself; of 2.5 a reference
shows its character, and opens no markup. Markup of a line needs one of the characters of ``OPENS`` as it is; the
extensions of GitHub (tables, strikethrough, autolinks, mentions, references to issues) need one of ``EXTENDED``.
"""

from __future__ import annotations

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curate.core.command.markdown import cell, prose

OPENS = "`*_[]<>&"
EXTENDED = ("|", "~", "@", "#", "://", "www.")
_PARTS = re.compile(r"\\([!-/:-@\[-`{-~])|(&(?:#\d+|\w+);)|(.)", re.DOTALL)


def shown(markdown: str) -> str:
    """Return what a line shows, which must hold no markup."""
    escaped = [(mark, html.unescape(reference), raw) for mark, reference, raw in _PARTS.findall(markdown)]
    plain = "".join(raw or "\0" for _, _, raw in escaped)
    assert [mark for mark in (*OPENS, *EXTENDED) if mark in plain] == []
    return "".join(mark or reference or raw for mark, reference, raw in escaped)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("<img src=http://evil.example/x.png>", id="HTML"),
        pytest.param(r"\<img src=http://evil.example/x.png>", id="HTML after a backslash"),
        pytest.param(r"\\\<b>", id="HTML after three"),
        pytest.param(r"\[click](http://evil.example/)", id="a link after a backslash"),
        pytest.param("![x](//evil.example)", id="an image"),
        pytest.param("&lt;b&gt; &#60;b&#62;", id="references"),
        pytest.param(r"\&lt;b>", id="a reference after a backslash"),
        pytest.param("one ` and ``two``", id="backticks"),
        pytest.param("a | b \\| c", id="bars of a table"),
        pytest.param("@all #1 ~~gone~~ www.evil.example", id="what GitHub adds"),
        pytest.param("snake_case *bold*", id="emphasis"),
        pytest.param("日本語 \\日", id="a backslash before a letter"),
    ],
)
def test_a_text_of_data_shows_as_it_is(text):
    assert shown(cell(text)) == text


@given(st.text(st.sampled_from("\\`*_[]<>&|~@#!() ab;:/w.lt0") | st.characters(exclude_characters="\n\r\0")))
def test_any_text_of_data_shows_as_it_is(text):
    assert shown(cell(text)) == text


def test_a_text_of_data_stays_on_its_line():
    assert cell("a\n# b\r\nc") == "a \\# b  c"


@pytest.mark.parametrize(
    ("text", "markdown"),
    [
        pytest.param("a_b and `c_d`", r"a\_b and `c_d`", id="code needs no escapes"),
        pytest.param("``c|d`` or e|f", r"`c\|d` or e\|f", id="but for bars"),
        pytest.param(r"\d matches [0-9]", r"\\d matches \[0-9]", id="a backslash"),
    ],
)
def test_a_sentence_of_ours(text, markdown):
    assert prose(text) == markdown
