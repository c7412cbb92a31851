"""What a run writes: every row once, in the ledger and in a split or among the dropped; untouched bytes untouched."""

from __future__ import annotations

import base64
import hashlib
import json
import stat

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import chat
from tests.curated import as_line, curate_rows

GOOD = chat("What is a heron?", "A wading bird with long legs.")
OTHER = chat("What is a stork?", "A tall bird that nests on chimneys.")


def test_every_row_has_one_ledger_row_in_the_order_it_came(tmp_path):
    run = curate_rows(tmp_path, {"b.jsonl": [GOOD, "{", ""], "a.jsonl": [OTHER, OTHER]})

    assert run.ledger.select("source", "line", "decision", "step", "reason").rows() == [
        ("a.jsonl", 1, "kept", None, None),
        ("a.jsonl", 2, "dropped", "exact_duplicates", "exact_duplicate"),
        ("b.jsonl", 1, "kept", None, None),
        ("b.jsonl", 2, "dropped", "read", "truncated_line"),
    ]


def test_counts_add_up_and_are_those_of_the_files(tmp_path):
    run = curate_rows(tmp_path, [GOOD, GOOD, "no json", chat("Say nothing.", "  "), OTHER])
    counts = run.manifest["counts"]

    assert counts["in"] + counts["added"] == counts["kept"] + counts["dropped"] == len(run.ledger) == 5
    assert counts["kept"] == len(run.rows("train"))
    assert counts["dropped"] == len(run.rows("dropped")) == sum(counts["by_reason"].values())
    assert counts["by_source"] == {"rows.jsonl": {"kept": 2, "dropped": 3}}
    assert counts["by_split"] == {"train": 2}


@pytest.mark.parametrize(
    "line",
    [
        pytest.param(b'{"messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b"}]}', id="compact"),
        pytest.param(b'  {"x" : 1.50, "text":  "caf\\u00e9 \\/ \xc3\xa9"}  ', id="spaces, escapes and number spelling"),
        pytest.param(b'{"text":"big","n":12345678901234567890123}', id="an integer that no double holds"),
        pytest.param('{"text":"日本語\u2028 👩‍👩‍👧 \u200d"}'.encode(), id="joiners and line separators"),
    ],
)
def test_an_untouched_row_is_written_as_the_very_bytes_that_came(tmp_path, line):
    assert curate_rows(tmp_path, [line]).lines("train") == [line]


def test_a_windows_line_end_and_a_byte_order_mark_are_not_of_the_row(tmp_path):
    (tmp_path / "rows.jsonl").write_bytes(b"\xef\xbb\xbf" + as_line(GOOD) + b"\r\n" + as_line(OTHER) + b"\r\n")
    run = curate_rows(tmp_path, {}, input={"files": ["rows.jsonl"]})

    assert run.lines("train") == [as_line(GOOD), as_line(OTHER)]
    assert run.warnings == [["byte_order_mark"], []]


@pytest.mark.parametrize(
    ("line", "record"),
    [
        pytest.param(b'{"text": 1}', {"text": 1}, id="JSON of a wrong shape stays JSON"),
        pytest.param(b'{"text": "a",}', '{"text": "a",}', id="no JSON becomes a string"),
        pytest.param(b"[1, 2]", [1, 2], id="an array stays an array"),
        pytest.param(
            b'{"text": "\xff"}',
            {"base64": base64.b64encode(b'{"text": "\xff"}').decode()},
            id="no UTF-8 becomes base64",
        ),
    ],
)
def test_a_dropped_row_is_kept_as_it_came(tmp_path, line, record):
    run = curate_rows(tmp_path, [{"text": "a good row"}, line])

    assert run.rows("dropped")[0]["record"] == record


def test_dropped_rows_are_for_the_owner_alone_and_can_be_left_out(tmp_path):
    run = curate_rows(tmp_path, [GOOD, GOOD])
    assert stat.S_IMODE((run.out / "dropped.jsonl").stat().st_mode) == 0o600
    assert run.rows("dropped")[0] | {"record": None} == {
        "id": run.ledger["id"][1],
        "source": "rows.jsonl",
        "line": 2,
        "step": "exact_duplicates",
        "reason": "exact_duplicate",
        "detail": None,
        "matched": {"id": run.ledger["id"][0], "source": "rows.jsonl", "line": 1},
        "similarity": 1.0,
        "record": None,
    }

    assert "record" not in curate_rows(tmp_path, [GOOD, GOOD], output={"records": False}).rows("dropped")[0]


def test_an_id_is_the_rows_own_or_of_its_bytes(tmp_path):
    rows = [GOOD | {"id": "heron"}, OTHER | {"id": 7}, chat("Which bird sings?", "The nightingale does.")]
    run = curate_rows(tmp_path, rows)

    assert run.ledger["id"].to_list() == ["heron", "7", hashlib.sha256(as_line(rows[2])).hexdigest()[:16]]


def test_the_manifest_hashes_what_lies_there(tmp_path):
    run = curate_rows(tmp_path, [GOOD, "{", OTHER])

    for folder, files in ((tmp_path, run.manifest["inputs"]), (run.out, run.manifest["outputs"])):
        for file in files:
            data = (folder / file["path"]).read_bytes()
            assert (file["sha256"], file["bytes"]) == (hashlib.sha256(data).hexdigest(), len(data)), file["path"]
    assert {file["path"]: file["rows"] for file in run.manifest["outputs"]} == {
        "train.jsonl": 2,
        "dropped.jsonl": 1,
        "ledger.parquet": 3,
        "stats.json": None,
    }


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


