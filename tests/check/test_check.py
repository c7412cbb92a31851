"""``thresher check``: its exit codes, its options, and what it says of whole files."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from io import BytesIO, TextIOWrapper
from pathlib import Path

import pytest

from tests.conftest import chat

DOOR = Path(__file__).parents[2] / "thresher.py"
GOOD = chat("Hi", "Hello")
BROKEN = '{"messages": [],}'


@pytest.fixture(autouse=True)
def _in_the_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def codes(ran):
    return list(ran.json["counts"]["by_code"])


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        pytest.param([GOOD], 0, id="a clean file"),
        pytest.param([GOOD, BROKEN], 1, id="an error"),
        pytest.param([chat("Hi", "Hello", "Bye")], 0, id="a warning alone"),
        pytest.param([], 0, id="an empty file warns"),
        pytest.param(["", "  "], 0, id="blank lines are no rows"),
    ],
)
def test_the_exit_code_is_1_where_a_row_has_an_error(thresher, jsonl, rows, code):
    jsonl(rows)

    assert thresher("check", "rows.jsonl").code == code


def test_every_fault_has_its_place_code_pointer_and_hint(thresher, jsonl):
    jsonl([GOOD, BROKEN, {"messages": [{"role": "user", "content": "x"}, {"role": "bot", "content": "y"}]}])

    ran = thresher("check", "rows.jsonl", "--json")

    assert ran.json == {
        "schema_version": 1,
        "counts": {"rows": 3, "blank_lines": 0, "errors": 2, "warnings": 0, "by_code": {"TH102": 1, "TH208": 1}},
        "faults": [
            {
                "code": "TH102",
                "severity": "error",
                "file": "rows.jsonl",
                "line": 2,
                "column": 16,
                "pointer": "",
                "message": "a comma before the closing bracket",
                "hint": "remove the comma; JSON allows none there",
            },
            {
                "code": "TH208",
                "severity": "error",
                "file": "rows.jsonl",
                "line": 3,
                "column": None,
                "pointer": "/messages/1/role",
                "message": "'bot' is no role",
                "hint": "use system, user, assistant or tool",
            },
        ],
    }


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        pytest.param(["nowhere.jsonl"], ["there is no file 'nowhere.jsonl'", "rows.jsonl"], id="a missing file"),
        pytest.param(["rows.jsonl", "--profile", "opnai"], ["no profile is called 'opnai'", "'openai'"], id="profile"),
        pytest.param(["rows.jsonl", "--layout", "message"], ["no layout is called", "'messages'"], id="layout"),
        pytest.param(["rows.jsonl", "--format", "sarf"], ["no format is called", "'sarif'"], id="format"),
        pytest.param(["rows.jsonl", "--json", "--format", "junit"], ["exclude each other"], id="two formats"),
        pytest.param(["rows.jsonl", "--map", "prompt"], ["'prompt' is not ours=theirs"], id="a map without ="),
        pytest.param(["rows.jsonl", "--map", "promt=q"], ["no layout has a field 'promt'", "'prompt'"], id="a map"),
        pytest.param(["rows.jsonl", "--map", "prompt=q", "--map", "input=q"], ["second time"], id="a field twice"),
        pytest.param(["rows.jsonl", "--answer-schema", "no.json"], ["no.json cannot be read"], id="no schema"),
        pytest.param(["rows.jsonl", "--answer-schema", "bad.json"], ["bad.json is no JSON Schema"], id="a bad schema"),
        pytest.param(["rows.jsonl", "--answer-schema", "text.txt"], ["text.txt is no JSON:"], id="schema not JSON"),
        pytest.param(["rows.jsonl", "--max-tokens", "9"], ["--tokenizer"], id="a limit without a tokenizer"),
        pytest.param(["rows.jsonl", "--tokenizer", "t.json"], ["no limit of tokens"], id="a tokenizer, no limit"),
        pytest.param(["rows.jsonl", "--baseline", "no.json"], ["no.json cannot be read"], id="no baseline"),
        pytest.param(["rows.jsonl", "--output", "no/where.txt"], ["no/where.txt cannot be written"], id="no folder"),
        pytest.param(["broken.jsonl.gz"], ["broken.jsonl.gz is a broken archive"], id="a broken archive"),
        pytest.param([], ["Missing argument"], id="no files"),
    ],
)
def test_what_cannot_run_is_2_and_says_what_to_do(thresher, jsonl, tmp_path, arguments, said):
    jsonl([GOOD])
    (tmp_path / "bad.json").write_text('{"type": "dict"}')
    (tmp_path / "text.txt").write_text("type: object")
    (tmp_path / "broken.jsonl.gz").write_bytes(gzip.compress(b'{"text": "a"}\n' * 99)[:30])

    ran = thresher("check", *arguments)

    assert ran.code == 2
    assert ran.out == ""
    assert all(word in ran.err for word in said), ran.err
    assert "hint:" in ran.err or "Usage:" in ran.err


@pytest.mark.parametrize(
    ("profile", "row", "count", "code", "severity"),
    [
        pytest.param("openai", GOOD, 9, "TH310", "error", id="openai refuses nine rows"),
        pytest.param("openai", GOOD, 10, None, None, id="openai takes ten"),
        pytest.param("any", GOOD, 1, None, None, id="any takes one"),
        pytest.param("any", {"messages": [{"role": "developer", "content": "x"}, *GOOD["messages"]]}, 1,
                     "TH301", "warning", id="developer is no role of the schema"),
        pytest.param("openai", {"messages": [*GOOD["messages"][:1], {**GOOD["messages"][1], "mood": 1}]}, 10,
                     "TH308", "error", id="openai refuses an unknown key"),
        pytest.param("any", {"messages": [*GOOD["messages"][:1], {**GOOD["messages"][1], "mood": 1}]}, 1,
                     None, None, id="any takes an unknown key"),
        pytest.param("openai", {"text": "x"}, 10, "TH309", "error", id="openai takes no plain text"),
        pytest.param("trl", chat("Hi", "Hello", "Bye"), 1, "TH303", "error", id="trl wants the assistant last"),
        pytest.param("any", chat("Hi", "Hello", "Bye"), 1, "TH303", "warning", id="any warns of it"),
        pytest.param("trl", {"text": "x"}, 1, None, None, id="trl takes plain text"),
    ],
)  # fmt: skip
def test_a_profile_adds_the_rules_of_its_consumer(thresher, jsonl, profile, row, count, code, severity):
    jsonl([row] * count)

    ran = thresher("check", "rows.jsonl", "--profile", profile, "--json")

    assert {(fault["code"], fault["severity"]) for fault in ran.json["faults"]} == ({(code, severity)} - {(None, None)})
    assert ran.code == (severity == "error")


def test_a_map_names_fields_and_places_are_told_by_the_names_in_the_file(thresher, jsonl):
    jsonl([{"question": "Hi", "reply": "Hello"}, {"question": 1, "reply": "Hello"}])

    plain = thresher("check", "rows.jsonl", "--json")
    mapped = thresher("check", "rows.jsonl", "--map", "prompt=question", "--map", "completion=reply", "--json")

    assert [(fault["code"], fault["line"]) for fault in plain.json["faults"]] == [("TH201", None)]
    assert [(fault["code"], fault["pointer"]) for fault in mapped.json["faults"]] == [("TH204", "/question")]


def test_a_repeated_key_keeps_its_name_where_fields_are_mapped(thresher, jsonl):
    jsonl(['{"question": "a", "prompt": 1, "prompt": 2, "completion": "b"}'])

    ran = thresher("check", "rows.jsonl", "--map", "prompt=question", "--json")

    assert [fault["pointer"] for fault in ran.json["faults"] if fault["code"] == "TH205"] == ["/prompt"]


def test_a_layout_that_is_named_is_not_told_from_the_rows(thresher, jsonl):
    jsonl([{"text": "a", "label": "b"}] * 2 + [GOOD])

    assert codes(thresher("check", "rows.jsonl", "--json")) == ["TH202"]
    assert thresher("check", "rows.jsonl", "--layout", "messages", "--json").json["counts"]["by_code"] == {"TH202": 2}


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        pytest.param('{"city": "Lima"}', [], id="keeps the schema"),
        pytest.param('{"city": 1}', ["TH221"], id="breaks it"),
        pytest.param("Lima", ["TH220"], id="is no JSON"),
    ],
)
def test_every_answer_keeps_the_answer_schema(thresher, jsonl, tmp_path, answer, code):
    (tmp_path / "schema.json").write_text('{"type": "object", "properties": {"city": {"type": "string"}}}')
    jsonl([chat("Where?", answer)])

    assert codes(thresher("check", "rows.jsonl", "--answer-schema", "schema.json", "--json")) == code


def test_a_line_longer_than_the_limit_is_refused(thresher, jsonl):
    jsonl([GOOD, chat("Hi", "x" * 500)])

    assert codes(thresher("check", "rows.jsonl", "--max-line-bytes", 300, "--json")) == ["TH114"]


def test_a_byte_order_mark_warns_and_the_row_is_read(thresher, jsonl):
    jsonl([b"\xef\xbb\xbf" + json.dumps(GOOD).encode()])

    ran = thresher("check", "rows.jsonl", "--json")

    assert (ran.code, ran.json["counts"]["rows"], codes(ran)) == (0, 1, ["TH107"])


def test_an_empty_file_warns(thresher, jsonl):
    jsonl([])

    assert codes(thresher("check", "rows.jsonl", "--json")) == ["TH115"]


def test_a_dash_is_standard_input(thresher, monkeypatch):
    monkeypatch.setattr(sys, "stdin", TextIOWrapper(BytesIO(b'{"text": "a"}\n{"text": 1}\n')))

    ran = thresher("check", "-", "--json")

    assert [(fault["file"], fault["line"]) for fault in ran.json["faults"]] == [("-", 2)]


def test_folders_and_patterns_stand_for_their_files(thresher, jsonl):
    jsonl([GOOD], "data/b.jsonl")
    jsonl([GOOD], "data/a.jsonl")

    assert thresher("check", "data", "--json").json["counts"]["rows"] == 2
    assert thresher("check", "data/*.jsonl", "--json").out == thresher("check", "data", "--json").out


def test_a_report_is_written_whole_and_the_counts_go_to_stderr(thresher, jsonl, tmp_path):
    jsonl([GOOD, BROKEN])

    ran = thresher("check", "rows.jsonl", "--json", "--output", "faults.json")

    assert (ran.code, ran.out) == (1, "")
    assert json.loads((tmp_path / "faults.json").read_text())["counts"]["errors"] == 1
    assert ran.err.startswith("wrote faults.json\n2 rows in 1 file: 1 error, 0 warnings\n")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["faults.json", "rows.jsonl"]


@pytest.mark.parametrize("form", ["text", "json", "sarif", "junit", "github", "gitlab"])
def test_the_same_input_gives_the_same_bytes(thresher, jsonl, form):
    jsonl([GOOD, BROKEN], "b.jsonl")
    jsonl([BROKEN, {"text": 1}], "a.jsonl")

    once = thresher("check", "a.jsonl", "b.jsonl", "--format", form).out
    again = thresher("check", "b.jsonl", "a.jsonl", "--format", form).out

    assert once.replace("a.jsonl b.jsonl", "b.jsonl a.jsonl") == again
    assert once.endswith("\n")
    assert not once.endswith("\n\n")


@pytest.mark.parametrize("form", ["text", "json", "github"])
def test_a_reader_that_goes_away_ends_the_output_quietly(jsonl, form):
    jsonl([f'{{"text": {number}}}' for number in range(5_000)])

    ran = subprocess.run(
        f"{sys.executable} {DOOR} check rows.jsonl --format {form} | head -c 10 > /dev/null",
        shell=True, capture_output=True, timeout=60, check=False,
    )  # fmt: skip

    assert ran.stderr == b""


def test_an_output_that_takes_only_ascii_gets_escapes_not_a_crash(jsonl):
    jsonl([{"messages": [{"role": "größe", "content": "x"}]}])

    ran = subprocess.run(
        [sys.executable, DOOR, "check", "rows.jsonl"],
        capture_output=True, timeout=60, check=False, env={"PYTHONIOENCODING": "ascii"},
    )  # fmt: skip

    assert ran.returncode == 1, ran.stderr
    assert rb"'gr\xf6\xdfe' is no role" in ran.stdout
