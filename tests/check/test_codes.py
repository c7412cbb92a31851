"""``thresher codes``: the table of what can be found."""

from __future__ import annotations

import re

from curate.check.codes import CODES, FAMILIES


def test_every_code_is_told_with_its_hint_under_its_family(thresher):
    out = thresher("codes").out

    assert re.findall(r"^(TH\dxx): ", out, re.MULTILINE) == [f"{family}xx" for family in FAMILIES]
    assert re.findall(r"^(TH\d\d\d) ", out, re.MULTILINE) == [code.code for code in CODES.values()]
    assert "TH102 trailing_comma, error: A comma stands before a closing bracket.\n  hint: remove the comma" in out


def test_json_says_which_profiles_raise_a_warning(thresher):
    codes = {code["slug"]: code for code in thresher("codes", "--json").json["codes"]}

    assert codes["no_assistant"]["raised_by"] == ["openai", "trl"]
    assert codes["trailing_comma"]["raised_by"] == []
    assert codes["trailing_comma"]["family"] == "Not readable as JSON"


def test_codes_are_unique_and_sorted_inside_the_table():
    assert len({code.code for code in CODES.values()}) == len(CODES)
    assert [code.code for code in CODES.values()] == sorted(code.code for code in CODES.values())


def test_two_forms_exclude_each_other(thresher):
    assert thresher("codes", "--json", "--markdown").code == 2
