"""The judge never raises, whatever a record holds, and its short way clears only what the long way clears too."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curate.check.codes import CODES
from curate.check.judge import Judge, drops
from curate.check.profiles import PROFILES
from curate.check.schemas import Rules
from curate.core.read.layouts import LAYOUTS
from tests.conftest import chat
from tests.strategies import NEARLY, RECORDS, SPOKEN, broken

ANSWERS = Rules({"type": "object", "required": ["city"]})
OF_ANSWERS = ("answer_not_json", "answer_schema")  # found after the record was read


def judged(record: dict[str, Any], layout: str, judge: Judge) -> list[str]:
    return [fault.slug for fault in judge.faults(record, LAYOUTS[layout], orjson.dumps(record))]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_any_value_in_any_field_is_judged(layout):
    judges = [Judge(profile, ANSWERS) for profile in PROFILES.values()]

    @given(broken(layout))
    def holds(record):
        if not LAYOUTS[layout].fits(record):
            return
        slugs = [slug for judge in judges for slug in judged(record, layout, judge)]
        assert set(slugs) <= set(CODES)
        if not any(drops(slug) and slug not in OF_ANSWERS for slug in slugs):
            draft = LAYOUTS[layout].read(record)
            paths = LAYOUTS[layout].strings(record)
            assert len(paths) == len(draft.messages)
            for other in LAYOUTS.values():
                other.write(draft)

    holds()


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_short_way_clears_only_what_the_long_way_clears(layout):
    judges = [Judge(profile) for profile in PROFILES.values()]

    @given(broken(layout) | RECORDS[layout], st.booleans())
    def holds(record, escaped):
        if not LAYOUTS[layout].fits(record):
            return
        line = orjson.dumps(record)
        if escaped:
            line = line.decode().encode("ascii", "backslashreplace").replace(b"\\x", b"\\u00")
        for judge in judges:
            if judge._plain(record, layout, line):
                assert list(judge._explain(record, LAYOUTS[layout])) == []

    holds()


@given(
    st.lists(st.tuples(SPOKEN, SPOKEN), min_size=1, max_size=3),
    st.dictionaries(st.sampled_from(["id", "prompt"]), NEARLY),
)
def test_a_chat_that_is_nearly_plain_is_judged_the_same_by_either_way(turns, extra):
    record = chat(*(text for turn in turns for text in turn), **extra)
    judge = Judge()

    assert list(judge.faults(record, LAYOUTS["messages"], orjson.dumps(record))) == list(
        judge._explain(record, LAYOUTS["messages"])
    )


@pytest.mark.parametrize(
    ("extra", "slugs"),
    [
        pytest.param({"prompt": ["a", 1]}, [], id="a field of another layout is no chat"),
        pytest.param({"completion": [{"role": 1}]}, [], id="nor is one that looks like it"),
        pytest.param({"tools": "[" * 400 + "]" * 400}, ["tools_malformed"], id="tools nested too deep to be written"),
        pytest.param({"tools": '[{"name": "f", "parameters": {"$ref": "#"}}]'}, ["bare_tool"], id="a schema of itself"),
        pytest.param(
            {"tools": '[{"name": "f", "parameters": {"$ref": "https://example.com/s"}}]'},
            ["parameters_schema", "bare_tool"],
            id="a schema elsewhere is not fetched",
        ),
    ],
)
def test_a_hostile_record_is_judged(extra, slugs):
    record = chat("Hi", "Hello") | extra

    assert judged(record, "messages", Judge()) == slugs
    LAYOUTS["messages"].read(record)


@pytest.mark.parametrize("depth", [10, 250, 300, 1000, 1020])
def test_arguments_nested_deep_are_judged(depth):
    arguments = '{"city":' * depth + "1" + "}" * depth
    call = {"id": "c", "type": "function", "function": {"name": "f", "arguments": arguments}}
    schema = {"type": "object", "properties": {"city": {"$ref": "#"}}}
    tools = [{"type": "function", "function": {"name": "f", "parameters": schema}}]
    record = {
        "messages": [{"role": "user", "content": "?"}, {"role": "assistant", "tool_calls": [call]}],
        "tools": tools,
    }

    assert judged(record, "messages", Judge()) == ["arguments_schema"]


@pytest.mark.parametrize("depth", [10, 1000])
def test_an_answer_nested_deep_is_judged(depth):
    assert judged(chat("?", "[" * depth + "]" * depth), "messages", Judge(answer_rules=ANSWERS)) == ["answer_schema"]


def test_a_fault_of_a_context_is_told_once_for_both_answers():
    call = {"id": "c", "type": "function", "function": {"name": "f", "arguments": "["}}
    record = {
        "prompt": [{"role": "user", "content": "?"}, {"role": "assistant", "tool_calls": [call]}],
        "chosen": [{"role": "tool", "tool_call_id": "c", "content": "1"}, {"role": "assistant", "content": "1"}],
        "rejected": [{"role": "tool", "tool_call_id": "c", "content": "1"}, {"role": "assistant", "content": "2"}],
        "tools": [{"type": "function", "function": {"name": "f"}}],
    }

    assert judged(record, "preference", Judge()) == ["arguments_not_json"]
