"""Rows in another layout: their fields are carried along, or it is said; what the layout cannot hold is dropped."""

from __future__ import annotations

import pytest

from tests.conftest import chat
from tests.curated import curate_rows


def said(content):
    return {"role": "assistant", "content": content}


def test_rows_are_converted_on_request_and_keep_their_other_fields(tmp_path):
    rows = {
        "a.jsonl": ['{"instruction": "Add.", "input": "1 2", "output": "3", "score": 1.50}'],
        "b.jsonl": [chat("q", "a", "b", "c")],
    }
    run = curate_rows(tmp_path, rows, output={"layout": "messages"})
    assert run.lines("train")[0] == (
        b'{"messages":[{"role":"user","content":"Add.\\n\\n1 2"},{"role":"assistant","content":"3"}],"score":1.50}'
    )

    back = curate_rows(tmp_path, rows, output={"layout": "alpaca"})
    assert back.lines("train") == [rows["a.jsonl"][0].encode()]
    assert back.reasons == [None, "not_convertible"]


def test_no_row_goes_for_a_twin_that_cannot_be_written(tmp_path):
    rows = {
        "a.jsonl": [chat("track my parcel", "tracking")],
        "b.jsonl": ['{"text": "track my parcel", "label": "tracking"}'],
    }
    run = curate_rows(tmp_path, rows, [{"use": "exact_duplicates"}], output={"layout": "classification"})

    assert run.reasons == ["not_convertible", None]
    assert run.lines("train") == [rows["b.jsonl"][0].encode()]


def test_a_row_that_a_later_step_changes_is_looked_at_again(tmp_path):
    rows = [chat("q", "\u200b"), chat("r", "s")]
    steps = [{"use": "exact_duplicates"}, {"use": "normalise", "edit": True}]
    run = curate_rows(tmp_path, rows, steps, output={"layout": "prompt_completion"})

    assert len(run.rows("train")) == run.reasons.count(None)
    assert run.reasons[1] is None


ASKED = {"role": "user", "content": "6 * 7?"}
THOUGHT = {"role": "assistant", "content": "42", "reasoning_content": "six sevens", "score": None}
TURN = {"from": "gpt", "value": "42", "loss": False}


