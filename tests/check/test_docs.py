"""The pages that other texts point to say what the code does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from curate.core.read.layouts import LAYOUTS

DOCS = Path(__file__).parents[2] / "docs"
EXAMPLES = [
    pytest.param(heading, line, id=f"{heading} {number}")
    for heading, section in re.findall(
        r"^## (\w+)\n(.*?)(?=^## |\Z)", (DOCS / "layouts.md").read_text(), re.MULTILINE | re.DOTALL
    )
    for number, line in enumerate(re.findall(r"^```json\n(.*?)\n```", section, re.MULTILINE | re.DOTALL), 1)
]


@pytest.mark.parametrize(("layout", "line"), EXAMPLES)
def test_each_example_is_of_its_layout_and_clean(thresher, jsonl, layout, line):
    file = jsonl([line])

    checked = thresher("check", file)

    assert checked.code == 0, checked.out
    assert f"1 row in 1 file: 0 errors, 0 warnings\nlayouts: {layout} in " in checked.out


def test_every_layout_has_an_example_in_the_order_of_detection():
    assert list(dict.fromkeys(example.values[0] for example in EXAMPLES)) == list(LAYOUTS)


def test_the_page_of_codes_is_what_the_command_prints(thresher):
    assert thresher("codes", "--markdown").out == (DOCS / "codes.md").read_text(encoding="utf-8")