@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.one_of(st.binary(max_size=60), st.sampled_from([as_line(GOOD), as_line(OTHER), b"{}", b"", b"[1]"])),
        max_size=12,
    )
)
def test_no_bytes_are_lost(tmp_path, lines):
    """Property: the lines that are no blanks are, one for one, in a split or among the dropped."""
    lines = [line.replace(b"\n", b" ") for line in lines]
    (tmp_path / "rows.jsonl").write_bytes(b"\n".join(lines))
    run = curate_rows(tmp_path, {}, input={"files": ["rows.jsonl"]})
    counts = run.manifest["counts"]
    rows = [line for line in lines if line.removeprefix(b"\xef\xbb\xbf").strip(b" \t\r\n")]

    assert counts["in"] == len(rows) == len(run.ledger)
    assert len(run.lines("train")) == counts["kept"]
    assert (run.out / "dropped.jsonl").read_bytes().count(b"\n") == counts["dropped"]
    assert json.loads((run.out / "manifest.json").read_bytes())["inputs"][0]["rows"] == len(rows)


def test_blank_lines_are_counted_apart(thresher, jsonl, tmp_path):
    """Oracle: the lines that were written. A row of the array that follows is no line, so that none of it is blank."""
    rows = jsonl(["", chat("What is a heron?", "A bird."), "  ", chat("And a newt?", "No bird.")], "a.jsonl")
    array = jsonl(["[", "", json.dumps(chat("A toad?", "No bird either.")), "]"], "b.json")

    checked = thresher("check", rows, array)
    ran = thresher("curate", rows, array, "--out", tmp_path / "out", "--no-report", "--quiet")
    stats = json.loads((tmp_path / "out" / "stats.json").read_bytes())

    assert thresher("check", rows, array, "--json").json["counts"]["blank_lines"] == 2
    assert "2 blank lines, which are no rows" in checked.out
    assert next(line.split()[-1] for line in ran.out.splitlines() if "blank lines, which are no rows" in line) == "2"
    assert (stats["blank_lines"], stats["counts"]["in"]) == (2, 3)
    assert [(one["blank_lines"], one["rows_are"]) for one in stats["sources"]] == [(2, "lines"), (0, "values")]
    assert "which are no rows" not in thresher("check", array).out


@pytest.mark.parametrize("flags", [["--no-text"], ["--no-records"], ["--no-text", "--no-records"]])
def test_no_detail_quotes_a_row_where_texts_or_records_are_left_out(thresher, jsonl, tmp_path, flags):
    """Oracle: the words of the rows, which all stand in the details otherwise; columns and places stay."""
    secret = "hunter2"
    odd = [chat("Who?", f"It is {n}.", team=secret) for n in range(3)] + [
        chat("Two days?", "It takes 14 days.", team="b")
    ]
    rows = [
        f"{secret} IS MY PASSWORD",
        f'{{"messages": [{{"role": "{secret}", "content": "x"}}]}}',
        '{"messages": [1, }',
    ]
    jsonl([*odd, *rows, chat("Seen?", "It was seen.", team="c")])
    jsonl([chat("Seen?", "It was seen.")], "unseen.jsonl")
    (tmp_path / "curate.toml").write_text(
        '[input]\nfiles = ["rows.jsonl"]\nprotect = ["unseen.jsonl"]\n'
        '[[steps]]\nuse = "leaks"\n[[steps]]\nuse = "balance"\nby = "team"\ncap = 1\n'
    )

    for out, more in (("told", []), ("bare", flags)):
        ran = thresher("curate", tmp_path / "curate.toml", "--out", tmp_path / out, "--no-report", "--quiet", *more)
        assert ran.code == 0, ran.err
    told, bare = (
        [json.loads(line) for line in (tmp_path / out / "dropped.jsonl").read_bytes().splitlines()]
        for out in ("told", "bare")
    )
    details = {one["reason"]: one["detail"] for one in bare}

    assert [(one["line"], one["reason"]) for one in told] == [(one["line"], one["reason"]) for one in bare]
    assert sum(secret in (one["detail"] or "") for one in told) == 4
    assert not any(secret in (detail or "") for detail in details.values())
    assert secret.encode() not in pl.read_parquet(tmp_path / "bare" / "ledger.parquet").write_ndjson().encode()
    assert details["not_json"] == "The line is not JSON (RFC 8259) at column 1"
    assert details["leak_exact"] == "unseen.jsonl:1"
    assert details["over_cap"] is None


def test_the_ledger_has_its_sources_in_the_order_they_were_read_as_the_splits_have(tmp_path):
    """Oracle: the order that [input] priority asks for; the n-th kept row of the ledger is the n-th line of its split."""
    files = {
        name: [chat(f"{name} {n}?", f"{n}.", id=f"{name}{n}") for n in range(2)] for name in ("a.jsonl", "b.jsonl")
    }
    run = curate_rows(tmp_path, files, [], input={"files": list(files), "priority": ["b.jsonl"]})

    assert run.ledger["source"].to_list() == ["b.jsonl", "b.jsonl", "a.jsonl", "a.jsonl"]
    assert run.ledger["id"].to_list() == [row["id"] for row in run.rows("train")]
