"""The command that a command ends with runs as it is printed, whatever the files are called."""

from __future__ import annotations

import csv
import gzip
import json
import shlex
import subprocess

import pytest

from tests.conftest import chat

ROWS = [chat(f"What is bird {n} called?", f"It is called the bird of number {n}.") for n in range(6)]
NAMES = ["a b.jsonl", "a#b.jsonl", "it's $HOME.jsonl", "-x.jsonl", "semi;colon&.jsonl"]


def following(out: str) -> list[str]:
    """Return the words of the next command, as a shell splits them, without its first."""
    command = next(line for line in reversed(out.splitlines()) if "next: " in line).partition("next: ")[2]
    return shlex.split(command.partition("  (")[0], comments=True)[1:]


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("name", NAMES)
def test_check_then_curate_then_explain(thresher, jsonl, name):
    jsonl([*ROWS, ROWS[0]], name)
    curated = thresher(*following(thresher("check", "--", name).out)[:-1], "out put")
    explained = thresher(*following(curated.out))

    assert (curated.code, explained.code) == (0, 0)
    assert explained.out.startswith(f"{name}:7  id ")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("field", ["messages", "conversations"])
def test_check_of_chats_that_are_called_otherwise(thresher, jsonl, name, field):
    """The command that is named finds no fault, and the next one keeps every row."""
    other = [
        {"from": ("human", "gpt")[turn["role"] == "assistant"], "value": turn["content"]}
        for turn in ROWS[0]["messages"]
    ]
    jsonl([{field: ROWS[0]["messages"] if field == "conversations" else other}], name)
    first = thresher("check", "--", name)
    again = thresher(*following(first.out))
    curated = thresher(*following(again.out), "--json")

    assert (first.code, again.code, curated.code) == (1, 0, 0)
    assert curated.json["counts"]["kept"] == 1


@pytest.mark.parametrize(
    ("named", "out"),
    [
        (".", "../clean/"),
        ("raw", "clean/"),
        ("*.jsonl", "clean/"),
        ("raw/*.jsonl", "clean/"),
        ("**/*.jsonl", "../clean/"),
        ("*/*.jsonl", "../clean/"),
        ("r*/*.jsonl", "../clean/"),
        ("../project", "../clean/"),
        ("..", "../../clean/"),
    ],
)
def test_a_folder_is_curated_beside_itself_as_often_as_one_likes(thresher, jsonl, tmp_path, monkeypatch, named, out):
    project = tmp_path / "in" / "project"
    jsonl(ROWS, project / "rows.jsonl")
    jsonl(ROWS, project / "raw" / "rows.jsonl")
    monkeypatch.chdir(project)
    words = following(thresher("check", named).out)

    assert words[-1] == out
    assert [thresher(*words, "--quiet").code for _ in range(3)] == [0, 0, 0]
    assert following(thresher("check", named).out) == words


@pytest.mark.parametrize(
    "name", ["a b.csv", "it's $HOME.csv", "-x.csv", "b.tsv", 'say "hi" \\ \U0001f600.csv', "a\nb\u202e.csv"]
)
@pytest.mark.parametrize("taken", [False, True])
def test_a_table_is_written_as_lines_by_the_command_that_is_named(thresher, tmp_path, name, taken):
    comma = "\t" if name.endswith(".tsv") else ","
    table = f'\ufeffprompt{comma}completion\n"What is 2 {comma} 2?"{comma}"It is\nfour, é"\n'
    (tmp_path / name).write_bytes(table.encode())
    lines = (tmp_path / name).with_suffix(".jsonl")
    if taken:
        lines.write_text("mine")
    command = thresher("check", "--", name).out.splitlines()[-1].removeprefix("next: ").partition("  (")[0]
    subprocess.run(["bash", "-c", command], check=True, cwd=tmp_path)
    written = tmp_path / f"{name}.jsonl" if taken else lines

    assert [json.loads(line) for line in written.read_text().splitlines()] == [
        {"prompt": f"What is 2 {comma} 2?", "completion": "It is\nfour, é"}
    ]
    assert not taken or lines.read_text() == "mine"


