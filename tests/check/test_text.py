"""The report for people: grouped, short, and its last line names the next command."""

from __future__ import annotations

import shlex

import pytest

from curate.check.faults import Faults
from curate.check.finding import Finding
from curate.check.findings import Findings
from curate.check.formats.text import as_text
from tests.conftest import chat

GOOD = chat("Hi", "Hello")
CURATE = "thresher curate a.jsonl --out clean/"
MEND = "thresher check a.jsonl  (once it is mended: every row is faulty)"
CALLED = "(that is what its chats are called)"
SHAREGPT = [{"from": "human", "value": "Hi"}, {"from": "gpt", "value": "Hello"}]
BROKEN = '{"messages": [],}'


@pytest.fixture(autouse=True)
def _in_the_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def test_errors_come_first_then_the_most_frequent_with_three_examples_each(thresher, jsonl):
    jsonl([GOOD] * 3 + [chat("Hi", "Hello", "Bye")] * 5 + [BROKEN] * 4 + [{"messages": []}])

    assert thresher("check", "rows.jsonl").out == (
        "error TH102 trailing_comma (4): A comma stands before a closing bracket.\n"
        "  rows.jsonl:9:16  a comma before the closing bracket\n"
        "  rows.jsonl:10:16  a comma before the closing bracket\n"
        "  rows.jsonl:11:16  a comma before the closing bracket\n"
        "  and 1 more\n"
        "  hint: remove the comma; JSON allows none there\n"
        "\n"
        "error TH206 no_messages (1): The conversation has no messages.\n"
        "  rows.jsonl:13  messages is empty  at /messages\n"
        "  hint: a row needs at least one message\n"
        "\n"
        "warning TH303 last_not_assistant (5): The last turn is not the assistant's.\n"
        "  rows.jsonl:4  the last turn is user\n"
        "  rows.jsonl:5  the last turn is user\n"
        "  rows.jsonl:6  the last turn is user\n"
        "  and 2 more\n"
        "  hint: the turns after the last answer are never trained\n"
        "\n"
        "13 rows in 1 file: 5 errors, 5 warnings\n"
        "layouts: messages in rows.jsonl\n"
        "next: thresher curate rows.jsonl --out clean/  (drops the 5 faulty rows, explains each)\n"
    )


@pytest.mark.parametrize(
    ("rows", "options", "last"),
    [
        pytest.param([GOOD], [], CURATE, id="clean"),
        pytest.param([GOOD, BROKEN], [], f"{CURATE}  (drops the 1 faulty row and explains it)",
                     id="an error"),
        pytest.param([GOOD, chat("Hi", "")], [], f"{CURATE}  (drops the 1 faulty row and explains it)",
                     id="a blank answer"),
        pytest.param([{"a": 1}, {"a": 2}], [], MEND, id="every row of an unknown layout"),
        pytest.param([BROKEN], [], MEND, id="every row broken"),
        pytest.param([{"a": "x" * 200}], ["--max-line-bytes", "150", "--map", "prompt=a b"],
                     "thresher check a.jsonl --map 'prompt=a b' --max-line-bytes 150  (once it is mended: every row is "
                     "faulty)", id="every row, with what was said of the file"),
        pytest.param([{"conversations": GOOD["messages"]}] * 2, [],
                     f"thresher check a.jsonl --map messages=conversations  {CALLED}", id="messages called conversations"),
        pytest.param([{"messages": SHAREGPT}], [],
                     f"thresher check a.jsonl --map conversations=messages  {CALLED}", id="conversations called messages"),
        pytest.param([{"chat": SHAREGPT}], ["--layout", "messages", "--map", "messages=chat"],
                     f"thresher check a.jsonl --map conversations=chat  {CALLED}", id="a map of the wrong name"),
        pytest.param([{"conversations": GOOD["messages"]}, {"conversations": SHAREGPT}], [],
                     f"{CURATE}  (drops the 1 faulty row and explains it)", id="one of two rows"),
        pytest.param([GOOD], ["--profile", "openai"],
                     f"{CURATE}  (drops no row for these errors: mend them first)",
                     id="an error of the profile"),
        pytest.param([GOOD, BROKEN], ["--profile", "openai"],
                     f"{CURATE}  (drops the 1 faulty row and explains it; drops no row for the other error: mend it first)",
                     id="an error, and one of the profile"),
        pytest.param([GOOD, BROKEN, chat("Hi")], ["--profile", "openai"],
                     f"{CURATE}  (drops the 1 faulty row and explains it; drops no row for the other 2 errors: mend them "
                     "first)", id="an error, and two of the profile"),
        pytest.param([BROKEN], ["--profile", "openai"],
                     "thresher check a.jsonl --profile openai  (once it is mended: every row is faulty)",
                     id="every row broken, with a profile"),
        pytest.param([], [], "thresher check a.jsonl  (there are no rows yet)", id="no rows"),
        pytest.param([{"q": "a", "completion": "b"}], ["--map", "prompt=q"],
                     "thresher curate a.jsonl --map prompt=q --out clean/", id="mapped"),
        pytest.param([GOOD, {"a": "x" * 200}], ["--max-line-bytes", "150", "--layout", "messages"],
                     "thresher curate a.jsonl --layout messages --set input.max_line_bytes=150 --out clean/"
                     "  (drops the 1 faulty row and explains it)", id="a limit and a layout"),
    ],
)  # fmt: skip
def test_the_last_line_names_the_next_command(thresher, jsonl, rows, options, last):
    jsonl(rows, "a.jsonl")

    assert thresher("check", "a.jsonl", *options).out.splitlines()[-1] == f"next: {last}"


