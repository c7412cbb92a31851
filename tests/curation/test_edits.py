"""Edited rows: the edited strings change, each by itself, and no other byte; what is unclear is undone and said."""

from __future__ import annotations

import pytest

from tests.conftest import chat
from tests.curated import as_line, curate_rows


def test_an_edit_changes_the_edited_strings_alone(tmp_path):
    line = (
        '{"id": 1.0, "messages": [{"content": "  Ａ\u200b  b ", "role": "user"}, {"role":"assistant","content":"c"}]}'
    )
    run = curate_rows(tmp_path, [line], [{"use": "normalise", "form": "NFKC", "edit": True}])

    assert run.lines("train") == [line.replace("  Ａ\u200b  b ", "A b").encode()]
    assert run.ledger["edited_by"].to_list() == [["normalise"]]


def test_the_default_changes_no_text(tmp_path):
    rows = [chat(f"  Ａ question \u200b number {n} ", "def f():\n\treturn   1\n") for n in range(20)]

    assert curate_rows(tmp_path, rows).lines("train") == [as_line(row) for row in rows]


def test_an_edit_that_cannot_be_told_apart_is_undone_and_said(tmp_path):
    """Which two fields make the question is unclear: their names are the user's, and two pairs of them do."""
    row = {"q": "a", "i": "b\n\nc", "x": "a\n\nb", "y": "c", "output": "3"}
    files = {"files": [{"path": "rows.jsonl", "map": {"instruction": "q", "input": "i"}}]}
    run = curate_rows(tmp_path, [row], [{"use": "normalise", "edit": True}], input=files)

    assert run.lines("train") == [as_line(row)]
    assert (run.warnings, run.ledger["edited_by"].to_list()) == ([["edit_not_written"]], [[]])


SPACED = [{"type": "text", "text": "a  b\nc"}, {"type": "image"}, {"type": "text", "text": " d\n\ne"}]
FOLDED = [{"type": "text", "text": "a b c"}, {"type": "image"}, {"type": "text", "text": "d e"}]
CALL = {"id": "1", "type": "function", "function": {"name": "f", "arguments": '{"a": "b  c"}'}}
CALLING = {"role": "assistant", "content": None, "tool_calls": [CALL]}
QUESTION = {"role": "user", "content": "a"}


def said(content):
    return {"role": "assistant", "content": content}


def asked(content):
    return {"role": "user", "content": content}


PAIR = {"prompt": [QUESTION], "chosen": [said("c")]}
OPENAI = {"input": {"messages": [QUESTION]}, "preferred_output": [said("c")]}


