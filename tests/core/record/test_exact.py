"""Numbers that keep their digits, told by Python's decimals."""

from __future__ import annotations

import json
from decimal import Decimal

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curate.core.record.exact import exactly, written
from tests.curated import curate_rows

NUMBERS = st.from_regex(r"-?(0|[1-9][0-9]{0,25})(\.[0-9]{1,25})?([eE][+-]?[0-9]{1,2})?", fullmatch=True)


@given(NUMBERS)
def test_a_number_is_written_with_the_value_it_was_read_with(text):
    """Oracle: decimals, which hold any number of digits."""
    again = written(exactly(f"[{text}]".encode()))

    assert json.loads(again, parse_int=Decimal, parse_float=Decimal) == [Decimal(text)]


@pytest.mark.parametrize(
    "data", [b"[1.0, 0.1, 5e3, 18446744073709551615, -9223372036854775808]", b'["12345678901234567890123"]']
)
def test_what_a_double_or_64_bits_hold_is_what_orjson_reads(data):
    assert written(exactly(data)) == orjson.dumps(orjson.loads(data))


def test_two_spellings_of_one_double_are_one_number():
    assert {type(value) for value in exactly(b"[100000000000000000000000, 0.10000000000000000, 1e23]")} == {float}


def test_other_values_are_no_json():
    with pytest.raises(TypeError):
        written(object())


def calling(arguments: object) -> dict[str, object]:
    call = {"id": "1", "type": "function", "function": {"name": "pay", "arguments": arguments}}
    asked = {
        "role": "user",
        "content": "Please pay what I owe to the shop, from the account that we spoke of last week.",
    }
    return {"messages": [asked, {"role": "assistant", "content": None, "tool_calls": [call]}]}


@pytest.mark.parametrize("numbers", [(10**23 + 1, 10**23 + 2), (0.5, 0.25)], ids=["beyond 64 bits", "in a double"])
@pytest.mark.parametrize("spelt", [dict, json.dumps], ids=["as an object", "as a text"])
def test_a_call_with_another_number_is_no_duplicate(tmp_path, numbers, spelt):
    rows = [
        calling(spelt({"note": "the rent of this month and of the one before", "to": number})) for number in numbers
    ]
    run = curate_rows(tmp_path, rows, [{"use": "exact_duplicates"}, {"use": "near_duplicates"}])

    assert run.reasons == [None, None]


def test_values_that_differ_beyond_a_double_are_balanced_and_split_apart(tmp_path):
    rows = [
        {"instruction": f"Say {n}.", "output": f"{n}!", "account": 10**23 + n % 20, "same": 10**23} for n in range(40)
    ]
    apart = curate_rows(tmp_path / "a", rows, [{"use": "balance", "by": "account", "cap": 2}])
    capped = curate_rows(tmp_path / "b", rows, [{"use": "balance", "by": "same", "cap": 2}])
    grouped = curate_rows(tmp_path / "c", rows, [], split={"test": 0.5, "group_by": ["account"]})

    assert (apart.reasons.count("over_cap"), capped.reasons.count("over_cap")) == (0, 38)
    assert 0 < grouped.manifest["counts"]["by_split"]["test"] < 40
