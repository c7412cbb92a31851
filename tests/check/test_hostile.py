"""Texts and names that try to steer a terminal, a log or a parser stay inert in every form."""

from __future__ import annotations

import json
import os
from xml.etree import ElementTree as ET

import pytest

FORMS = ("text", "json", "sarif", "junit", "github", "gitlab")
EVIL = (
    "\x1b[2J\x1b]8;;http://x\x07\u202e\u2066\x9b31m</testsuite>]]>&<b>\r\n::error::owned\n##[error]owned\x00\ufffe%0A"
)


@pytest.fixture
def hostile(tmp_path, monkeypatch):
    """Return the name of a file whose name, keys and values are all hostile."""
    monkeypatch.chdir(tmp_path)
    name = f"rows {EVIL.replace('/', '').replace(chr(0), '')}.jsonl"
    call = {"id": "1", "type": "function", "function": {"name": f"find{EVIL}", "arguments": f"{{{EVIL}"}}
    rows = [
        {"messages": [{"role": EVIL, "content": EVIL, "name": 1}]},
        {"messages": [{"role": "user", "content": EVIL}, {"role": "assistant", "content": EVIL, "weight": EVIL}]},
        {"messages": [{"role": "user", "content": "x"}, {"role": "assistant", "content": None, "tool_calls": [call]}],
         "tools": [{"type": "function", "function": {"name": EVIL, "parameters": {"type": EVIL}}}]},
        {"messages": [], EVIL: 1},
    ]  # fmt: skip
    lines = [json.dumps(row) for row in rows]
    lines.append('{"messages": [], "evil": 1, "evil": 2}'.replace("evil", json.dumps(EVIL)[1:-1]))
    lines.append(f'{{"messages": "{EVIL[:20]}'.replace("\n", ""))
    (tmp_path / name).write_text("\n".join(lines), encoding="utf-8", newline="\n")
    return name


@pytest.mark.parametrize("form", FORMS)
def test_nothing_steers_a_terminal(thresher, hostile, form):
    ran = thresher("check", hostile, "--format", form)

    assert ran.code == 1
    assert not [mark for mark in "\x00\x07\x1b\x9b\u202e\u2066\r" if mark in ran.out]


@pytest.mark.parametrize("form", ["text", "github"])
def test_nothing_commands_the_runner_of_a_workflow(thresher, hostile, form):
    out = thresher("check", hostile, "--format", form).out

    ours = [line for line in out.splitlines() if line.lstrip().startswith("::")]
    assert all(line.startswith(("::error file=rows ", "::warning file=rows ", "::notice title=")) for line in ours)
    assert bool(ours) is (form == "github")
    assert not [line for line in out.splitlines() if "##[" in line and line not in ours]


def test_a_file_whose_name_is_a_command_is_no_command(thresher, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "::error::x.jsonl").write_text('{"messages": [],}')

    out = thresher("check", "::error::x.jsonl").out

    assert "\n  ./::error::x.jsonl:1:16  " in out


def test_machine_forms_parse_and_hold_the_whole_text(thresher, hostile):
    assert thresher("check", hostile, "--json").json["faults"][0]["file"] == hostile
    assert thresher("check", hostile, "--format", "gitlab").json[0]["location"]["path"] == hostile
    assert thresher("check", hostile, "--format", "sarif").json["runs"][0]["results"]
    root = ET.fromstring(thresher("check", hostile, "--format", "junit").out)
    assert len(root) == 1
    assert "</testsuite>]]>&<b>" in "".join(root.itertext())


@pytest.mark.skipif(os.name == "nt", reason="names are text there")
@pytest.mark.parametrize("form", FORMS)
def test_a_name_that_is_no_utf8_is_shown_and_known_again(thresher, tmp_path, monkeypatch, form):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "\udcff.jsonl").write_text('{"messages": [],}')

    assert thresher("check", "\udcff.jsonl", "--format", form, "--output", "report").code == 1
    assert (tmp_path / "report").read_bytes().decode("utf-8")
    thresher("check", "\udcff.jsonl", "--json", "--output", "known.json")
    assert thresher("check", "\udcff.jsonl", "--baseline", "known.json").code == 0