@pytest.mark.parametrize("written", [json.dumps, repr], ids=["JSON", "as pandas writes it"])
def test_a_column_of_chats_is_no_text_and_one_of_json_is(thresher, tmp_path, written):
    asked = [{**turn, "content": f'{turn["content"]} It\'s "so", é\n'} for turn in ROWS[0]["messages"]]
    with (tmp_path / "chats.csv").open("w", newline="") as file:
        csv.writer(file).writerows([["messages", "about"], [written(asked), '{"a": [1, 2]}']])
    words = following(thresher("check", "chats.csv").out)
    subprocess.run(["bash", "-c", shlex.join(["python3", *words]).replace("'>'", ">")], check=True, cwd=tmp_path)

    assert [json.loads(line) for line in (tmp_path / "chats.jsonl").read_text().splitlines()] == [
        {"messages": asked, "about": '{"a": [1, 2]}'}
    ]
    assert thresher("check", "chats.jsonl").code == 0


@pytest.mark.parametrize(
    "coding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be", "marked be"]
)
@pytest.mark.parametrize("name", ["it's wide.jsonl", "-x.json", "a.jsonl.gz", "b.csv"])
def test_another_encoding_is_one_fault_and_converted_by_the_command_that_is_named(thresher, tmp_path, coding, name):
    """Oracle: Python's codecs. Characters of other planes, and those with the byte of a line end, are there too."""
    text = "".join(json.dumps(row | {"id": "日本語\u010a\u0a0a😀"}, ensure_ascii=False) + "\r\n" for row in ROWS)
    whole = ("\ufeff" + text).encode("utf-16-be") if coding == "marked be" else text.encode(coding)
    (tmp_path / name).write_bytes(gzip.compress(whole) if name.endswith(".gz") else whole)
    ran = thresher("check", "--", name)
    told = "UTF-16BE" if coding == "marked be" else coding.upper().replace("-LE", "LE").replace("-BE", "BE")

    assert ran.code == 1
    assert f"the text is {told}" in ran.out
    (fault,) = thresher("check", "--json", "--", name).json["faults"]
    assert (fault["code"], fault["line"], fault["column"]) == ("TH108", 1, 1)
    command = ran.out.splitlines()[-1].removeprefix("next: ").partition("  (")[0]
    subprocess.run(["bash", "-c", command], check=True, cwd=tmp_path)
    (made,) = tmp_path.glob("*.utf8*")
    assert made.read_bytes().decode() == text
    assert thresher("check", "--", made.name).code == 0
    assert thresher("check", "--", name).out.splitlines()[-1].partition("> ")[2] != command.partition("> ")[2]


def test_rows_of_standard_input_are_explained(thresher, monkeypatch, jsonl):
    with jsonl([*ROWS, ROWS[0]]).open() as rows:
        monkeypatch.setattr("sys.stdin", rows)
        curated = thresher("curate", "-", "--out", "out")

    assert following(curated.out) == ["explain", "out", "--", "-:7"]
    assert thresher(*following(curated.out)).code == 0


@pytest.mark.parametrize("name", NAMES)
def test_leaks_then_curate(thresher, jsonl, name):
    jsonl(ROWS, name)
    jsonl(ROWS[:1], f"{name} test.jsonl")
    found = thresher("leaks", "--", name, f"{name} test.jsonl")
    words = following(found.out)

    assert found.code == 1
    assert thresher(*words).code == 0


@pytest.mark.parametrize("out", ["an swers", "-answers"])
def test_predict_then_score(thresher, jsonl, out):
    jsonl([{"id": "a", "prompt": "1 + 1?", "reference": "2"}], "items.jsonl")
    jsonl([{"id": "a", "prediction": "2"}], "answers.jsonl")
    ran = thresher("predict", "--data", "items.jsonl", "--model", "replay:answers.jsonl", "--out", out)

    assert ran.code == 0
    assert thresher(*following(ran.out)).code == 0


@pytest.mark.parametrize("name", NAMES)
def test_a_protected_file_of_which_nothing_can_be_read(thresher, jsonl, name):
    jsonl(ROWS)
    jsonl(["{"], name)
    told = thresher("curate", "rows.jsonl", f"--protect={name}", "--out", "out")
    assert told.code == 2
    words = shlex.split(told.err.partition("see why: ")[2].splitlines()[0])
    checked = thresher(*words[1:])
    assert (checked.code, "truncated_line" in checked.out) == (1, True)