@pytest.mark.parametrize(
    ("row", "written", "fields"),
    [
        pytest.param(
            {"instruction": "Translate  this", "input": "Guten\n\nTag", "output": "Good  day"},
            {"instruction": "Translate this", "input": "Guten Tag", "output": "Good day"}, {},
            id="instruction and input",
        ),
        pytest.param(
            {"history": [["x  y", "z"]], "instruction": "a\n\nb", "input": "", "output": "c  d"},
            {"history": [["x y", "z"]], "instruction": "a b", "input": "", "output": "c d"}, {},
            id="an instruction without an input",
        ),
        pytest.param(
            {"q": "Translate  this", "i": "Guten  Tag", "output": "Good day"},
            {"q": "Translate this", "i": "Guten Tag", "output": "Good day"}, {"instruction": "q", "input": "i"},
            id="under other names",
        ),
        pytest.param(
            {"messages": [{"role": "user", "content": SPACED}, {"role": "assistant", "content": "f  g"}]},
            {"messages": [{"role": "user", "content": FOLDED}, {"role": "assistant", "content": "f g"}]}, {},
            id="text parts",
        ),
        pytest.param(
            {"prompt": "a  b", "chosen": "c  d", "rejected": "e\n\nf"},
            {"prompt": "a b", "chosen": "c d", "rejected": "e f"}, {}, id="both answers of a pair",
        ),
        pytest.param(
            {"prompt": "a", "chosen": "c", "rejected": "e  f"}, {"prompt": "a", "chosen": "c", "rejected": "e f"}, {},
            id="the other answer alone",
        ),
        pytest.param(
            {"q": "a", "good": "c", "bad": "e  f"}, {"q": "a", "good": "c", "bad": "e f"},
            {"prompt": "q", "chosen": "good", "rejected": "bad"}, id="a pair under other names",
        ),
        pytest.param(
            PAIR | {"rejected": [CALLING, said("x\n\ny"), said(SPACED)]},
            PAIR | {"rejected": [CALLING, said("x y"), said(FOLDED)]}, {}, id="the other answer as turns",
        ),
        pytest.param(
            OPENAI | {"non_preferred_output": [said("x\n y")]}, OPENAI | {"non_preferred_output": [said("x y")]}, {},
            id="OpenAI's names",
        ),
        pytest.param(
            {"instruction": "a  b", "input": "c\n\nd", "chosen": "e  f", "rejected": "g"},
            {"instruction": "a b", "input": "c d", "chosen": "e f", "rejected": "g"}, {}, id="a pair as in alpaca",
        ),
        pytest.param(
            {"q": "a  b", "input": "c\n\nd", "chosen": "e  f", "rejected": "g"},
            {"q": "a b", "input": "c d", "chosen": "e f", "rejected": "g"}, {"prompt": "q"},
            id="the same under other names",
        ),
        pytest.param(
            {"prompt": "a  b", "messages": [asked("a  b"), said("c  d")],
             "chosen": [asked("a  b"), said("c  d")], "rejected": [asked("a  b"), said("e")]},
            {"prompt": "a b", "messages": [asked("a b"), said("c d")],
             "chosen": [asked("a b"), said("c d")], "rejected": [asked("a b"), said("e")]}, {},
            id="a pair that says its chat twice",
        ),
        pytest.param(
            {"system": "a  b", "prompt": "c  d", "completion": "e"}, {"system": "a b", "prompt": "c d", "completion": "e"},
            {}, id="a system prompt beside a prompt",
        ),
    ],
)  # fmt: skip
def test_an_edit_changes_each_string_by_itself(tmp_path, row, written, fields):
    files = {"files": [{"path": "rows.jsonl", "map": fields}]}
    run = curate_rows(tmp_path, [row], [{"use": "normalise", "edit": True}], input=files)

    assert run.rows("train") == [written]
    assert "edit_not_written" not in run.warnings[0]
    assert run.ledger["edited_by"].to_list() == [["normalise"]]


LIGATURES = {"use": "normalise", "form": "NFKC", "edit": True, "white_space": False}
HELD = {"prompt": "Rewrite.\n", "input": "plain", "chosen": "c", "rejected": "d"}
WHOLE = {"chosen": [asked("\ufb01t "), said("c")], "rejected": [asked("\ufb01t "), said("d")]}
WHOLE_NOW = {"chosen": [asked("fit "), said("c")], "rejected": [asked("fit "), said("d")]}