@pytest.mark.parametrize("name", ["s.json", "a b#c.json", "5", "é'\".json"])
def test_the_next_command_knows_the_answers_schema(thresher, jsonl, tmp_path, name):
    """The curation that is named drops the rows that the check counted."""
    (tmp_path / name).write_text('{"type": "object"}')
    jsonl([chat("Hi", "{}"), chat("Say", "[]"), chat("No", "no")], "a.jsonl")
    last = thresher("check", "a.jsonl", "--answer-schema", name).out.splitlines()[-1]
    words = shlex.split(last.removeprefix("next: thresher ").partition("  (")[0])

    assert last.endswith("  (drops the 2 faulty rows, explains each)")
    assert name != "s.json" or words[2:4] == ["--set", "check.answer_schema=s.json"]
    assert thresher(*words, "--json").json["counts"]["by_reason"] == {"answer_schema": 1, "answer_not_json": 1}


@pytest.mark.parametrize(
    ("held", "folder"),
    [
        pytest.param([], "clean2", id="the file alone"),
        pytest.param(["clean2/notes.txt"], "clean3", id="the next has other files"),
    ],
)
def test_the_next_command_writes_no_folder_that_holds_the_files(thresher, jsonl, tmp_path, held, folder):
    jsonl([GOOD], "clean/test.jsonl")
    for name in held:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("mine")
    last = thresher("check", "clean/test.jsonl").out.splitlines()[-1]

    assert last == f"next: thresher curate clean/test.jsonl --out {folder}/"
    assert thresher(*last.split()[2:]).code == 0
    assert thresher("check", "clean/test.jsonl").out.splitlines()[-1] == last, "its own run may be written anew"


def test_files_that_a_shell_would_split_are_quoted_in_the_next_command(thresher, jsonl):
    jsonl([GOOD], "my rows.jsonl")

    assert thresher("check", "my rows.jsonl").out.endswith("next: thresher curate 'my rows.jsonl' --out clean/\n")


def test_many_files_are_counted_by_layout(thresher, jsonl):
    for name in "abcd":
        jsonl([GOOD], f"{name}.jsonl")
    jsonl([{"text": "x"}], "e.jsonl")
    jsonl([{"x": 1}], "f.jsonl")

    out = thresher("check", *(f"{name}.jsonl" for name in "abcdef")).out

    assert "6 rows in 6 files: 1 error, 0 warnings\n" in out
    assert "layouts: messages in 4 files, text in e.jsonl, unknown in f.jsonl\n" in out
    assert out.endswith(
        "next: thresher curate FILES --out clean/  (drops the 1 faulty row and explains it; keeps none of f.jsonl)\n"
    )


def test_colour_is_for_terminals(monkeypatch):
    fault = Finding("TH102", "trailing_comma", "error", "a.jsonl", 1, 2, "", "a comma", "remove it")

    findings = Findings(Faults([fault]))
    assert "\x1b[31merror\x1b[0m \x1b[1mTH102 trailing_comma\x1b[0m" in "".join(as_text(findings, colour=True))
    assert "\x1b" not in "".join(as_text(findings))


def test_without_text_nothing_of_the_data_is_quoted(thresher, jsonl):
    rows = [
        {"messages": [{"role": "Alice Smith", "content": "x"}]},
        '{"messages": [{"role": "user", "content": "x", "Alice Smith": 1, "Alice Smith": 2}]}',
        {
            "messages": [
                {"role": "user", "content": "x"},
                {"role": "assistant", "content": "y", "weight": "Alice Smith"},
            ]
        },
    ]
    jsonl(rows)

    for form in ("text", "json", "sarif", "junit", "github", "gitlab"):
        assert "Alice" in thresher("check", "rows.jsonl", "--format", form).out
        assert "Alice" not in thresher("check", "rows.jsonl", "--format", form, "--no-text").out
    faults = thresher("check", "rows.jsonl", "--json", "--no-text").json["faults"]
    assert [(fault["code"], fault["pointer"], fault["message"]) for fault in faults][:2] == [
        ("TH208", "/messages/0/role", "A message has a role that no trainer knows."),
        ("TH205", "/messages/0", "A key stands more than once in one object."),
    ]


CARD = "4111111111111111"


@pytest.mark.parametrize(
    ("row", "pointer"),
    [
        pytest.param(f'{{"text": "a", "{CARD}": 1, "{CARD}": 2}}', "", id="a key of the row"),
        pytest.param('{"text": "a", "7": 1, "7": 2}', "", id="a short key of the row"),
        pytest.param(f'{{"text": "a", "text": {{"{CARD}": 1, "{CARD}": 2}}}}', "/text", id="of what is no array"),
        pytest.param(f'{{"messages": {{"{CARD}": 1, "{CARD}": 2}}}}', "/messages", id="of what should be one"),
        pytest.param('{"messages": [{}, {"role": "user", "content": [{"text": 1, "text": 2}]}]}',
                     "/messages/1/content/0/text", id="an index stays"),
    ],
)  # fmt: skip
def test_without_text_a_key_of_digits_is_no_index(thresher, jsonl, row, pointer):
    jsonl([row])

    ran = thresher("check", "rows.jsonl", "--json", "--no-text", "--layout", "text")

    assert pointer in [fault["pointer"] for fault in ran.json["faults"] if fault["code"] == "TH205"]
    assert CARD not in ran.out
