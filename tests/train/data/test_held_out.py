"""Training rows that stand in files of tests: whole, or by their prompt."""

from __future__ import annotations

import pytest

from tests.train.spoken import row
from train.data.held_out import find_seen, read_held

TEST = {"messages": [{"role": "user", "content": "Where is Rome?"}, {"role": "assistant", "content": "In Italy."}]}


@pytest.mark.parametrize(
    ("one", "whole"),
    [
        pytest.param(row("u:Where is Rome?", "a:In Italy."), True, id="the row itself"),
        pytest.param(row("u: where  is\nROME?", "a:in italy."), True, id="case and white space aside"),
        pytest.param(row("s:Be kind.", "u:Where is Rome?", "a:In Italy."), True, id="under another system prompt"),
        pytest.param(row("u:Where is Rome?", "a:I do not know."), False, id="the prompt with another answer"),
        pytest.param(
            row("u:Where is Rome?", "a:In Italy.", "u:Thanks", "a:Gladly."),
            True,
            id="as the beginning of a longer chat",
        ),
        pytest.param(row("u:Where is Paris?", "a:In Italy."), None, id="another prompt with the same answer"),
        pytest.param(row("u:Hi", "a:Hello", "u:Where is Rome?", "a:In Italy."), None, id="another question before it"),
        pytest.param(row(text="Where is Rome?"), False, id="a text that is the question"),
        pytest.param(row("u:Where is Rome?"), None, id="a question without an answer"),
    ],
)
def test_what_was_seen(jsonl, one, whole):
    found = list(find_seen([row("u:x", "a:y"), one], read_held([jsonl([TEST])])))

    assert [(seen.at, seen.whole) for seen in found] == ([] if whole is None else [(1, whole)])


@pytest.mark.parametrize(
    "item",
    [
        pytest.param({"prompt": "Where is Rome?", "reference": "In Italy."}, id="prompt and reference"),
        pytest.param({"question": "Where is Rome?", "answer": "In Italy."}, id="question and answer"),
        pytest.param({"instruction": "Where is Rome?", "output": "In Italy."}, id="alpaca"),
        pytest.param({"prompt": "Where is Rome?", "completion": "In Italy."}, id="prompt and completion"),
    ],
)
def test_tests_of_any_layout(jsonl, item):
    (seen,) = find_seen([row("u:Where is Rome?", "a:In Italy.")], read_held([jsonl([item | {"id": "t1"}])]))

    assert (seen.item.id, seen.whole) == ("t1", True)


def test_a_split_of_several_layouts(jsonl):
    split = jsonl([{"prompt": "Who?", "completion": "I."}, TEST, {"text": "Where is Paris?"}])
    rows = [row("u:Where is Rome?", "a:In Italy."), row("u:Who?", "a:You."), row(text="Where is Paris?")]

    assert [(seen.at, seen.whole) for seen in find_seen(rows, read_held([split]))] == [(0, True), (1, False), (2, True)]