@pytest.mark.parametrize(
    ("row", "written"),
    [
        pytest.param(HELD | {"chosen": "\ufb01t"}, HELD | {"chosen": "fit"}, id="the preferred answer alone"),
        pytest.param(HELD | {"rejected": "\ufb01t"}, HELD | {"rejected": "fit"}, id="the other answer alone"),
        pytest.param(
            {"instruction": "Rewrite.\n", "input": "\nplain", "output": "\ufb01t"},
            {"instruction": "Rewrite.\n", "input": "\nplain", "output": "fit"}, id="instruction and input",
        ),
        pytest.param(
            {"prompt": [asked("q")], "chosen": "\ufb01t", "rejected": [said("a\n"), asked("b"), said("\nc")]},
            {"prompt": [asked("q")], "chosen": "fit", "rejected": [said("a\n"), asked("b"), said("\nc")]},
            id="turns of the other answer",
        ),
        pytest.param(
            {"prompt": "Rewrite.\n", "chosen": "\ufb01t", "rejected": "d"},
            {"prompt": "Rewrite.\n", "chosen": "fit", "rejected": "d"}, id="a prompt of one string",
        ),
        pytest.param(
            {"messages": [asked("\ufb01t\n")], "chosen": [asked("\ufb01t\n"), said("c")], "rejected": "d"},
            {"messages": [asked("fit\n")], "chosen": [asked("fit\n"), said("c")], "rejected": "d"},
            id="messages that a whole chat repeats",
        ),
        pytest.param(
            {"prompt": "\ufb01t"} | WHOLE, {"prompt": "fit"} | WHOLE_NOW, id="a prompt with less white space at its end",
        ),
        pytest.param(
            {"prompt": " \ufb01t\n"} | WHOLE, {"prompt": " fit\n"} | WHOLE_NOW, id="a prompt with other white space",
        ),
        pytest.param(
            {"prompt": "a \ufb01t"} | WHOLE, {"prompt": "a \ufb01t"} | WHOLE_NOW, id="a prompt that is another text",
        ),
    ],
)  # fmt: skip
def test_an_edit_moves_no_line_ends_between_strings(tmp_path, row, written):
    run = curate_rows(tmp_path, [row], [LIGATURES])

    assert run.rows("train") == [written]
    assert run.warnings == [[]]


@pytest.mark.parametrize(
    "row",
    [
        pytest.param({"prompt": "Rewrite.\n", "input": "\ufb01t", "chosen": "c", "rejected": "d"}, id="a question"),
        pytest.param({"prompt": "\ufb01t", "input": "\nx", "chosen": "c", "rejected": "d"}, id="before an input"),
        pytest.param(
            {"messages": [asked("\ufb01t\n")], "chosen": [asked("\ufb01t\n"), said("c")],
             "rejected": [asked("\ufb01t\n"), said("d")]}, id="whole chats",
        ),
    ],
)  # fmt: skip
def test_an_edit_beside_a_line_end_that_may_be_of_either_string_is_undone_and_said(tmp_path, row):
    run = curate_rows(tmp_path, [row], [LIGATURES])

    assert run.lines("train") == [as_line(row)]
    assert (run.warnings, run.ledger["edited_by"].to_list()) == ([["edit_not_written"]], [[]])


def test_white_space_around_a_prompt_goes_as_it_goes_in_the_chat_that_says_it_too(tmp_path):
    row = {"prompt": "a  b\n", "chosen": [asked("a  b "), said("c")], "rejected": [asked("a  b "), said("d")]}
    run = curate_rows(tmp_path, [row], [{"use": "normalise", "edit": True}])

    assert run.rows("train") == [
        {"prompt": "a b", "chosen": [asked("a b"), said("c")], "rejected": [asked("a b"), said("d")]}
    ]


@pytest.mark.parametrize(
    "row",
    [
        {"instruction": "Translate this", "input": "Guten Tag", "output": "Good day"},
        {"messages": [{"role": "user", "content": FOLDED}, {"role": "assistant", "content": "f g"}]},
        {"prompt": "a b", "chosen": "c d", "rejected": "e f"},
    ],
)
def test_what_is_normal_already_is_not_edited(tmp_path, row):
    run = curate_rows(tmp_path, [row], [{"use": "normalise", "edit": True}])

    assert run.lines("train") == [as_line(row)]
    assert run.ledger["edited_by"].to_list() == [[]]


@pytest.mark.parametrize("white_space", [True, False])
def test_an_edit_reaches_the_text_parts_of_a_converted_row(tmp_path, white_space):
    row = {"prompt": [{"role": "user", "content": SPACED}], "completion": [said("c\u200bd")]}
    step = {"use": "normalise", "edit": True, "white_space": white_space}
    run = curate_rows(tmp_path, [row], [step], output={"layout": "messages"})

    content = FOLDED if white_space else SPACED
    assert run.rows("train") == [{"messages": [{"role": "user", "content": content}, said("cd")]}]
