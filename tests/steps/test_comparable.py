"""Texts made comparable fast: what is skipped changes nothing, by Unicode's own tables and by the slow way."""

from __future__ import annotations

import re
import sys
from unicodedata import category, combining, normalize

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curate.dedupe.alphabet import compositions
from curate.dedupe.forms import STABLE
from curate.steps import normalise
from curate.steps.empty import _MERGED
from curate.steps.normalise import Normalise

SEPARATORS = " \t\n\r\x0b\x1c.,;:-\u2212\u201c\u2019\u2026\u3000\xa0\x85\u2028(=5ab\u00e9\u65e5\u0301"


def test_characters_that_are_not_looked_at_are_in_form_nfc_beside_any_other():
    """Oracle: Python's database. Such a character is a starter that no composition has in second place."""
    seconds = {second for _, second in compositions()}
    skipped = re.compile(f"[{normalise._NFC}{STABLE}]")
    wrong = [
        hex(code)
        for code in range(sys.maxunicode + 1)
        if skipped.match(chr(code))
        and category(chr(code)) != "Cn"
        and (normalize("NFC", chr(code)) != chr(code) or combining(chr(code)) or code in seconds)
    ]

    assert wrong == []


@settings(deadline=None)
@given(st.lists(st.text(alphabet=SEPARATORS + "\u2192\U0001f600\u212b\u0338", max_size=20), min_size=1))
def test_only_texts_that_form_nfc_changes_are_worked_on(texts):
    made = Normalise()._formed(pl.Series(texts))

    assert made.to_list() == [normalize("NFC", text) for text in texts]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Ünten.\n  ### Input\nx", True),
        ("### Response", True),
        ("## Outputs: ä", False),
        ("é\n\n\t## Instruction: ä", True),
        ("日本\nInstruction : x", True),
        ("Output without a colon é", False),
        ("a\r\n 12. Input: é", True),
        ("x ### Input", False),
        ("## Inputé", False),
        ("##Output_1", False),
        ("##Output-1", True),
    ],
)
def test_another_instruction_is_found_beside_any_letters(text, found):
    """A known answer each; oracle: the pattern with a word boundary, by Python's ``re``."""
    words = "Instruction|Input|Output|Response"
    plain = rf"(?m)^\s*(#{{2,}}\s*({words})\b|(Instruction|Output)\s*:|\d+\.\s*(Instruction|Input|Output)\s*:)"

    assert pl.Series([text]).str.contains(_MERGED).item() is found
    assert (re.search(plain, text) is not None) is found