@pytest.mark.parametrize(
    ("row", "target", "written", "warnings"),
    [
        pytest.param(
            {"prompt": [ASKED], "completion": [{**THOUGHT, "name": "solver", "n": 99999999999999999999}]}, "messages",
            {"messages": [ASKED, {**THOUGHT, "name": "solver", "n": 99999999999999999999}]}, [],
            id="fields of messages go with their messages",
        ),
        pytest.param(
            {"prompt": "6 * 7?", "completion": [THOUGHT]}, "messages", {"messages": [ASKED, THOUGHT]}, [],
            id="beside a prompt that is a string",
        ),
        pytest.param(
            {"system": "Be brief.", "prompt": "6 * 7?", "completion": [THOUGHT]}, "messages",
            {"messages": [{"role": "system", "content": "Be brief."}, ASKED, THOUGHT]}, [],
            id="beside a system prompt in a field of its own",
        ),
        pytest.param(
            {"system": "Be brief.", "conversations": [{"from": "human", "value": "6 * 7?", "id": 1}, TURN]}, "messages",
            {"messages": [{"role": "system", "content": "Be brief."}, ASKED | {"id": 1},
                          {"role": "assistant", "content": "42", "loss": False}]}, [],
            id="fields of ShareGPT's turns, after a system prompt",
        ),
        pytest.param(
            {"conversations": [{"from": "human", "value": "6 * 7?"}, {**TURN, "content": "forty-two"}]}, "messages",
            {"messages": [ASKED, {"role": "assistant", "content": "42", "loss": False}]}, ["fields_not_converted"],
            id="a field whose name the layout takes",
        ),
        pytest.param(
            {"messages": [ASKED, THOUGHT]}, "sharegpt",
            {"conversations": [{"from": "human", "value": "6 * 7?"},
                               {"from": "gpt", "value": "42", "reasoning_content": "six sevens", "score": None}]}, [],
            id="messages to turns",
        ),
        pytest.param(
            {"messages": [ASKED, THOUGHT]}, "alpaca", {"instruction": "6 * 7?", "input": "", "output": "42"},
            ["fields_not_converted"], id="a layout of strings has no place for them",
        ),
        pytest.param(
            {"messages": [ASKED, {"role": "assistant", "content": "42", "score": None}]}, "alpaca",
            {"instruction": "6 * 7?", "input": "", "output": "42"}, [], id="null is no loss",
        ),
        pytest.param(
            {"messages": [ASKED, {"role": "assistant", "content": "42"}], "output": "x", "id": "a"}, "alpaca",
            {"instruction": "6 * 7?", "input": "", "output": "42", "id": "a"}, ["fields_not_converted"],
            id="a field of the row whose name the layout takes",
        ),
        pytest.param(
            {"id": "1", "system": {"v": 1}, "prompt": "6 * 7?", "completion": "42"}, "messages",
            {"messages": [ASKED, said("42")], "id": "1", "system": {"v": 1}}, [], id="a system field that is no text",
        ),
        pytest.param(
            {"system": "A", "prompt": [{"role": "system", "content": "B"}, ASKED], "completion": "42"}, "messages",
            {"messages": [{"role": "system", "content": "B"}, ASKED, said("42")], "system": "A"}, [],
            id="a system field beside a system turn",
        ),
        pytest.param(
            {"system": "A", "prompt": [{"role": "system", "content": "B"}, ASKED], "completion": "42"}, "alpaca",
            {"instruction": "6 * 7?", "input": "", "output": "42", "system": "B"}, ["fields_not_converted"],
            id="the same where the layout takes its name",
        ),
        pytest.param(
            {"system_prompt": "A", "system": "C", "input": "6 * 7?", "output": "42"}, "messages",
            {"messages": [{"role": "system", "content": "A"}, ASKED, said("42")], "system": "C"}, [],
            id="both names of a system prompt",
        ),
        pytest.param(
            {"system_prompt": "A", "system": "C", "instruction": "6 * 7?", "output": "42"}, "messages",
            {"messages": [{"role": "system", "content": "C"}, ASKED, said("42")], "system_prompt": "A"}, [],
            id="both names in alpaca",
        ),
        pytest.param(
            {"system": "", "history": [], "instruction": "6 * 7?", "input": "", "output": "42"}, "messages",
            {"messages": [ASKED, said("42")]}, [], id="what is empty is not carried along",
        ),
        pytest.param(
            {"messages": [ASKED, {"role": "assistant", "content": "", "refusal": "No."}]}, "alpaca", None, [],
            id="a refusal is no text that a layout of strings holds",
        ),
    ],
)  # fmt: skip
def test_a_conversion_loses_no_field_in_silence(tmp_path, row, target, written, warnings):
    run = curate_rows(tmp_path, [row], [], output={"layout": target})

    assert run.rows("train") == ([] if written is None else [written])
    assert run.reasons == ["not_convertible" if written is None else None]
    assert run.warnings == [warnings]
    assert run.manifest["counts"]["by_warning"] == dict.fromkeys(warnings, 1)
    assert all(run.stats["reasons"][word] for word in warnings)


@pytest.mark.parametrize(
    ("row", "fields", "written"),
    [
        pytest.param(
            '{"question": "q1", "reply": "r1", "prompt": "template-7", "n": 1.0}',
            {"prompt": "question", "completion": "reply"},
            b'{"messages":[{"role":"user","content":"q1"},{"role":"assistant","content":"r1"}],"prompt":"template-7","n":1.0}',
            id="a field of the user's that is called as ours",
        ),
        pytest.param(
            '{"dialog": [{"from": "human", "value": "q"}, {"from": "gpt", "value": "r", "n": 1.50}], "messages": 2}',
            {"conversations": "dialog"},
            b'{"messages":[{"role":"user","content":"q"},{"role":"assistant","content":"r","n":1.50}]}',
            id="one whose name the output's layout takes",
        ),
        pytest.param(
            '{"prompt": "q", "completion": "r", "sys": 1.50}',
            {"system": "sys"},
            b'{"messages":[{"role":"user","content":"q"},{"role":"assistant","content":"r"}],"sys":1.50}',
            id="one that is ours, and no text",
        ),
    ],
)
def test_a_conversion_knows_the_names_that_a_map_gives(tmp_path, row, fields, written):
    files = {
        "files": [{"path": "rows.jsonl", "map": fields, "layout": "sharegpt" if "conversations" in fields else None}]
    }
    run = curate_rows(tmp_path, [row], [], input=files, output={"layout": "messages"})

    assert run.lines("train") == [written]
    assert run.warnings == [["fields_not_converted"] if b"dialog" in row.encode() else []]
